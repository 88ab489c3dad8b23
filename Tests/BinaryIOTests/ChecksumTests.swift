import BinaryIO
import Testing

@Suite("Checksums and digests")
struct ChecksumTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test(
        "The PST checksum starts at zero and is not inverted",
        arguments: [
            ("", 0), ("123456789", 0x2DFD_2D88), ("password", 0x50E0_99BC),
        ] as [(String, UInt32)])
    func checksum(text: String, expected: UInt32) {
        #expect(pstChecksum(Array(text.utf8)) == expected)
    }

    @Test("The hash of a property name is that of its UTF-16 bytes")
    func nameHash() {
        func hash(_ name: String) -> UInt32 {
            var bytes: [UInt8] = []
            for unit in name.utf16 { bytes.append(littleEndian: unit) }
            return pstChecksum(bytes)
        }
        #expect(hash("Keywords") == 0x2EDA_4D3B)
        #expect(hash("content-class") == 0xE600_8F65)
    }

    @Test("MD5 and SHA-256 give the digests of their standards")
    func digests() {
        #expect(hex(Digest.md5([])) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(hex(Digest.md5(Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
        #expect(
            hex(Digest.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("Digests of bytes in pieces are those of all bytes together, however they are cut")
    func digestOfPieces() {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        let whole = XXH3()
        bytes.withUnsafeBytes { whole.update($0) }
        let expected = whole.finish()
        #expect(whole.finish() != expected, "each begins anew")
        for size in [1, 3, 64, 255, 256, 257, 999, 1_000] {
            let (sha, xxh) = (SHA256(), XXH3())
            for start in stride(from: 0, to: bytes.count, by: size) {
                bytes[start..<min(start + size, bytes.count)].withUnsafeBytes {
                    sha.update($0)
                    xxh.update($0)
                }
            }
            #expect(sha.finish() == Digest.sha256(bytes))
            #expect(xxh.finish() == expected)
        }
    }

    @Test("XXH3 gives the published values, in canonical form")
    func xxh3() {
        func digest(_ text: String) -> String {
            let xxh = XXH3()
            Array(text.utf8).withUnsafeBytes { xxh.update($0) }
            return hex(xxh.finish())
        }
        #expect(digest("") == "99aa06d3014798d86001c324468d497f")
        #expect(digest("abc") == "06b05ab6733a618578af5f94892f3950")
    }
}
