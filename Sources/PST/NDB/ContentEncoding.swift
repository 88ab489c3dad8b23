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
        case .permute: Self.substitute(bytes, ContentEncodingTables.encode)
        case .cyclic: Self.cycle(bytes, bid: bid)
        }
    }

    /// Decodes `bytes`, the whole data of the block `bid`, in place.
    package func decode(_ bytes: UnsafeMutableRawBufferPointer, bid: UInt64) {
        switch self {
        case .none: break
        case .permute: Self.substitute(bytes, ContentEncodingTables.decode)
        case .cyclic: Self.cycle(bytes, bid: bid)
        }
    }

    private static func substitute(_ bytes: UnsafeMutableRawBufferPointer, _ table: [UInt8]) {
        table.withUnsafeBufferPointer { table in
            guard let table = table.baseAddress, let start = bytes.baseAddress else { return }
            let target = start.assumingMemoryBound(to: UInt8.self)
            for position in 0..<bytes.count {
                // The index is a byte and the table has 256 entries.
                target[position] = table[Int(target[position])]
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
