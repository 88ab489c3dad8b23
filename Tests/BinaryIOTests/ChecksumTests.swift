import BinaryIO
import Testing

@Suite("Checksums and digests")
struct ChecksumTests {
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
        func hex(_ bytes: [UInt8]) -> String {
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        #expect(hex(Digest.md5([])) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(hex(Digest.md5(Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
        #expect(
            hex(Digest.sha256(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("SHA-256 can be looked at before its bytes have ended, and goes on")
    func digestOnTheWay() {
        let sha = SHA256()
        let bytes = Array("abcdef".utf8)
        for count in 0...bytes.count {
            #expect(sha.current() == Digest.sha256(Array(bytes[..<count])))
            if count < bytes.count { bytes[count..<count + 1].withUnsafeBytes { sha.update($0) } }
        }
        #expect(sha.finish() == Digest.sha256(bytes))
        #expect(sha.current() == Digest.sha256([]))
    }
}
