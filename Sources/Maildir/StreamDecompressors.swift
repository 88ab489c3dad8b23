import CBzip2
import CLz4
import CLzma
import CZlib
import CZstd

/// Bytes decompressed at a time.
private let chunkSize = 1 << 16

/// LZMA_CONCATENATED, a macro that Swift does not see.
private let concatenated: UInt32 = 0x08

/// zlib and bzip2 count input in 32 bits: it is given to them in pieces.
private let inputPiece = 1 << 30

/// One or more gzip members — RFC 1952.
func decompressGzip(
    _ content: UnsafeRawBufferPointer, into output: inout SpoolingBuffer
) throws(CompressionError) {
    var stream = z_stream()
    // 16: gzip only; 15: the largest window.
    guard inflateInit2_(&stream, 16 + 15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
        throw .damaged
    }
    defer { inflateEnd(&stream) }
    let input = UnsafeMutableRawPointer(mutating: content.baseAddress)?.assumingMemoryBound(to: Bytef.self)
    guard let input else { throw .truncated }
    var given = 0
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 16)
    defer { chunk.deallocate() }
    while true {
        if stream.avail_in == 0 {
            let piece = min(inputPiece, content.count - given)
            stream.next_in = input + given
            stream.avail_in = UInt32(piece)
            given += piece
        }
        stream.next_out = chunk.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.avail_out = UInt32(chunkSize)
        let result = inflate(&stream, Z_NO_FLUSH)
        try output.append(UnsafeRawBufferPointer(rebasing: chunk[..<(chunkSize - Int(stream.avail_out))]))
        switch result {
        case Z_OK:
            continue
        case Z_STREAM_END:
            if stream.avail_in == 0 && given == content.count { return }
            guard inflateReset(&stream) == Z_OK else { throw .damaged }
        case Z_BUF_ERROR:
            if stream.avail_in == 0 && given == content.count { throw .truncated }
        default:
            throw .damaged
        }
    }
}

/// One or more bzip2 streams.
func decompressBzip2(
    _ content: UnsafeRawBufferPointer, into output: inout SpoolingBuffer
) throws(CompressionError) {
    var stream = bz_stream()
    guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { throw .damaged }
    defer { BZ2_bzDecompressEnd(&stream) }
    let input = UnsafeMutableRawPointer(mutating: content.baseAddress)?.assumingMemoryBound(to: CChar.self)
    guard let input else { throw .truncated }
    var given = 0
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 16)
    defer { chunk.deallocate() }
    while true {
        if stream.avail_in == 0 {
            let piece = min(inputPiece, content.count - given)
            stream.next_in = input + given
            stream.avail_in = UInt32(piece)
            given += piece
        }
        stream.next_out = chunk.baseAddress?.assumingMemoryBound(to: CChar.self)
        stream.avail_out = UInt32(chunkSize)
        let result = BZ2_bzDecompress(&stream)
        let produced = chunkSize - Int(stream.avail_out)
        try output.append(UnsafeRawBufferPointer(rebasing: chunk[..<produced]))
        switch result {
        case BZ_OK:
            if produced == 0 && stream.avail_in == 0 && given == content.count { throw .truncated }
        case BZ_STREAM_END:
            if stream.avail_in == 0 && given == content.count { return }
            let (next, available) = (stream.next_in, stream.avail_in)
            BZ2_bzDecompressEnd(&stream)
            stream = bz_stream()
            guard BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK else { throw .damaged }
            (stream.next_in, stream.avail_in) = (next, available)
        default:
            throw .damaged
        }
    }
}

/// One or more xz streams.
func decompressXZ(
    _ content: UnsafeRawBufferPointer, into output: inout SpoolingBuffer
) throws(CompressionError) {
    var stream = lzma_stream()
    guard lzma_stream_decoder(&stream, MaildirLimits.xzMemory, concatenated) == LZMA_OK else {
        throw .damaged
    }
    defer { lzma_end(&stream) }
    stream.next_in = content.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = content.count
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 16)
    defer { chunk.deallocate() }
    while true {
        stream.next_out = chunk.baseAddress?.assumingMemoryBound(to: UInt8.self)
        stream.avail_out = chunkSize
        let result = lzma_code(&stream, LZMA_FINISH)
        try output.append(UnsafeRawBufferPointer(rebasing: chunk[..<(chunkSize - stream.avail_out)]))
        switch result {
        case LZMA_OK: continue
        case LZMA_STREAM_END: return
        case LZMA_BUF_ERROR: throw .truncated
        case LZMA_MEMLIMIT_ERROR: throw .tooLarge
        default: throw .damaged
        }
    }
}

/// One or more Zstandard frames — RFC 8878.
func decompressZstd(
    _ content: UnsafeRawBufferPointer, into output: inout SpoolingBuffer
) throws(CompressionError) {
    guard let stream = ZSTD_createDStream() else { throw .damaged }
    defer { ZSTD_freeDStream(stream) }
    var input = ZSTD_inBuffer(src: content.baseAddress, size: content.count, pos: 0)
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 16)
    defer { chunk.deallocate() }
    while true {
        var piece = ZSTD_outBuffer(dst: chunk.baseAddress, size: chunkSize, pos: 0)
        let consumed = input.pos
        let result = ZSTD_decompressStream(stream, &piece, &input)
        if ZSTD_isError(result) != 0 { throw .damaged }
        try output.append(UnsafeRawBufferPointer(rebasing: chunk[..<piece.pos]))
        // 0: a frame is complete and all of it was given out.
        if result == 0 && input.pos == input.size { return }
        if input.pos == input.size && input.pos == consumed && piece.pos < piece.size { throw .truncated }
    }
}

/// One or more LZ4 frames.
func decompressLZ4Frame(
    _ content: UnsafeRawBufferPointer, into output: inout SpoolingBuffer
) throws(CompressionError) {
    var context: OpaquePointer?
    guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0 else { throw .damaged }
    defer { LZ4F_freeDecompressionContext(context) }
    var position = 0
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkSize, alignment: 16)
    defer { chunk.deallocate() }
    while true {
        var produced = chunkSize
        var consumed = content.count - position
        let source = content.baseAddress.map { $0 + position }
        let result = LZ4F_decompress(context, chunk.baseAddress, &produced, source, &consumed, nil)
        if LZ4F_isError(result) != 0 { throw .damaged }
        position += consumed
        try output.append(UnsafeRawBufferPointer(rebasing: chunk[..<produced]))
        if result == 0 && position == content.count { return }
        if produced == 0 && consumed == 0 { throw .truncated }
    }
}

/// Dovecot's format: a signature, the largest chunk in bytes, then chunks — each a length (32 bits, big endian) and
/// an LZ4 block of that length.
enum DovecotLZ4 {
    static let signature = Array("Dovecot-LZ4".utf8) + [0x0D, 0x2A, 0x9B, 0xC5]

    static func decompress(
        _ content: UnsafeRawBufferPointer, into output: inout SpoolingBuffer
    ) throws(CompressionError) {
        guard content.count >= signature.count + 4 else { throw .truncated }
        let largest = bigEndian(content, at: signature.count)
        guard largest > 0 else { throw .damaged }
        guard largest <= MaildirLimits.lz4ChunkSize else { throw .tooLarge }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: largest, alignment: 16)
        defer { chunk.deallocate() }
        var position = signature.count + 4
        while position < content.count {
            guard content.count - position >= 4 else { throw .truncated }
            let length = bigEndian(content, at: position)
            position += 4
            guard length > 0 else { throw .damaged }
            guard length <= MaildirLimits.lz4ChunkSize else { throw .tooLarge }
            guard content.count - position >= length, let source = content.baseAddress else { throw .truncated }
            let produced = LZ4_decompress_safe(
                (source + position).assumingMemoryBound(to: CChar.self),
                chunk.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(length), Int32(largest))
            guard produced >= 0 else { throw .damaged }
            try output.append(UnsafeRawBufferPointer(rebasing: chunk[..<Int(produced)]))
            position += length
        }
    }

    private static func bigEndian(_ content: UnsafeRawBufferPointer, at offset: Int) -> Int {
        content[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
}
