/// PidTagRtfCompressed: RTF in the LZFu form of Outlook — [MS-OXRTFCP].
public enum CompressedRTF {
    /// Bytes before the content: COMPSIZE, RAWSIZE, COMPTYPE, CRC.
    static let headerSize = 16
    /// COMPTYPE of LZ-compressed content, `LZFu`.
    static let compressed: UInt32 = 0x7546_5A4C
    /// COMPTYPE of content stored as it is, `MELA`.
    static let uncompressed: UInt32 = 0x414C_454D
    static let windowSize = 4096
    /// Longest reference, in bytes: the length field has four bits and counts from two.
    static let longestReference = 17

    /// What the window holds before the first byte — [MS-OXRTFCP] 2.1.2.1; 207 bytes.
    static let dictionary: [UInt8] = Array(
        ("{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS "
            + "Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0"
            + "\\fs20\\b\\i\\u\\tab\\tx").utf8)

    /// The RTF, at most about 8.5 times as long as `bytes`.
    ///
    /// Bytes behind the announced size are ignored, as some stores pad the value.
    /// - Parameter verifyingChecksum: off where damaged text is better than none.
    /// - Throws: ``CompressedRTFError`` where the header contradicts the content or the content ends early.
    public static func decompress(
        _ bytes: [UInt8], verifyingChecksum: Bool = true
    ) throws(CompressedRTFError) -> [UInt8] {
        guard bytes.count >= headerSize else {
            throw CompressedRTFError(field: .header, offset: 0, found: bytes.count, expected: headerSize)
        }
        let announced = Int(word(bytes, at: 0)) + 4
        guard announced >= headerSize && announced <= bytes.count else {
            throw CompressedRTFError(field: .compressedSize, offset: 0, found: announced, expected: bytes.count)
        }
        let rawSize = Int(word(bytes, at: 4))
        let kind = word(bytes, at: 8)
        if kind == uncompressed {
            guard rawSize <= announced - headerSize else {
                throw CompressedRTFError(field: .rawSize, offset: 4, found: announced - headerSize, expected: rawSize)
            }
            return Array(bytes[headerSize..<headerSize + rawSize])
        }
        guard kind == compressed else {
            throw CompressedRTFError(field: .kind, offset: 8, found: Int(kind), expected: Int(compressed))
        }
        if verifyingChecksum {
            let checksum = RTFChecksum.value(of: bytes[headerSize..<announced])
            guard checksum == word(bytes, at: 12) else {
                throw CompressedRTFError(
                    field: .checksum, offset: 12, found: Int(checksum), expected: Int(word(bytes, at: 12)))
            }
        }
        let raw = expand(bytes[headerSize..<announced], rawSize: rawSize)
        guard raw.count >= rawSize else {
            throw CompressedRTFError(field: .rawSize, offset: 4, found: raw.count, expected: rawSize)
        }
        return raw
    }

    private static func word(_ bytes: [UInt8], at offset: Int) -> UInt32 {
        UInt32(bytes[offset]) | UInt32(bytes[offset + 1]) << 8 | UInt32(bytes[offset + 2]) << 16
            | UInt32(bytes[offset + 3]) << 24
    }

    /// [MS-OXRTFCP] 3.1.3.1 and 3.2.3.1: ends at the reference to the write position, or with the input.
    private static func expand(_ input: ArraySlice<UInt8>, rawSize: Int) -> [UInt8] {
        var window = dictionary + [UInt8](repeating: 0, count: windowSize - dictionary.count)
        var write = dictionary.count
        var output: [UInt8] = []
        // The size comes from the input, so it is only believed as far as the content can reach.
        output.reserveCapacity(min(rawSize, input.count * 9))
        var position = input.startIndex
        while position < input.endIndex {
            let control = input[position]
            position += 1
            for bit in 0..<8 {
                guard position < input.endIndex else { return output }
                if control >> UInt8(bit) & 1 == 0 {
                    output.append(input[position])
                    window[write] = input[position]
                    write = (write + 1) % windowSize
                    position += 1
                    continue
                }
                guard position + 1 < input.endIndex else { return output }
                let reference = Int(input[position]) << 8 | Int(input[position + 1])
                position += 2
                var read = reference >> 4
                guard read != write else { return output }
                for _ in 0..<(reference & 0xF) + 2 {
                    let byte = window[read]
                    output.append(byte)
                    window[write] = byte
                    read = (read + 1) % windowSize
                    write = (write + 1) % windowSize
                }
            }
        }
        return output
    }
}

/// Why a compressed RTF value is not one.
public struct CompressedRTFError: Error, Hashable, Sendable {
    public enum Field: String, Sendable {
        case header, compressedSize, rawSize, kind, checksum
    }

    public let field: Field
    /// Byte offset of the field.
    public let offset: Int
    public let found: Int
    public let expected: Int

    public init(field: Field, offset: Int, found: Int, expected: Int) {
        self.field = field
        self.offset = offset
        self.found = found
        self.expected = expected
    }
}

/// The CRC of [MS-OXRTFCP] 2.1.3.2: polynomial EDB88320, start 0, no final inversion (not that of zlib).
enum RTFChecksum {
    private static let table: [UInt32] = (0..<256).map { index in
        var value = UInt32(index)
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
        return value
    }

    static func value(of bytes: ArraySlice<UInt8>) -> UInt32 {
        let table = table
        var value: UInt32 = 0
        for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
        return value
    }
}
