internal import BinaryIO
internal import MAPI

extension OneOffEntryID {
    /// From the stored form; nil where it is another kind of entry id, or cut short.
    init?(reading bytes: [UInt8]) {
        guard bytes.count >= 26, Array(bytes[4..<20]) == Self.providerIdentifier,
            let word = bytes.loadLittleEndian(UInt16.self, at: 22)
        else { return nil }
        var position = 24
        var texts: [String] = []
        for _ in 0..<3 {
            guard let text = Self.text(bytes, at: &position, isUnicode: word & 0x8000 != 0) else { return nil }
            texts.append(text)
        }
        self.init(displayName: texts[0], addressType: texts[1], address: texts[2], flags: word)
    }

    private static let providerIdentifier: [UInt8] = [
        0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02,
    ]

    /// A terminated string; the last one may lack its terminator.
    private static func text(_ bytes: [UInt8], at position: inout Int, isUnicode: Bool) -> String? {
        guard position <= bytes.count else { return nil }
        let start = position
        if isUnicode {
            var units: [UInt16] = []
            while let unit = bytes.loadLittleEndian(UInt16.self, at: position), unit != 0 {
                units.append(unit)
                position += 2
            }
            position += 2
            return String(decoding: units, as: UTF16.self)
        }
        let end = bytes[start...].firstIndex(of: 0) ?? bytes.count
        position = end + 1
        return CodePage.text(Array(bytes[start..<end]), codePage: CodePage.windows1252)
    }
}

extension FlatEntryList {
    /// The entries of a FLATENTRYLIST; those that do not lie inside are left out.
    static func entries(_ bytes: [UInt8]) -> [[UInt8]] {
        guard let count = bytes.loadLittleEndian(UInt32.self, at: 0) else { return [] }
        var result: [[UInt8]] = []
        var position = 8
        while result.count < min(Int(count), ExportLimits.memberCount),
            let length = bytes.loadLittleEndian(UInt32.self, at: position)
        {
            let start = position + 4
            guard Int(length) <= bytes.count - start else { break }
            result.append(Array(bytes[start..<start + Int(length)]))
            position = start + (Int(length) + 3) / 4 * 4
        }
        return result
    }
}

/// The distinguished name in an entry id of an Exchange address book — [MS-OXCDATA] 2.2.5.2.
enum AddressBookEntryID {
    private static let provider: [UInt8] = [
        0xDC, 0xA7, 0x40, 0xC8, 0xC0, 0x42, 0x10, 0x1A, 0xB4, 0xB9, 0x08, 0x00, 0x2B, 0x2F, 0xE1, 0x82,
    ]

    static func distinguishedName(_ bytes: [UInt8]) -> String? {
        guard bytes.count > 28, Array(bytes[4..<20]) == provider else { return nil }
        let name = bytes[28...].prefix { $0 != 0 }
        return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }
}
