internal import CCrypto

/// SHA-256, FIPS 180-4, of bytes that come in pieces.
public final class SHA256 {
    /// Bytes of a digest.
    public static let size = 32

    private let context = EVP_MD_CTX_new()

    public init() {
        EVP_DigestInit_ex2(context, Digest.Algorithm.sha256.pointer, nil)
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    public func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The digest of everything since the last ``finish()``; the next bytes begin anew.
    public func finish() -> [UInt8] {
        defer { EVP_DigestInit_ex2(context, Digest.Algorithm.sha256.pointer, nil) }
        return [UInt8](unsafeUninitializedCapacity: Self.size) { target, count in
            var length: UInt32 = 0
            EVP_DigestFinal_ex(context, target.baseAddress, &length)
            count = min(Int(length), Self.size)
        }
    }
}
