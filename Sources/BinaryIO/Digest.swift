internal import CCrypto

/// Message digests, from OpenSSL's libcrypto.
public enum Digest {
    /// Looked up once: the look-up costs as much as hashing a kilobyte.
    struct Algorithm: @unchecked Sendable {
        // @unchecked: never changed after it was fetched, and never freed.
        let pointer: OpaquePointer?

        static let md5 = Algorithm(pointer: EVP_MD_fetch(nil, "MD5", nil))
        static let sha256 = Algorithm(pointer: EVP_MD_fetch(nil, "SHA256", nil))
    }

    /// MD5, RFC 1321: 16 bytes. Used where MAPI's own rules name it, never for integrity.
    public static func md5(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, .md5, size: 16) }

    public static func md5(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { md5($0) } }

    /// SHA-256, FIPS 180-4: 32 bytes.
    public static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] { digest(bytes, .sha256, size: 32) }

    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { sha256($0) } }

    private static func digest(_ bytes: UnsafeRawBufferPointer, _ algorithm: Algorithm, size: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: size)
        var length = UInt32(0)
        // Both algorithms are always there; a build of libcrypto without one would give zeros, which a test notices.
        EVP_Digest(bytes.baseAddress, bytes.count, &result, &length, algorithm.pointer, nil)
        return result
    }
}
