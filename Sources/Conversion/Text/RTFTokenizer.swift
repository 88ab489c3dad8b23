/// RTF cut into its tokens — Rich Text Format 1.9.1, "RTF Syntax". Never fails: whatever is there is some token.
/// Valid only inside the scope that lent the buffer.
struct RTFTokenizer {
    enum Token {
        case openGroup
        case closeGroup
        /// A control word, as ``RTFTokenizer/key(of:)`` of its name, and its number.
        case word(UInt64, Int?)
        /// `\*`, `\~`, `\{` and the like.
        case symbol(UInt8)
        /// `\'hh`.
        case byte(UInt8)
        case text(Range<Int>)
        case end
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The first eight letters of a name as one number; names that are longer differ in the top bit.
    static func key(of name: some Sequence<UInt8>) -> UInt64 {
        var key: UInt64 = 0
        var count: UInt64 = 0
        for letter in name {
            if count < 8 { key |= UInt64(letter) << (8 * count) } else { key |= 1 << 63 }
            count += 1
        }
        return key
    }

    mutating func next() -> Token {
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "{"):
                position += 1
                return .openGroup
            case UInt8(ascii: "}"):
                position += 1
                return .closeGroup
            case UInt8(ascii: "\\"):
                position += 1
                // Nil for skipped binary data, of which there may be any number in a row.
                if let token = control() { return token }
            case 0x00, 0x0A, 0x0D:
                // Line ends in the file mean nothing.
                position += 1
            default:
                let start = position
                while position < bytes.count, !Self.endsText(bytes[position]) { position += 1 }
                return .text(start..<position)
            }
        }
        return .end
    }

    private static func endsText(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "\\") || byte == 0x0A
            || byte == 0x0D || byte == 0
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z")
    }

    private mutating func control() -> Token? {
        guard position < bytes.count else { return nil }
        let first = bytes[position]
        guard Self.isLetter(first) else {
            position += 1
            guard first == UInt8(ascii: "'") else { return .symbol(first) }
            guard position + 1 < bytes.count, let high = Self.digit(bytes[position]),
                let low = Self.digit(bytes[position + 1])
            else { return .symbol(first) }
            position += 2
            return .byte(high << 4 | low)
        }
        let start = position
        while position < bytes.count, Self.isLetter(bytes[position]) { position += 1 }
        let key = Self.key(of: bytes[start..<position])
        let number = self.number()
        // One blank behind a control word belongs to it.
        if position < bytes.count, bytes[position] == 0x20 { position += 1 }
        if key == RTFWord.binaryKey {
            let count = min(max(number ?? 0, 0), bytes.count - position)
            position += count
            return nil
        }
        return .word(key, number)
    }

    private mutating func number() -> Int? {
        var position = position
        let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let start = position
        var value = 0
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 {
            // Saturates far above any number that means something.
            value = min(value * 10 + Int(bytes[position] - 0x30), Int(Int32.max))
            position += 1
        }
        guard position > start else { return nil }
        self.position = position
        return isNegative ? -value : value
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
