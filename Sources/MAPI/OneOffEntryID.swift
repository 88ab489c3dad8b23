/// An address that is in no address book — One-Off EntryID, [MS-OXCDATA] 2.2.5.1.
public struct OneOffEntryID: Hashable, Sendable {
    /// Name shown to people; where empty, the address stands in for it, as Outlook does.
    public var displayName: String
    /// The kind of `address`: `SMTP` for internet mail.
    public var addressType: String
    /// The address as written, case kept.
    public var address: String
    /// The flag word: 0x8000 strings are UTF-16, 0x1000 do not look up, 0x0001 no rich text (no TNEF).
    public var flags: UInt16

    /// Outlook writes 0x8001 into PidTagEntryId and 0x9001 into PidTagRecordKey of the same recipient row.
    /// The Unicode bit is always set: an 8-bit string would need a code page that has no place in the structure.
    public init(displayName: String, addressType: String, address: String, flags: UInt16 = 0x8001) {
        self.displayName = displayName
        self.addressType = addressType
        self.address = address
        self.flags = flags | 0x8000
    }

    /// MAPI_ONE_OFF_UID, the provider of these ids.
    static let provider: [UInt8] = [
        0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02,
    ]

    /// The stored form: flags 0, provider, version 0, flag word, three NUL-terminated UTF-16LE strings.
    public var bytes: [UInt8] {
        let name = displayName.isEmpty ? address : displayName
        var result: [UInt8] = []
        result.reserveCapacity(30 + 2 * (name.utf8.count + addressType.utf8.count + address.utf8.count))
        result.append(contentsOf: [0, 0, 0, 0])
        result.append(contentsOf: Self.provider)
        result.append(contentsOf: [0, 0, UInt8(truncatingIfNeeded: flags), UInt8(flags >> 8)])
        Self.append(name, to: &result)
        Self.append(addressType, to: &result)
        Self.append(address, to: &result)
        return result
    }

    /// The stored form of the same id with another flag word.
    public static func bytes(_ bytes: [UInt8], flags: UInt16) -> [UInt8] {
        var bytes = bytes
        let place = 4 + provider.count + 2
        guard bytes.count >= place + 2 else { return bytes }
        bytes[place] = UInt8(truncatingIfNeeded: flags)
        bytes[place + 1] = UInt8(flags >> 8)
        return bytes
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        // A NUL inside would end the string early and shift the ones after it.
        let isPlain = text.utf8.withContiguousStorageIfAvailable { utf8 in
            guard utf8.allSatisfy({ $0 > 0 && $0 < 0x80 }) else { return false }
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: 2 * utf8.count))
            for (position, byte) in utf8.enumerated() { bytes[start + 2 * position] = byte }
            return true
        }
        if isPlain != true {
            for unit in text.utf16 where unit != 0 {
                bytes.append(UInt8(truncatingIfNeeded: unit))
                bytes.append(UInt8(unit >> 8))
            }
        }
        bytes.append(0)
        bytes.append(0)
    }
}

/// The key by which MAPI compares addresses — PidTagSearchKey of a recipient, [MS-OXCMAIL] 2.2.3.1, and the
/// search keys of the originator roles.
public enum AddressSearchKey {
    /// `TYPE:ADDRESS` with ASCII letters in upper case and one terminating zero byte. Other characters are kept
    /// as UTF-8.
    public static func bytes(addressType: String, address: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(addressType.utf8.count + address.utf8.count + 2)
        append(addressType, to: &result)
        result.append(UInt8(ascii: ":"))
        append(address, to: &result)
        result.append(0)
        return result
    }

    private static func append(_ text: String, to result: inout [UInt8]) {
        for byte in text.utf8 where byte != 0 {
            result.append(byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 32 : byte)
        }
    }
}
