import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

@Suite("The node database")
struct NodeDatabaseTests {
    /// What a node is expected to hold.
    private struct Model {
        var nodes: [NodeID: [UInt8]] = [:]
    }

    private static func bytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        let start = UInt8.random(in: 0...255, using: &generator)
        return (0..<count).map { start &+ UInt8(truncatingIfNeeded: $0 * 7) }
    }

    private static func write(_ bytes: [UInt8], to database: NodeDatabase) throws -> BlockID {
        var writer = DataTreeWriter()
        try bytes.withBytes { (buffer) throws(NDBError) in try writer.append(buffer, to: database) }
        return try writer.finish(in: database)
    }

    private static func expect(_ model: Model, in storage: any Storage, _ comment: Comment) throws {
        let database = try NodeDatabase.open(storage)
        try database.prepareSpace()
        #expect(database.repairs.isEmpty, comment)
        var found: [NodeID: [UInt8]] = [:]
        var referenced: [BlockID: Int] = [:]
        try database.forEachNode { (id, entry) throws(NDBError) in
            found[id] = try database.data(of: entry.data)
        }
        #expect(found == model.nodes, comment)
        // Space in use is exactly that of pages and blocks.
        var used = UInt64(0)
        for section in 0..<database.allocator.sectionCount {
            used += FileGeometry.sectionSize - UInt64(try database.loadMap(section).freeSlots) * 64
        }
        try database.blocks.forEachEntry { (words) throws(NDBError) in
            referenced[BlockID(rawValue: words.0)] = Int(BlockEntry(words).references)
            used -= UInt64(BlockImages.extent(ofData: Int(BlockEntry(words).count)))
        }
        used -= UInt64(try database.nodes.pageCount() + database.blocks.pageCount()) * 512
        let heads = (0..<database.allocator.sectionCount).reduce(0) { $0 + FileGeometry.headSlots(ofSection: $1) }
        #expect(used == UInt64(heads) * 64, comment)
        #expect(database.header.root.freeBytes == database.allocator.freeBytes, comment)
        #expect(try storage.size() == FileGeometry.fileSize(sections: database.allocator.sectionCount), comment)
        #expect(referenced.values.allSatisfy { $0 == 2 }, comment)
    }

    @Test(
        "holds after every commit what a dictionary holds, through creations, replacements and deletions",
        arguments: [ContentEncoding.none, .permute, .cyclic], 0..<6 as Range<UInt64>)
    func randomTransactions(encoding: ContentEncoding, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let storage = MemoryStorage()
        var database = NodeDatabase.create(in: storage, encoding: encoding)
        var model = Model()
        for transaction in 0..<12 {
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                let size = [0, 1, 500, 8176, 8177, 60_000][Int.random(in: 0..<6, using: &generator)]
                let content = Self.bytes(size, &generator)
                if let victim = model.nodes.keys.sorted().randomElement(using: &generator),
                    Bool.random(using: &generator)
                {
                    let old = try #require(try database.node(victim))
                    if Bool.random(using: &generator) {
                        try database.removeNode(victim)
                        model.nodes[victim] = nil
                    } else {
                        let block = try Self.write(content, to: database)
                        try database.setNode(victim, NodeEntry(data: block, subnodes: .none, parent: .none))
                        model.nodes[victim] = content
                    }
                    try database.release(old.data)
                } else {
                    let id = try database.newNodeID(Bool.random(using: &generator) ? .normalMessage : .normalFolder)
                    let block = try Self.write(content, to: database)
                    try database.setNode(id, NodeEntry(data: block, subnodes: .none, parent: .none))
                    model.nodes[id] = content
                }
            }
            try database.commit()
            try Self.expect(model, in: storage, "seed \(seed), transaction \(transaction)")
            if Bool.random(using: &generator) { database = try NodeDatabase.open(storage) }
        }
    }

    @Test("uses the space of what was deleted again")
    func reusesSpace() throws {
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .none)
        let id = NodeID(type: .normalMessage, index: 0x10001)
        var generator = SeededGenerator(seed: 1)
        var sizes: [UInt64] = []
        for _ in 0..<60 {
            let old = try database.node(id)
            let block = try Self.write(Self.bytes(100_000, &generator), to: database)
            try database.setNode(id, NodeEntry(data: block, subnodes: .none, parent: .none))
            if let old { try database.release(old.data) }
            try database.commit()
            sizes.append(try storage.size())
        }
        #expect(sizes.last == sizes[5])
    }

    @Test("leaves the last commit readable when the n-th write, resize or sync fails, for every n")
    func failingStorage() throws {
        func run(_ storage: any Storage) throws {
            let database = try NodeDatabase.open(storage)
            var generator = SeededGenerator(seed: 7)
            for index in 0..<20 {
                let block = try Self.write(Self.bytes(9000, &generator), to: database)
                let id = NodeID(type: .normalMessage, index: 0x20001 + UInt32(index))
                try database.setNode(id, NodeEntry(data: block, subnodes: .none, parent: .none))
            }
            try database.commit()
        }
        let base = MemoryStorage()
        let first = NodeDatabase.create(in: base, encoding: .permute)
        let block = try Self.write([1, 2, 3], to: first)
        try first.setNode(
            NodeID(type: .normalMessage, index: 0x10001), NodeEntry(data: block, subnodes: .none, parent: .none))
        try first.commit()

        var failures = 0
        for successes in 0... {
            let storage = MemoryStorage(bytes: base.bytes)
            let isDone = (try? run(FailingStorage(storage, successes: successes))) != nil
            let database = try NodeDatabase.open(storage)
            var count = 0
            try database.forEachNode { (_, entry) throws(NDBError) in
                _ = try database.data(of: entry.data)
                count += 1
            }
            #expect(count == 1 || count == 21)
            if isDone { break }
            failures += 1
        }
        #expect(failures > 5)
    }

    @Test("refuses every change after one has failed")
    func refusesAfterFailure() throws {
        let database = NodeDatabase.create(in: FailingStorage(MemoryStorage(), successes: 0), encoding: .none)
        #expect(throws: NDBError.self) { try database.commit() }
        #expect(throws: NDBError.self) { try Self.write([1], to: database) }
    }

    @Test("shares a block between nodes and frees it with the last of them")
    func sharedBlocks() throws {
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .none)
        let block = try Self.write(Array(repeating: 5, count: 20_000), to: database)
        try database.retain(block)
        try database.release(block)
        #expect(try database.data(of: block).count == 20_000)
        try database.release(block)
        #expect(throws: NDBError.self) { try database.readBlock(block) }
    }
}

extension BTree {
    /// Pages of the tree.
    func pageCount() throws(NDBError) -> Int {
        var count = 0
        try forEachPage { count += 1 }
        return count
    }
}
