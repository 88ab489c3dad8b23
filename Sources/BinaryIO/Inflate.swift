internal import CLibdeflate

/// The data of a zlib stream (RFC 1950) that inflates to exactly `count` bytes; nil where it does not.
public func inflate(_ bytes: UnsafeRawBufferPointer, to count: Int) -> [UInt8]? {
    guard let decompressor = libdeflate_alloc_decompressor() else { return nil }
    defer { libdeflate_free_decompressor(decompressor) }
    var isWhole = false
    let data = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        let result = libdeflate_zlib_decompress(
            decompressor, bytes.baseAddress, bytes.count, buffer.baseAddress, count, nil)
        isWhole = result == LIBDEFLATE_SUCCESS
        filled = isWhole ? count : 0
    }
    return isWhole ? data : nil
}

public func inflate(_ bytes: [UInt8], to count: Int) -> [UInt8]? {
    bytes.withUnsafeBytes { inflate($0, to: count) }
}
