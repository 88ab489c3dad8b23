internal import CCrypto

/// Keyed digests, from OpenSSL's libcrypto.
public enum KeyedDigest {
    /// HMAC with SHA-256, RFC 2104: 32 bytes; nil where the library fails.
    public static func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> [UInt8]? {
        var result = [UInt8](repeating: 0, count: 32)
        var length = UInt32(0)
        let done = HMAC(EVP_sha256(), key, Int32(clamping: key.count), message, message.count, &result, &length)
        return done != nil && length == 32 ? result : nil
    }

    /// PBKDF2 with HMAC-SHA-256, RFC 8018 5.2: 32 bytes; nil where the library fails.
    public static func pbkdf2SHA256(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8]? {
        var result = [UInt8](repeating: 0, count: 32)
        let done = password.withUnsafeBytes { password in
            PKCS5_PBKDF2_HMAC(
                password.bindMemory(to: CChar.self).baseAddress, Int32(clamping: password.count), salt,
                Int32(clamping: salt.count), Int32(clamping: iterations), EVP_sha256(), 32, &result)
        }
        return done == 1 ? result : nil
    }
}
