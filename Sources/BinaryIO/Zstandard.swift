internal import CZstd
internal import Synchronization

/// Zstandard frames, RFC 8878, of bytes that lie in memory.
public enum Zstandard {
    /// One frame that holds `bytes`.
    /// - Parameters:
    ///   - dictionary: bytes the reader will have too; matches in it cost next to nothing. May be empty.
    ///   - level: 1 is fast; negative ones are faster and keep more.
    /// - Returns: nil where the library fails, as when it gets no memory.
    public static func compressed(
        _ bytes: UnsafeRawBufferPointer, dictionary: UnsafeRawBufferPointer, level: Int32
    ) -> [UInt8]? {
        guard let context = compressors.take(or: { ZSTD_createCCtx() }) else { return nil }
        defer { compressors.giveBack(context) }
        ZSTD_CCtx_reset(context, ZSTD_reset_session_and_parameters)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        let reach = bytes.count + dictionary.count
        if reach > defaultReach {
            // The level's own window would not reach back to the dictionary.
            let bits = Int32(Int.bitWidth - (reach - 1).leadingZeroBitCount)
            ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, min(bits, largestWindow))
        }
        if !dictionary.isEmpty { ZSTD_CCtx_refPrefix(context, dictionary.baseAddress, dictionary.count) }
        let bound = ZSTD_compressBound(bytes.count)
        var failed = false
        let frame = [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            let written = ZSTD_compress2(context, target.baseAddress, bound, bytes.baseAddress, bytes.count)
            failed = ZSTD_isError(written) != 0
            count = failed ? 0 : written
        }
        return failed ? nil : frame
    }

    /// The content of a frame.
    /// - Parameter count: how many bytes it has; a frame with more or fewer is refused before more are written.
    /// - Returns: nil where the frame is damaged, has another size or was made with another dictionary.
    public static func decompressed(
        _ frame: UnsafeRawBufferPointer, dictionary: UnsafeRawBufferPointer, count: Int
    ) -> [UInt8]? {
        guard count >= 0, let context = decompressors.take(or: { ZSTD_createDCtx() }) else { return nil }
        defer { decompressors.giveBack(context) }
        ZSTD_DCtx_reset(context, ZSTD_reset_session_and_parameters)
        if !dictionary.isEmpty { ZSTD_DCtx_refPrefix(context, dictionary.baseAddress, dictionary.count) }
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, written in
            let size = ZSTD_decompressDCtx(context, target.baseAddress, count, frame.baseAddress, frame.count)
            failed = ZSTD_isError(size) != 0 || size != count
            written = failed ? 0 : count
        }
        return failed ? nil : bytes
    }

    /// Bytes that the windows of all levels in use reach over.
    private static let defaultReach = 256 << 10
    /// What every decoder accepts without being asked.
    private static let largestWindow: Int32 = 27

    private static let compressors = ContextPool()
    private static let decompressors = ContextPool()
}

/// Contexts for reuse: making one costs more than compressing a short message. Never more than are used at a time.
private final class ContextPool: Sendable {
    private struct Context: @unchecked Sendable {
        // @unchecked: a context is in the pool or in one caller's hands, never both.
        let pointer: OpaquePointer
    }

    private let idle = Mutex<[Context]>([])

    func take(or make: () -> OpaquePointer?) -> OpaquePointer? {
        idle.withLock { $0.popLast() }?.pointer ?? make()
    }

    func giveBack(_ pointer: OpaquePointer) {
        let context = Context(pointer: pointer)
        idle.withLock { $0.append(context) }
    }
}
