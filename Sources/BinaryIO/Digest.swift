internal import CCrypto

/// Message digests, from OpenSSL's libcrypto.
public enum Digest {
    /// MD5, RFC 1321: 16 bytes. Used where MAPI's own rules name it, never for integrity.
    public static func md5(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, EVP_md5(), size: 16) }

    public static func md5(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { md5($0) } }

    /// SHA-256, FIPS 180-4: 32 bytes.
    public static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, EVP_sha256(), size: 32) }

    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { sha256($0) } }

    private static func digest(_ bytes: UnsafeRawBufferPointer, _ kind: OpaquePointer?, size: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length = UInt32(0)
        // Both algorithms are always there; a build of libcrypto without one would give zeros, which a test notices.
        EVP_Digest(bytes.baseAddress, bytes.count, &result, &length, kind, nil)
        return Array(result.prefix(size))
    }
}
