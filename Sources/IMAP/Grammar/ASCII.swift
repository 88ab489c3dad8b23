/// Letters of ASCII, as IMAP's case-insensitive words compare them.
enum ASCII {
    static func upper(_ byte: UInt8) -> UInt8 {
        (0x61...0x7A).contains(byte) ? byte - 0x20 : byte
    }

    /// Text in capitals; what is not UTF-8 in it is replaced.
    static func capitals(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return String(decoding: bytes.map(upper), as: UTF8.self) }
        return String(unsafeUninitializedCapacity: bytes.count) { target in
            for (position, byte) in bytes.enumerated() { target[position] = upper(byte) }
            return bytes.count
        }
    }

    /// Whether the bytes are `word`, given in capitals, in any case.
    static func isWord(_ bytes: ArraySlice<UInt8>, _ word: StaticString) -> Bool {
        guard bytes.count == word.utf8CodeUnitCount else { return false }
        for (position, byte) in bytes.enumerated() where upper(byte) != word.utf8Start[position] { return false }
        return true
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
