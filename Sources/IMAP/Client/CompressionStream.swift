internal import CZlib

/// Raw DEFLATE in both directions: COMPRESS=DEFLATE — RFC 4978.
final class CompressionStream {
    // zlib keeps a pointer to its stream, so these must not move.
    private let inflater = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let deflater = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    private let isReady: Bool

    init() {
        inflater.initialize(to: z_stream())
        deflater.initialize(to: z_stream())
        let version = ZLIB_VERSION
        let size = Int32(MemoryLayout<z_stream>.size)
        isReady =
            inflateInit2_(inflater, -MAX_WBITS, version, size) == Z_OK
            && deflateInit2_(
                deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY, version,
                size) == Z_OK
    }

    deinit {
        inflateEnd(inflater)
        deflateEnd(deflater)
        inflater.deallocate()
        deflater.deallocate()
    }

    /// Hands on what `input` decompresses to, in pieces of bounded size.
    /// - Returns: false where it is not DEFLATE, or has ended.
    func inflate<E: Error>(
        _ input: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws(E) -> Void
    ) throws(E) -> Bool {
        guard isReady else { return false }
        guard let start = input.baseAddress, input.count > 0 else { return true }
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: ClientLimits.inflateStep, alignment: 16)
        defer { output.deallocate() }
        inflater.pointee.next_in = UnsafeMutablePointer(mutating: start.assumingMemoryBound(to: UInt8.self))
        inflater.pointee.avail_in = UInt32(clamping: input.count)
        while true {
            inflater.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            inflater.pointee.avail_out = UInt32(output.count)
            let result = CZlib.inflate(inflater, Z_SYNC_FLUSH)
            let count = output.count - Int(inflater.pointee.avail_out)
            if count > 0 { try body(UnsafeRawBufferPointer(rebasing: output[..<count])) }
            switch result {
            case Z_OK: if inflater.pointee.avail_in == 0 && inflater.pointee.avail_out > 0 { return true }
            // No progress is possible: all input was taken.
            case Z_BUF_ERROR: return inflater.pointee.avail_in == 0
            default: return false
            }
        }
    }

    /// `bytes` compressed and flushed, so that the server can read all of them.
    func deflate(_ bytes: [UInt8]) -> [UInt8] {
        guard isReady else { return [] }
        var result: [UInt8] = []
        var input = bytes
        input.withUnsafeMutableBufferPointer { input in
            deflater.pointee.next_in = input.baseAddress
            deflater.pointee.avail_in = UInt32(clamping: input.count)
            var piece = [UInt8](repeating: 0, count: 4_096)
            repeat {
                let count = piece.withUnsafeMutableBufferPointer { output in
                    deflater.pointee.next_out = output.baseAddress
                    deflater.pointee.avail_out = UInt32(output.count)
                    _ = CZlib.deflate(deflater, Z_SYNC_FLUSH)
                    return output.count - Int(deflater.pointee.avail_out)
                }
                result += piece[..<count]
            } while deflater.pointee.avail_out == 0
        }
        return result
    }
}
