import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

@Suite("Allocation maps")
struct AllocationMapTests {
    @Test(
        "A fresh section has only its own allocation pages taken",
        arguments: [
            (0, [0xFF, 0xFF, 0]), (1, [0xFF, 0, 0]), (8, [0xFF, 0xFF, 0]), (128, [0xFF, 0xFF, 0xFF]),
            (624, [0xFF, 0xFF, 0xFF]), (8192, [0xFF, 0xFF, 0xFF]), (39936, [0xFF, 0xFF, 0xFF]),
        ] as [(Int, [UInt8])])
    func freshSections(section: Int, head: [UInt8]) {
        let page = AllocationMap(freshSection: section).pageBytes
        #expect(Array(page[..<3]) == head)
        #expect(page[3..<496].allSatisfy { $0 == 0 })
    }

    @Test(
        "Map pages lie where Outlook looks for them",
        arguments: [
            (0, 0x4400), (1, 0x4400 + 0x3E000), (3, 0xBE400), (128, 0x1F0_4400), (8192, 0x7C00_4400),
        ] as [(Int, UInt64)])
    func positions(section: Int, offset: UInt64) {
        #expect(FileGeometry.offset(ofSection: section) == offset)
        #expect(FileGeometry.section(at: offset) == section)
        #expect(FileGeometry.section(at: offset + 0x3DFFF) == section)
    }

    @Test("The checksum of a fresh map is that of files Outlook made")
    func checksum() {
        let first = AllocationMap(freshSection: 0).pageBytes
        let second = AllocationMap(freshSection: 1).pageBytes
        #expect(pstChecksum(Array(first[..<496])) == 0x6491_175B)
        #expect(pstChecksum(Array(second[..<496])) == 0xDADE_F730)
    }

    @Test("Marks and free runs agree with a list of booleans", arguments: 0..<20 as Range<UInt64>)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var map = AllocationMap(freshSection: 1)
        var model = [Bool](repeating: false, count: FileGeometry.slotsPerSection)
        for slot in 0..<8 { model[slot] = true }
        for _ in 0..<400 {
            let start = Int.random(in: 8..<FileGeometry.slotsPerSection, using: &generator)
            let end = min(start + Int.random(in: 1...200, using: &generator), FileGeometry.slotsPerSection)
            let taken = Bool.random(using: &generator)
            map.mark(start..<end, taken: taken)
            for slot in start..<end { model[slot] = taken }
            let count = Int.random(in: 1...128, using: &generator)
            let alignment = Bool.random(using: &generator) ? 8 : 1
            let expected = stride(from: 0, to: FileGeometry.slotsPerSection - count + 1, by: alignment).first { slot in
                !model[slot..<slot + count].contains(true)
            }
            switch map.freeRun(of: count, alignment: alignment, from: 0) {
            case .found(let slot): #expect(slot == expected, "seed \(seed)")
            case .none(let longest):
                #expect(expected == nil, "seed \(seed)")
                #expect(alignment > 1 || longest < count, "seed \(seed)")
            }
            #expect(map.freeSlots == model.count { !$0 }, "seed \(seed)")
        }
        #expect(AllocationMap(pageBytes: map.pageBytes).pageBytes == map.pageBytes)
    }
}
