/// The header-like fields of report parts, in groups separated by empty lines — RFC 3464, 2.1 and RFC 8098, 3.1.
struct ReportFields {
    struct Group {
        /// Names in lower case; values unfolded, without blanks around them.
        fileprivate(set) var fields: [(name: String, value: String)] = []

        /// The first value of that name that is not empty.
        func value(_ name: String) -> String? {
            fields.first { $0.name == name && !$0.value.isEmpty }?.value
        }
    }

    private(set) var groups: [Group] = []

    /// Lines that are no fields are passed over; a part has to have at least one that is.
    init?(_ bytes: [UInt8]) {
        var group = Group()
        var lineStart = 0
        while lineStart < bytes.count && groups.count < ReportLimits.groups {
            let lineEnd = bytes[lineStart...].firstIndex(of: 0x0A) ?? bytes.count
            let line = Self.trimmed(bytes[lineStart..<lineEnd])
            if line.isEmpty {
                if !group.fields.isEmpty { groups.append(group) }
                group = Group()
            } else {
                Self.add(line, isFolded: [0x20, 0x09].contains(bytes[lineStart]), to: &group)
            }
            lineStart = lineEnd + 1
        }
        if !group.fields.isEmpty { groups.append(group) }
        if groups.isEmpty { return nil }
    }

    private static func add(_ line: ArraySlice<UInt8>, isFolded: Bool, to group: inout Group) {
        if isFolded {
            guard let last = group.fields.indices.last else { return }
            group.fields[last].value += " " + text(line)
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), group.fields.count < ReportLimits.fields else {
            return
        }
        let name = trimmed(line[..<colon])
        guard !name.isEmpty, name.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return }
        group.fields.append((text(name).lowercased(), text(trimmed(line[(colon + 1)...]))))
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let byte = line.first, byte <= 0x20 { line.removeFirst() }
        while let byte = line.last, byte <= 0x20 { line.removeLast() }
        return line
    }

    /// UTF-8 where it is that (RFC 6533), otherwise what windows-1252 makes of it.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(validating: bytes, as: UTF8.self) ?? CodePage.text(Array(bytes), codePage: CodePage.windows1252)
    }

    // MARK: Values

    /// The address of `rfc822; a@b`: the part behind the type, without angle brackets.
    static func address(_ value: String) -> String {
        var address = Substring(value)
        if let semicolon = address.firstIndex(of: ";") { address = address[address.index(after: semicolon)...] }
        while let first = address.first, first == " " || first == "<" { address.removeFirst() }
        while let last = address.last, last == " " || last == ">" { address.removeLast() }
        return String(address)
    }

    /// The first word of a value, in lower case: comments and parameters follow it.
    static func keyword(_ value: String) -> String {
        String(value.prefix { !" \t(;,".contains($0) }).lowercased()
    }

    /// The bytes of a base64 value; nil when it is not one.
    static func base64(_ value: String) -> [UInt8]? {
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in value.utf8 where byte != UInt8(ascii: "=") && byte > 0x20 {
            let digit: UInt8
            switch byte {
            case 0x41...0x5A: digit = byte - 0x41
            case 0x61...0x7A: digit = byte - 0x61 + 26
            case 0x30...0x39: digit = byte - 0x30 + 52
            case UInt8(ascii: "+"): digit = 62
            case UInt8(ascii: "/"): digit = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(digit)
            count += 1
            if count % 4 != 1 { result.append(UInt8(truncatingIfNeeded: bits >> (6 - 2 * UInt32((count - 1) % 4)))) }
        }
        return result.isEmpty || count % 4 == 1 ? nil : result
    }
}

/// Bounds of the report parsers; what lies beyond is not read.
enum ReportLimits {
    /// Groups of a report: one a recipient.
    static let groups = 10_000
    /// Fields of a group.
    static let fields = 200
}
