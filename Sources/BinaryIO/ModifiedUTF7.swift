/// Mailbox names as IMAP writes them in ASCII — RFC 3501 5.1.3, "modified UTF-7".
public enum ModifiedUTF7 {
    /// The name, or nil where `bytes` are no modified UTF-7. Encoded printable ASCII, which the RFC forbids and
    /// Courier writes ("&AC4-" for a dot inside a name), is accepted.
    public static func decode(_ bytes: some Collection<UInt8>) -> String? {
        var units: [UInt16] = []
        units.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index != bytes.endIndex {
            let byte = bytes[index]
            bytes.formIndex(after: &index)
            guard byte < 0x80 else { return nil }
            guard byte == UInt8(ascii: "&") else {
                units.append(UInt16(byte))
                continue
            }
            guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "-")) else { return nil }
            if index == end {
                units.append(UInt16(UInt8(ascii: "&")))
            } else {
                guard let run = decodeShift(bytes[index..<end]) else { return nil }
                units += run
            }
            index = bytes.index(after: end)
        }
        return String(validating: units, as: UTF16.self)
    }

    /// The UTF-16 code units between "&" and "-": base64 with "," for "/", without padding.
    private static func decodeShift(_ bytes: some Collection<UInt8>) -> [UInt16]? {
        var units: [UInt16] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in bytes {
            guard let value = base64Value(byte) else { return nil }
            bits = (bits << 6 | value) & 0x3F_FFFF
            count += 6
            if count >= 16 {
                count -= 16
                units.append(UInt16(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // What is left pads the last unit: fewer than six bits, all zero.
        guard count < 6, bits & ((1 << UInt32(count)) - 1) == 0, !units.isEmpty else { return nil }
        return units
    }

    private static func base64Value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: ","): 63
        default: nil
        }
    }
}
