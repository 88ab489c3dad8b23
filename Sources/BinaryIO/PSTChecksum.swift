internal import CLibdeflate

/// The checksum of PST pages, blocks and headers, of compressed RTF, and the hash of property names —
/// [MS-PST] 5.3: reflected CRC-32 (polynomial 0xEDB88320) that starts at 0 and is not inverted at the end.
public func pstChecksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    // zlib's CRC inverts before and after; starting it at all ones and inverting the result undoes both.
    guard let base = bytes.baseAddress else { return 0 }
    return ~libdeflate_crc32(0xFFFF_FFFF, base, bytes.count)
}

public func pstChecksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBytes { pstChecksum($0) }
}
