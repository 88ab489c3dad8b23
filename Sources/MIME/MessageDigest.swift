internal import BinaryIO
internal import CGMime

/// MD5, where the specifications ask for it or any fixed digest does.
public enum MessageDigest {
    public static func md5(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { Digest.md5(bytes) }

    /// Of the pieces as if they stood one behind the other.
    public static func md5(_ pieces: [UnsafeRawBufferPointer]) -> [UInt8] {
        guard let checksum = g_checksum_new(G_CHECKSUM_MD5) else { return [] }
        defer { g_checksum_free(checksum) }
        for piece in pieces {
            guard let base = piece.baseAddress else { continue }
            g_checksum_update(checksum, base.assumingMemoryBound(to: UInt8.self), gssize(piece.count))
        }
        return [UInt8](unsafeUninitializedCapacity: 16) { target, count in
            var length: gsize = 16
            g_checksum_get_digest(checksum, target.baseAddress, &length)
            count = Int(length)
        }
    }

    public static func md5(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { md5(UnsafeRawBufferPointer($0)) }
    }
}
