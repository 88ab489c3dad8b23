/// One `&…;` of HTML — WHATWG HTML, 13.2.5.72 and on.
struct CharacterReference {
    let scalar: Unicode.Scalar
    /// Offset behind the reference.
    let end: Int

    /// The reference at `start`, which holds `&`; nil where the `&` is only itself.
    /// - Parameter isAttribute: in an attribute `&copy=2` is part of a query, not a ©.
    init?(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, end: Int, isAttribute: Bool) {
        let first = start + 1
        guard first < end else { return nil }
        if bytes[first] == UInt8(ascii: "#") {
            self.init(numericIn: bytes, from: first + 1, end: end)
        } else {
            self.init(namedIn: bytes, from: first, end: end, isAttribute: isAttribute)
        }
    }

    private init?(numericIn bytes: UnsafeBufferPointer<UInt8>, from start: Int, end: Int) {
        var position = start
        let isHexadecimal = position < end && bytes[position] | 0x20 == UInt8(ascii: "x")
        if isHexadecimal { position += 1 }
        let digits = position
        var value: UInt32 = 0
        while position < end {
            let byte = bytes[position]
            let digit: UInt32
            switch byte {
            case 0x30...0x39: digit = UInt32(byte - 0x30)
            case 0x41...0x46 where isHexadecimal: digit = UInt32(byte - 0x41 + 10)
            case 0x61...0x66 where isHexadecimal: digit = UInt32(byte - 0x61 + 10)
            default: digit = UInt32.max
            }
            guard digit != UInt32.max else { break }
            // Saturates above the last scalar, however many digits follow.
            value = min(value * (isHexadecimal ? 16 : 10) + digit, 0x11_0000)
            position += 1
        }
        guard position > digits else { return nil }
        if position < end && bytes[position] == UInt8(ascii: ";") { position += 1 }
        // 0x80–0x9F mean windows-1252, says the standard, because that is what writers meant.
        if value >= 0x80 && value < 0xA0 { value = UInt32(CodePage.windows1252Specials[Int(value) - 0x80]) }
        scalar = value == 0 ? "\u{FFFD}" : Unicode.Scalar(value) ?? "\u{FFFD}"
        self.end = position
    }

    private init?(namedIn bytes: UnsafeBufferPointer<UInt8>, from start: Int, end: Int, isAttribute: Bool) {
        var key: UInt64 = 0
        var position = start
        while position < end, Self.isAlphanumeric(bytes[position]) {
            guard position - start < HTMLEntities.longestName else { return nil }
            key |= UInt64(bytes[position]) << (8 * UInt64(position - start))
            position += 1
        }
        guard position > start, let value = HTMLEntities.scalar(of: key), let scalar = Unicode.Scalar(value) else {
            return nil
        }
        if position < end && bytes[position] == UInt8(ascii: ";") {
            position += 1
        } else {
            guard HTMLEntities.needsNoSemicolon(key) else { return nil }
            if isAttribute && position < end && bytes[position] == UInt8(ascii: "=") { return nil }
        }
        self.scalar = scalar
        self.end = position
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        HTMLTokenizer.isLetter(byte) || (byte >= 0x30 && byte <= 0x39)
    }
}
