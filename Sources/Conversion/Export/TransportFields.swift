internal import MAPI
internal import MIME

/// PidTagTransportMessageHeaders taken apart: the fields that came with the message, in their order and spelling.
struct TransportFields {
    struct Field {
        /// Lower case.
        let name: String
        /// All of it; every line ends with LF.
        let lines: [UInt8]

        /// Behind the colon, folding and all.
        var value: ArraySlice<UInt8> {
            guard let colon = lines.firstIndex(of: UInt8(ascii: ":")) else { return [] }
            return lines[(colon + 1)...]
        }

        var text: String { value.withUnsafeBytes { HeaderText.decoded($0) } }
    }

    private(set) var fields: [Field] = []
    /// Lines that belong to no field.
    private(set) var strayLines = 0

    /// nil where the text is no header: it has no field, or more lines that are none.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        var position = 0
        while position < bytes.count {
            let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
            let line = Self.cleaned(bytes[position..<end])
            position = end + 1
            if line.isEmpty {
                // What follows are headers of parts, which some versions of Outlook put here too.
                if fields.isEmpty { continue } else { break }
            }
            add(line)
        }
        guard fields.count > strayLines else { return nil }
    }

    func first(_ name: String) -> Field? { fields.first { $0.name == name } }

    private mutating func add(_ line: [UInt8]) {
        if line[0] == 0x20 || line[0] == 0x09 {
            // A line of blanks only could end the header.
            guard let last = fields.indices.last, line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
            fields[last] = Field(name: fields[last].name, lines: fields[last].lines + line + [0x0A])
            return
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            let name = Self.name(line[..<colon])
        else {
            // Outlook's own first line has no colon either.
            if !line.starts(with: "Microsoft Mail Internet Headers".utf8), !line.starts(with: "From ".utf8) {
                strayLines += 1
            }
            return
        }
        // Blanks before the colon are obsolete syntax (RFC 5322 4.5) that not every reader knows.
        let spelling = line[..<colon].prefix { $0 != 0x20 && $0 != 0x09 }
        fields.append(Field(name: name, lines: Array(spelling) + line[colon...] + [0x0A]))
    }

    private static func name(_ bytes: ArraySlice<UInt8>) -> String? {
        var bytes = bytes
        while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }

    /// Without the CR at its end; a CR elsewhere would be a line end to some readers.
    private static func cleaned(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var line = line
        while line.last == 0x0D { line.removeLast() }
        guard line.contains(where: { $0 == 0x0D || $0 == 0 }) else { return Array(line) }
        return line.compactMap { $0 == 0 ? nil : $0 == 0x0D ? 0x20 : $0 }
    }
}
