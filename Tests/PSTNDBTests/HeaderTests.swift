import BinaryIO
import Testing

@testable import PSTNDB

@Suite("The header")
struct HeaderTests {
    private var sample: Header {
        var header = Header(encoding: .permute)
        header.nextBlockID = 0x130
        header.nextPageID = 0x17F
        header.unique = 0x16
        header.root.fileSize = 0x42400
        header.root.lastAllocationMap = 0x4400
        header.root.freeBytes = 0x3AD40
        header.root.nodeTree = BlockReference(bid: 0x17D, offset: 0x9200)
        header.root.blockTree = BlockReference(bid: 0x17B, offset: 0x8400)
        header.root.mapsAreValid = true
        return header
    }

    @Test("has its fields where the specification puts them")
    func layout() {
        let bytes = sample.bytes
        #expect(bytes.count == 564)
        #expect(Array(bytes[0..<4]) == Array("!BDN".utf8))
        #expect(Array(bytes[8..<16]) == [0x53, 0x4D, 0x17, 0, 0x13, 0, 1, 1])
        #expect(bytes.loadLittleEndian(UInt64.self, at: 184) == 0x42400)
        #expect(bytes.loadLittleEndian(UInt64.self, at: 216) == 0x17D)
        #expect(bytes[248] == 2)
        #expect(bytes[256..<512].allSatisfy { $0 == 0xFF })
        #expect(bytes[512] == 0x80)
        #expect(bytes[513] == 1)
        #expect(bytes.loadLittleEndian(UInt64.self, at: 516) == 0x130)
        #expect(bytes.loadLittleEndian(UInt32.self, at: 4) == pstChecksum(Array(bytes[8..<479])))
        #expect(bytes.loadLittleEndian(UInt32.self, at: 524) == pstChecksum(Array(bytes[8..<524])))
    }

    @Test("starts the counters of a new file where Outlook starts them")
    func counters() {
        let header = Header(encoding: .none)
        let others = Set(header.highestIndex.indices).subtracting([3, 4, 8])
        #expect(header.highestIndex[3] == 0x4000)
        #expect(header.highestIndex[4] == 0x1_0000)
        #expect(header.highestIndex[8] == 0x8000)
        #expect(others.allSatisfy { header.highestIndex[$0] == 0x400 })
    }

    @Test("reads back as it was written")
    func roundTrip() throws {
        let read = try Header(bytes: sample.bytes)
        #expect(read.bytes == sample.bytes)
    }

    @Test("with any one bit flipped is refused, or the bit is one that no checksum covers")
    func bitFlips() {
        let bytes = sample.bytes
        var refused = 0
        for position in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[position] ^= 1 << UInt8(bit)
                let isCovered = position < 528
                if (try? Header(bytes: damaged)) == nil {
                    refused += 1
                } else {
                    #expect(!isCovered, "byte \(position)")
                }
            }
        }
        #expect(refused == 528 * 8)
    }

    @Test("cut short anywhere is refused")
    func truncations() {
        let bytes = sample.bytes
        for length in bytes.indices {
            #expect(throws: NDBError.self) { try Header(bytes: Array(bytes[..<length])) }
        }
    }
}
