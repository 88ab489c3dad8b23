import BinaryIO
import MAPI
import PSTNDB
import TestSupport
import Testing

@testable import PSTLTP

@Suite("Heaps")
struct HeapTests {
    @Test("An empty table has the bytes that Outlook writes")
    func emptyHierarchyTemplate() throws {
        let schema = TableSchema([
            .displayName, .contentCount, .contentUnreadCount, .subfolders, .replItemId, .replChangenum,
            .replVersionHistory, .replFlags, .containerClass, .pstHiddenCount, .pstHiddenUnread,
        ])
        var table = try TableContext(schema: schema)
        var images = BlockImages(encoding: .none)
        let node = try table.build(into: &images)
        #expect(node.dataSize == 156)
        let bytes = try Self.data(of: node, images)
        let start: [UInt8] = [
            0x92, 0, 0xEC, 0x7C, 0x40, 0, 0, 0, 0, 0, 0, 0, 0xB5, 4, 4, 0, 0, 0, 0, 0, 0x7C, 13, 0x34,
        ]
        #expect(Array(bytes[..<start.count]) == start)
        #expect(Array(bytes.suffix(10)) == [2, 0, 0, 0, 12, 0, 20, 0, 0x92, 0])
    }

    /// Writes a node into a database in memory and reads it back.
    static func data(of node: NodeImage, _ images: BlockImages) throws -> [UInt8] {
        let database = NodeDatabase.create(in: MemoryStorage(), encoding: .none)
        return try database.data(of: database.write(node, of: images).data)
    }

    @Test(
        "give back every item they were given, through replacement, release and pages moved out",
        arguments: 0..<10 as Range<UInt64>)
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .none)
        let read: (BlockID) throws(NDBError) -> [UInt8] = { (id) throws(NDBError) in try database.readBlock(id) }
        var heap = HeapOnNode(client: .tableContext, read: read)
        var model: [HeapID: [UInt8]] = [:]
        heap.userRoot = try heap.allocate([1, 2, 3, 4])
        for step in 0..<1500 {
            let size = Int.random(in: 1...(step % 10 == 0 ? 3580 : 200), using: &generator)
            let item = [UInt8](repeating: UInt8.random(in: 0...255, using: &generator), count: size)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0:
                if let id = model.keys.min(by: { $0.rawValue < $1.rawValue }) {
                    try heap.free(id)
                    model[id] = nil
                }
            case 1...2:
                if let id = model.keys.max(by: { $0.rawValue < $1.rawValue }) {
                    model[id] = nil
                    model[try heap.replace(id, with: item)] = item
                }
            default: model[try heap.allocate(item)] = item
            }
            if step % 97 == 0 { try heap.trim(to: 6, database: database) }
            if step % 400 == 0 {
                try heap.write(to: database)
                heap = try HeapOnNode(client: .tableContext, tree: heap.tree, read: read)
            }
        }
        for (id, item) in model { #expect(try heap.bytes(of: id) == item, "seed \(seed)") }
        try heap.write(to: database)
        try database.setNode(
            NodeID(type: .normalMessage, index: 0x10001),
            NodeEntry(data: heap.tree.top, subnodes: .none, parent: .none))
        try database.commit()
        let blocks = heap.tree.blocks
        for (index, block) in blocks.enumerated() {
            let bytes = try database.readBlock(block)
            #expect(index == blocks.count - 1 || bytes.count == 8176, "seed \(seed)")
            let map = Int(try #require(bytes.loadLittleEndian(UInt16.self, at: 0)))
            let count = Int(try #require(bytes.loadLittleEndian(UInt16.self, at: map)))
            let empty = Int(try #require(bytes.loadLittleEndian(UInt16.self, at: map + 2)))
            let offsets = (0...count).map { Int(bytes.loadLittleEndian(UInt16.self, at: map + 4 + 2 * $0) ?? 0) }
            #expect(offsets.last.map { ($0 + 1) & ~1 } == map, "seed \(seed)")
            #expect(zip(offsets, offsets.dropFirst()).count { $0 == $1 } == empty, "seed \(seed)")
        }
    }

    @Test("A page of a heap with any bit flipped is read or refused, never a trap")
    func damagedPages() throws {
        var page = HeapPage(index: 0)
        for size in [1, 7, 300] { _ = [UInt8](repeating: 9, count: size).withUnsafeBytes { page.add($0) } }
        let block = page.encoded(isLast: true)
        var refused = 0
        for position in block.indices {
            for bit in 0..<8 {
                var damaged = block
                damaged[position] ^= 1 << UInt8(bit)
                if let read = try? HeapPage(block: damaged, index: 0) {
                    for item in 0...4 { _ = read.range(ofItem: item) }
                } else {
                    refused += 1
                }
            }
        }
        #expect(refused > 50)
        for length in block.indices where (try? HeapPage(block: Array(block[..<length]), index: 0)) != nil {
            Issue.record("a page of \(length) bytes was read")
        }
    }
}
