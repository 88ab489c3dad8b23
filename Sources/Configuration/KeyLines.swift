/// On which line of a TOML file each key stands: the parser keeps that to itself. Only for text that the parser has taken;
/// of any other it finds what it can.
struct KeyLines {
    private var lines: [[String]: Int] = [:]

    init(_ text: String) {
        var scanner = Scanner(Array(text.utf8))
        scanner.scan()
        lines = scanner.lines
    }

    /// The line of a key or table, or of the nearest table around it that has one of its own.
    func line(of key: [String]) -> Int? {
        var key = key[...]
        while !key.isEmpty {
            if let line = lines[Array(key)] { return line }
            key = key.dropLast()
        }
        return nil
    }
}

/// One pass over the text.
private struct Scanner {
    private let bytes: [UInt8]
    private var index = 0
    private var line = 1
    private(set) var lines: [[String]: Int] = [:]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func advance() {
        guard index < bytes.count else { return }
        if bytes[index] == UInt8(ascii: "\n") { line += 1 }
        index += 1
    }

    private mutating func take(_ text: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes[index...].starts(with: wanted) else { return false }
        for _ in wanted { advance() }
        return true
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while let byte = next, condition(byte) { advance() }
    }

    private mutating func skipSpaces() { skip { $0 == 0x20 || $0 == 0x09 } }

    private mutating func skipLine() { skip { $0 != UInt8(ascii: "\n") } }

    /// Blanks, ends of lines, comments.
    private mutating func skipBlank() {
        while let byte = next {
            if byte == UInt8(ascii: "#") {
                skipLine()
            } else if byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A {
                advance()
            } else {
                return
            }
        }
    }

    mutating func scan() {
        var table: [String] = []
        while true {
            skipBlank()
            guard next != nil else { return }
            let start = line
            if take("[") {
                _ = take("[")
                table = key()
                note(table, start)
            } else {
                entry(in: table)
            }
            skipLine()
        }
    }

    /// Also of the tables that a key with points is in.
    private mutating func note(_ key: [String], _ line: Int) {
        for count in 1...max(key.count, 1) {
            let part = Array(key.prefix(count))
            if lines[part] == nil { lines[part] = line }
        }
    }

    /// "key = value", or whatever else stands there.
    private mutating func entry(in table: [String]) {
        let (start, before) = (line, index)
        let name = table + key()
        if !name.isEmpty { note(name, start) }
        skipSpaces()
        if take("=") { value(of: name) }
        if index == before { advance() }
    }

    private mutating func key() -> [String] {
        var parts: [String] = []
        repeat {
            skipSpaces()
            guard let part = keyPart() else { break }
            parts.append(part)
            skipSpaces()
        } while take(".")
        return parts
    }

    private mutating func keyPart() -> String? {
        if next == UInt8(ascii: "\"") || next == UInt8(ascii: "'") { return string() }
        let start = index
        skip { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        }
        return index > start ? String(decoding: bytes[start..<index], as: UTF8.self) : nil
    }

    /// A string of any of the four kinds; of its escapes only those that stand for one character are resolved.
    private mutating func string() -> String {
        for (quote, hasEscapes) in [("\"\"\"", true), ("'''", false), ("\"", true), ("'", false)]
            as [(StaticString, Bool)]
        where take(quote) {
            var content: [UInt8] = []
            while let byte = next, !take(quote) {
                advance()
                if hasEscapes, byte == UInt8(ascii: "\\"), let escaped = next {
                    advance()
                    content.append(escaped)
                } else {
                    content.append(byte)
                }
            }
            return String(decoding: content, as: UTF8.self)
        }
        return ""
    }

    private mutating func value(of name: [String]) {
        skipSpaces()
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "'"): _ = string()
        case UInt8(ascii: "["): elements(upTo: "]") { scanner in scanner.value(of: name) }
        case UInt8(ascii: "{"): elements(upTo: "}") { scanner in scanner.entry(in: name) }
        default: skip { byte in !",]}#\n".utf8.contains(byte) }
        }
    }

    private mutating func elements(upTo end: StaticString, _ element: (inout Scanner) -> Void) {
        advance()
        while true {
            skipBlank()
            guard next != nil, !take(end) else { return }
            if take(",") { continue }
            let before = index
            element(&self)
            if index == before { advance() }
        }
    }
}
