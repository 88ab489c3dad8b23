internal import MAPI

/// Little-endian reading with checked bounds. Valid only inside the scope that lent the buffer.
struct TNEFReader {
    let bytes: UnsafeRawBufferPointer
    /// Where `bytes` begins in the outermost stream, for errors.
    let base: Int
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer, base: Int) {
        self.bytes = bytes
        self.base = base
    }

    var remaining: Int { bytes.count - position }
    /// Offset in the outermost stream.
    var offset: Int { base + position }

    mutating func take(_ count: Int, _ structure: TNEFError.Structure) throws(TNEFError) -> UnsafeRawBufferPointer {
        guard count >= 0 && count <= remaining else {
            throw TNEFError(structure: structure, offset: offset, found: remaining, expected: count)
        }
        let start = position
        position += count
        return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
    }

    mutating func word16(_ structure: TNEFError.Structure) throws(TNEFError) -> UInt16 {
        let bytes = try take(2, structure)
        return UInt16(bytes[0]) | UInt16(bytes[1]) << 8
    }

    mutating func word32(_ structure: TNEFError.Structure) throws(TNEFError) -> UInt32 {
        let bytes = try take(4, structure)
        return UInt32(bytes[0]) | UInt32(bytes[1]) << 8 | UInt32(bytes[2]) << 16 | UInt32(bytes[3]) << 24
    }

    mutating func word64(_ structure: TNEFError.Structure) throws(TNEFError) -> UInt64 {
        let low = try word32(structure)
        return try UInt64(word32(structure)) << 32 | UInt64(low)
    }

    mutating func guid(_ structure: TNEFError.Structure) throws(TNEFError) -> GUID {
        let bytes = try take(16, structure)
        guard let guid = GUID(bytes: bytes) else {
            throw TNEFError(structure: structure, offset: offset, found: bytes.count, expected: 16)
        }
        return guid
    }

    /// Bytes with their length before and zeros behind, up to a multiple of four. The padding of the last value
    /// may be missing, as some writers leave it out.
    mutating func counted(_ structure: TNEFError.Structure) throws(TNEFError) -> UnsafeRawBufferPointer {
        let count = Int(try word32(structure))
        let content = try take(count, structure)
        let padding = (4 - count % 4) % 4
        position += min(padding, remaining)
        return content
    }
}
