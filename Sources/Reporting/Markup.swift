/// A piece of HTML. Only literals of the program become markup: every text that is interpolated is escaped, because names
/// of users and folders, and what servers say, are other people's.
struct Markup: Sendable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init() { text = "" }

    init(stringLiteral value: String) { text = value }

    init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    init(joining parts: some Sequence<Markup>, separator: String = "") {
        text = parts.map(\.text).joined(separator: separator)
    }

    static func += (left: inout Markup, right: Markup) { left.text += right.text }

    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity) }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: String) { text += Markup.escaped(value) }

        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        /// A length or a coordinate: one decimal.
        mutating func appendInterpolation(_ value: Double) {
            let tenths = Int((value * 10).rounded())
            text += "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10)"
            if tenths % 10 != 0 { text += ".\(abs(tenths) % 10)" }
        }

        mutating func appendInterpolation(_ value: Markup) { text += value.text }
    }

    /// Safe in text and in quoted attributes. What has no place in HTML, or could turn the direction of the line, is shown
    /// as "\u{1B}".
    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case _ where isUnfit(scalar): text += scalar.escaped(asASCII: true)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: scalar.properties.isBidiControl
        default: scalar.properties.isNoncharacterCodePoint
        }
    }
}
