import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

@Suite("A commit that fails")
struct RollbackTests {
    /// A file of one commit, with room between its blocks, and what is in it.
    private static func base() throws -> (bytes: [UInt8], nodes: [NodeID: [UInt8]]) {
        var generator = SeededGenerator(seed: 11)
        let storage = MemoryStorage()
        var model = DatabaseModel(database: NodeDatabase.create(in: storage, encoding: .permute))
        for _ in 0..<80 { try model.change(deleting: 0.1, sizes: [1, 500, 8176, 30_000], &generator) }
        try model.database.commit()
        for _ in 0..<40 { try model.change(deleting: 0.9, sizes: [100], &generator) }
        try model.database.commit()
        return (storage.bytes, model.nodes)
    }

    /// Changes that use old space, free some, and make the file longer.
    private static func change(
        _ database: NodeDatabase, _ nodes: [NodeID: [UInt8]]
    ) throws -> [NodeID: [UInt8]] {
        var generator = SeededGenerator(seed: 12)
        var model = DatabaseModel(database: database, nodes: nodes)
        for _ in 0..<60 { try model.change(deleting: 0.3, sizes: [1, 500, 8176, 100_000], &generator) }
        return model.nodes
    }

    @Test(
        "is taken back wherever the n-th call fails, and leaves the last commit without a fault; tried again it succeeds",
        arguments: [1, 2, 5])
    func anyCall(failures: Int) throws {
        let (bytes, nodes) = try Self.base()
        var count = 0
        for successes in 0... {
            let storage = MemoryStorage(bytes: bytes)
            let database = try NodeDatabase.open(
                FailingStorage(storage, successes: successes, failures: failures))
            do {
                _ = try Self.change(database, nodes)
                try database.commit()
                break
            } catch is NDBError {
                count += 1
            }
            // Where the storage fails again, the next start has to do it.
            while (try? database.rollback()) == nil {}
            #expect(try DatabaseCheck.complaints(about: storage) == [], "after \(successes) calls")
            let again = try NodeDatabase.open(storage)
            #expect(again.repairs == [])
            #expect(try DatabaseCheck.content(of: again) == nodes, "after \(successes) calls")
            let changed = try Self.change(again, nodes)
            try again.commit()
            #expect(try DatabaseCheck.complaints(about: storage) == [], "after \(successes) calls, and again")
            #expect(try DatabaseCheck.content(of: NodeDatabase.open(storage)) == changed)
        }
        #expect(count > 10)
    }

    @Test("for want of room has not touched the header yet, however much room there was")
    func fullDisk() throws {
        let (bytes, nodes) = try Self.base()
        var failures = 0
        for room in stride(from: 0, to: 10_000, by: 5) {
            let storage = MemoryStorage(bytes: bytes)
            let disk = try FullDisk(storage, room: room)
            let database = try NodeDatabase.open(disk)
            do {
                _ = try Self.change(database, nodes)
                try database.commit()
                break
            } catch is NDBError {
                failures += 1
            }
            #expect(storage.bytes[..<FileSummary.size] == bytes[..<FileSummary.size], "room \(room)")
            try database.rollback()
            #expect(storage.bytes.count == bytes.count)
            #expect(try DatabaseCheck.complaints(about: storage) == [], "room \(room)")
            #expect(try DatabaseCheck.content(of: NodeDatabase.open(storage)) == nodes)
        }
        #expect(failures > 5)
    }

    @Test("leaves nothing of a file that never had a commit")
    func firstCommit() throws {
        for successes in 0... {
            let storage = MemoryStorage()
            let database = NodeDatabase.create(
                in: FailingStorage(storage, successes: successes, failures: 1), encoding: .none)
            do {
                _ = try Self.change(database, [:])
                try database.commit()
                #expect(successes > 3)
                break
            } catch is NDBError {
                try database.rollback()
                #expect(storage.bytes.isEmpty)
            }
        }
    }

    @Test("ends the use of the database, as taking back changes does")
    func refusal() throws {
        let (bytes, nodes) = try Self.base()
        let storage = CrashStorage(bytes: bytes)
        let database = try NodeDatabase.open(storage)
        _ = try Self.change(database, nodes)
        try database.rollback()
        try database.rollback()
        #expect(throws: NDBError.rolledBack) { try database.commit() }
        #expect(throws: NDBError.rolledBack) { try DatabaseModel.write([1], to: database) }
        #expect(try DatabaseCheck.complaints(about: storage) == [])
        #expect(try DatabaseCheck.content(of: NodeDatabase.open(storage)) == nodes)
    }
}
