import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

@Suite("The node database")
struct NodeDatabaseTests {
    @Test(
        "holds after every commit what a dictionary holds, through creations, replacements, shares and deletions",
        arguments: [ContentEncoding.none, .permute, .cyclic], 0..<6 as Range<UInt64>)
    func randomTransactions(encoding: ContentEncoding, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let storage = MemoryStorage()
        var model = DatabaseModel(database: NodeDatabase.create(in: storage, encoding: encoding))
        for transaction in 0..<12 {
            for _ in 0..<Int.random(in: 1...60, using: &generator) {
                try model.change(deleting: 0.25, sizes: [0, 1, 500, 8176, 8177, 60_000], &generator)
            }
            try model.database.commit()
            let place: Comment = "seed \(seed), transaction \(transaction)"
            #expect(try DatabaseCheck.complaints(about: storage) == [], place)
            let opened = try NodeDatabase.open(storage, knownGeneration: model.database.generation)
            #expect(try DatabaseCheck.content(of: opened) == model.nodes, place)
            if Bool.random(using: &generator) { model.database = opened }
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
            let block = try DatabaseModel.write(DatabaseModel.bytes(100_000, &generator), to: database)
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
                let block = try DatabaseModel.write(DatabaseModel.bytes(9000, &generator), to: database)
                let id = NodeID(type: .normalMessage, index: 0x20001 + UInt32(index))
                try database.setNode(id, NodeEntry(data: block, subnodes: .none, parent: .none))
            }
            try database.commit()
        }
        let base = MemoryStorage()
        let first = NodeDatabase.create(in: base, encoding: .permute)
        let block = try DatabaseModel.write([1, 2, 3], to: first)
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
        #expect(throws: NDBError.self) { try DatabaseModel.write([1], to: database) }
    }

    @Test("shares a block between nodes and frees it with the last of them")
    func sharedBlocks() throws {
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .none)
        let block = try DatabaseModel.write(Array(repeating: 5, count: 20_000), to: database)
        try database.retain(block)
        try database.release(block)
        #expect(try database.data(of: block).count == 20_000)
        try database.release(block)
        #expect(throws: NDBError.self) { try database.readBlock(block) }
    }
}
