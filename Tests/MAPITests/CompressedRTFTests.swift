import MAPI
import Testing

@Suite("Compressed RTF, [MS-OXRTFCP]")
struct CompressedRTFTests {
    /// A value with the header that belongs to it.
    private func value(kind: [UInt8], rawSize: UInt8, checksum: [UInt8], content: [UInt8]) -> [UInt8] {
        [UInt8(content.count + 12), 0, 0, 0, rawSize, 0, 0, 0] + kind + checksum + content
    }

    /// The first worked example of the specification's section 4.1.
    private let example: [UInt8] = [
        0x2D, 0x00, 0x00, 0x00, 0x2B, 0x00, 0x00, 0x00, 0x4C, 0x5A, 0x46, 0x75, 0xF1, 0xC5, 0xC7, 0xA7, 0x03, 0x00,
        0x0A, 0x00, 0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0A, 0xF3, 0x20, 0x68, 0x65, 0x6C, 0x09,
        0x00, 0x20, 0x62, 0x77, 0x05, 0xB0, 0x6C, 0x64, 0x7D, 0x0A, 0x80, 0x0F, 0xA0,
    ]

    @Test("The example of the specification decompresses to its text")
    func specificationExample() throws {
        let rtf = try CompressedRTF.decompress(example)
        #expect(String(decoding: rtf, as: UTF8.self) == "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n")
    }

    @Test("Stored content is returned as it is")
    func stored() throws {
        let bytes = value(
            kind: Array("MELA".utf8), rawSize: 6, checksum: [0, 0, 0, 0], content: Array("{\\rtf}".utf8))
        #expect(try CompressedRTF.decompress(bytes) == Array("{\\rtf}".utf8))
    }

    @Test("Bytes behind the announced size are ignored")
    func padding() throws {
        #expect(try CompressedRTF.decompress(example + [0, 0, 0]) == CompressedRTF.decompress(example))
    }

    @Test(
        "What is compressed comes back byte for byte",
        arguments: [
            [], [0x41], Array("{\\rtf1\\ansi}".utf8), [UInt8](repeating: 0x61, count: 20_000),
            Array(String(repeating: "{\\rtf1\\ansi\\mac\\deff0 WXYZ", count: 700).utf8),
            (0..<9000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3 ^ $0) },
            (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 13) },
            Array(String(repeating: "x", count: 4096 - 207).utf8),
        ] as [[UInt8]])
    func roundTrip(rtf: [UInt8]) throws {
        let bytes = try #require(CompressedRTF.compress(rtf))
        #expect(try CompressedRTF.decompress(bytes) == rtf)
        #expect(bytes.count <= rtf.count + rtf.count / 8 + 20)
    }

    @Test("Compression uses the window: repeated text gets much shorter")
    func ratio() throws {
        let text = Array(String(repeating: "{\\pard\\plain some words\\par}\r\n", count: 400).utf8)
        #expect(try #require(CompressedRTF.compress(text)).count < text.count / 5)
    }

    @Test("Every truncation is an error")
    func truncations() {
        for length in 0..<example.count {
            #expect(throws: CompressedRTFError.self) { try CompressedRTF.decompress(Array(example[..<length])) }
        }
    }

    @Test("Every flipped bit of the content is found by the checksum")
    func bitFlips() {
        for bit in 64..<example.count * 8 {
            var damaged = example
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: CompressedRTFError.self) { try CompressedRTF.decompress(damaged) }
        }
    }

    @Test("Without the checksum every flipped bit gives bounded output or an error")
    func bitFlipsUnchecked() {
        for bit in 0..<example.count * 8 {
            var damaged = example
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let output = try? CompressedRTF.decompress(damaged, verifyingChecksum: false)
            #expect((output?.count ?? 0) <= 9 * example.count)
        }
    }

    @Test("An error names the field, what was found and what was expected")
    func errorFields() {
        var damaged = example
        damaged[8] = 0
        #expect(throws: CompressedRTFError(field: .kind, offset: 8, found: 0x7546_5A00, expected: 0x7546_5A4C)) {
            try CompressedRTF.decompress(damaged)
        }
    }
}
