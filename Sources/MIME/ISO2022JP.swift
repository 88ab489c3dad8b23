/// ISO-2022-JP with the characters that Windows adds to it (circled digits and the like): the escape sequences are
/// resolved here and the rest is EUC-JP in Microsoft's variant, which the C library knows.
enum ISO2022JP {
    static func eucJP(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var set = Set.ascii
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x1B, let (found, length) = escape(bytes, position) {
                set = found
                position += length
                continue
            }
            // A set ends with its line, whatever the writer forgot.
            if byte == ASCII.lineFeed { set = .ascii }
            switch set {
            case .kanji where isCharacter(byte) && position + 1 < bytes.count && isCharacter(bytes[position + 1]):
                result.append(byte | 0x80)
                result.append(bytes[position + 1] | 0x80)
                position += 2
            case .supplementary
            where isCharacter(byte) && position + 1 < bytes.count && isCharacter(bytes[position + 1]):
                result.append(contentsOf: [0x8F, byte | 0x80, bytes[position + 1] | 0x80])
                position += 2
            case .katakana where isCharacter(byte):
                result.append(contentsOf: [0x8E, byte | 0x80])
                position += 1
            default:
                result.append(byte)
                position += 1
            }
        }
        return result
    }

    private enum Set {
        case ascii, kanji, supplementary, katakana
    }

    private static func isCharacter(_ byte: UInt8) -> Bool { byte >= 0x21 && byte <= 0x7E }

    private static func escape(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> (Set, Int)? {
        guard position + 2 < bytes.count else { return nil }
        switch (bytes[position + 1], bytes[position + 2]) {
        case (0x24, 0x40), (0x24, 0x42): return (.kanji, 3)
        case (0x28, 0x42), (0x28, 0x4A), (0x28, 0x48): return (.ascii, 3)
        case (0x28, 0x49): return (.katakana, 3)
        case (0x24, 0x28) where position + 3 < bytes.count && bytes[position + 3] == 0x44: return (.supplementary, 4)
        default: return nil
        }
    }
}
