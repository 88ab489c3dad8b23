import BinaryIO
import Testing

@testable import PSTNDB

@Suite("Content encodings")
struct ContentEncodingTests {
    @Test(
        "encode the vectors of the reference, and decode them again",
        arguments: [
            (ContentEncoding.permute, 0, "07EAFDFD86D84C8F0F637D"), (.cyclic, 0x204, "D2197B75D214A56DD51480"),
            (.cyclic, 0x12344, "F0EB31FB465CE57086D871"), (.none, 4, "48656C6C6F2C2050535421"),
        ] as [(ContentEncoding, UInt64, String)])
    func vectors(encoding: ContentEncoding, bid: UInt64, expected: String) {
        let plain = Array("Hello, PST!".utf8)
        var bytes = plain
        bytes.withMutableBytes { encoding.encode($0, bid: bid) }
        let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
        #expect(hex == expected)
        bytes.withMutableBytes { encoding.decode($0, bid: bid) }
        #expect(bytes == plain)
    }

    @Test("give every byte the same whatever stands beside it", arguments: [0, 1, 7, 8, 9, 256, 513])
    func substitution(count: Int) {
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
        var bytes = plain
        bytes.withMutableBytes { ContentEncoding.permute.encode($0, bid: 4) }
        #expect(bytes == plain.map { ContentEncodingTables.encode[Int($0)] })
        bytes.withMutableBytes { ContentEncoding.permute.decode($0, bid: 4) }
        #expect(bytes == plain)
    }

    @Test("use tables with the checksums of the reference, that undo each other")
    func tables() {
        #expect(pstChecksum(ContentEncodingTables.encode) == 0x82A0_2835)
        #expect(pstChecksum(ContentEncodingTables.mix) == 0xE807_56A3)
        #expect(pstChecksum(ContentEncodingTables.decode) == 0x6D4E_07FE)
        for byte in 0..<256 {
            let encoded = Int(ContentEncodingTables.encode[byte])
            #expect(Int(ContentEncodingTables.decode[encoded]) == byte)
            #expect(Int(ContentEncodingTables.mix[Int(ContentEncodingTables.mix[byte])]) == byte)
        }
    }

    @Test(
        "The signature folds offset and id to 16 bits",
        arguments: [(0x9200, 0x17D, 0x937D), (0x90_0200, 0x246, 0x00D6), (0x5680, 0x64, 0x56E4)]
            as [(UInt64, UInt64, UInt16)])
    func signatures(offset: UInt64, bid: UInt64, expected: UInt16) {
        #expect(signature(offset: offset, bid: bid) == expected)
    }
}
