internal import CXxhash

/// XXH3 with 128 bits, of bytes that come in pieces: finds every damage that happens by itself, at the speed of memory. It is
/// no proof against someone who wants to deceive; ``SHA256`` is.
public final class XXH3 {
    /// Bytes of a digest.
    public static let size = 16

    private let state = XXH3_createState()

    public init() {
        XXH3_128bits_reset(state)
    }

    deinit {
        XXH3_freeState(state)
    }

    public func update(_ bytes: UnsafeRawBufferPointer) {
        // The C function takes no NULL, also where there is nothing.
        guard let base = bytes.baseAddress else { return }
        XXH3_128bits_update(state, base, bytes.count)
    }

    /// The digest in its canonical form (big-endian) of everything since the last ``finish()``; the next bytes begin anew.
    public func finish() -> [UInt8] {
        let (high, low) = finishWords()
        return [UInt8](unsafeUninitializedCapacity: Self.size) { target, count in
            let target = UnsafeMutableRawBufferPointer(target)
            target.storeBytes(of: high.bigEndian, as: UInt64.self)
            target.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
            count = Self.size
        }
    }

    /// The same as two numbers, the upper half first.
    public func finishWords() -> (high: UInt64, low: UInt64) {
        defer { XXH3_128bits_reset(state) }
        let hash = XXH3_128bits_digest(state)
        return (hash.high64, hash.low64)
    }
}
