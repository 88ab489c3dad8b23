internal import CLibmd

/// Message digests, from libmd.
public enum Digest {
    /// MD5, RFC 1321: 16 bytes. Used where MAPI's own rules name it, never for integrity.
    public static func md5(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var context = MD5_CTX()
        MD5Init(&context)
        if let base = bytes.baseAddress { MD5Update(&context, base.assumingMemoryBound(to: UInt8.self), bytes.count) }
        var digest = [UInt8](repeating: 0, count: 16)
        MD5Final(&digest, &context)
        return digest
    }

    public static func md5(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { md5($0) } }

    /// SHA-256, FIPS 180-4: 32 bytes.
    public static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var context = SHA2_CTX()
        SHA256Init(&context)
        if let base = bytes.baseAddress { SHA256Update(&context, base.assumingMemoryBound(to: UInt8.self), bytes.count) }
        var digest = [UInt8](repeating: 0, count: 32)
        SHA256Final(&digest, &context)
        return digest
    }
}
