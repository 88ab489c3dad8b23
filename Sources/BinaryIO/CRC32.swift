internal import CLibdeflate

/// CRC-32 as in zlib and PNG (ISO 3309), of bytes that come in pieces.
public struct CRC32: Sendable {
    public private(set) var value: UInt32 = 0

    public init() {}

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        // Without an address the library would begin anew.
        guard let base = bytes.baseAddress else { return }
        value = libdeflate_crc32(value, base, bytes.count)
    }
}
