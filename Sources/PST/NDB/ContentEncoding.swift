import BinaryIO

/// bCryptMethod, [MS-PST] 2.2.2.6: how the bytes of data blocks are obscured. Internal blocks and pages never are.
public enum ContentEncoding: UInt8, Sendable {
    case none = 0
    /// NDB_CRYPT_PERMUTE, [MS-PST] 5.1; what Outlook calls "compressible".
    case permute = 1
    /// NDB_CRYPT_CYCLIC, [MS-PST] 5.2; "high".
    case cyclic = 2

    /// True where the encoded bytes depend on the block's id.
    public var needsBlockID: Bool { self == .cyclic }

    /// Encodes `bytes` in place.
    func encode(_ bytes: UnsafeMutableRawBufferPointer, bid: UInt64) {
        switch self {
        case .none: break
        case .permute: Self.substitute(bytes, ContentEncodingTables.encodePairs)
        case .cyclic: Self.cycle(bytes, bid: bid)
        }
    }

    /// Decodes `bytes`, the whole data of the block `bid`, in place.
    package func decode(_ bytes: UnsafeMutableRawBufferPointer, bid: UInt64) {
        switch self {
        case .none: break
        case .permute: Self.substitute(bytes, ContentEncodingTables.decodePairs)
        case .cyclic: Self.cycle(bytes, bid: bid)
        }
    }

    /// - Parameter pairs: has an entry for every two bytes.
    private static func substitute(_ bytes: UnsafeMutableRawBufferPointer, _ pairs: [UInt16]) {
        pairs.withUnsafeBufferPointer { pairs in
            guard let pairs = pairs.baseAddress else { return }
            var position = 0
            while position + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                let low = UInt64(pairs[Int(word & 0xFFFF)]) | UInt64(pairs[Int(word >> 16 & 0xFFFF)]) << 16
                let high = UInt64(pairs[Int(word >> 32 & 0xFFFF)]) | UInt64(pairs[Int(word >> 48)]) << 16
                bytes.store(littleEndian: low | high << 32, at: position)
                position += 8
            }
            while position < bytes.count {
                bytes[position] = UInt8(truncatingIfNeeded: pairs[Int(bytes[position])])
                position += 1
            }
        }
    }

    private static func cycle(_ bytes: UnsafeMutableRawBufferPointer, bid: UInt64) {
        let key = UInt32(truncatingIfNeeded: bid)
        var word = UInt16(truncatingIfNeeded: key ^ key >> 16)
        for position in bytes.indices {
            let low = UInt8(truncatingIfNeeded: word)
            let high = UInt8(truncatingIfNeeded: word >> 8)
            var byte = bytes[position] &+ low
            byte = ContentEncodingTables.encode[Int(byte)] &+ high
            byte = ContentEncodingTables.mix[Int(byte)] &- high
            byte = ContentEncodingTables.decode[Int(byte)] &- low
            bytes[position] = byte
            word &+= 1
        }
    }
}
