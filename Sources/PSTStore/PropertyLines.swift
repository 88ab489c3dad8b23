/// Several texts in one property, a line each: line feeds divide them, and a PST holds no NUL. docs/source-identity.md.
enum PropertyLines {
    static func text(_ lines: [String]) -> String { lines.map(escaped).joined(separator: "\n") }

    static func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(unescaped)
    }

    private static func escaped(_ line: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\0": result.append(contentsOf: "\\0".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private static func unescaped(_ line: Substring) -> String {
        var result = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in line.unicodeScalars {
            switch scalar {
            case "\\" where !isEscaped:
                isEscaped = true
                continue
            case "n" where isEscaped: result.append("\n")
            case "0" where isEscaped: result.append("\0")
            default: result.append(scalar)
            }
            isEscaped = false
        }
        return String(result)
    }
}
