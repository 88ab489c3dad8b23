import BinaryIO
import Foundation
import TestSupport
import Testing

@testable import PSTNDB

@Suite("A crash")
struct CrashTests {
    /// Several commits: creation, growth over several sections, mass deletion, reuse of what was freed, growth again;
    /// with the content at each.
    private static func scenario(
        seed: UInt64
    ) throws -> (storage: CrashStorage, states: [[NodeID: [UInt8]]]) {
        var generator = SeededGenerator(seed: seed)
        let storage = CrashStorage()
        var model = DatabaseModel(database: NodeDatabase.create(in: storage, encoding: .permute))
        var states: [[NodeID: [UInt8]]] = [[:]]
        let steps: [(changes: Int, deleting: Double, sizes: [Int])] = [
            (8, 0.1, [1, 500, 8176]), (30, 0.1, [500, 8176, 40_000]), (24, 0.9, [64]), (20, 0.2, [1, 8177, 20_000]),
            (1, 0, [100]), (30, 0.3, [8176, 60_000]),
        ]
        for (number, step) in steps.enumerated() {
            for _ in 0..<step.changes {
                try model.change(deleting: step.deleting, sizes: step.sizes, &generator)
            }
            try model.database.commit()
            storage.noteCheckpoint()
            states.append(model.nodes)
            if number % 2 == 1 { model.database = try NodeDatabase.open(storage) }
        }
        return (storage, states)
    }

    @Test("at any call, with unsynced writes kept, dropped, torn or out of order, loses no commit", arguments: [1, 2])
    func images(seed: UInt64) throws {
        let (storage, states) = try Self.scenario(seed: seed)
        let folder = try TemporaryFolder()
        var repaired = 0
        var beforeFirst = 0
        var number = 0
        let count = try storage.forEachImage(subsets: 4, seed: seed) { image in
            number += 1
            let place: Comment = "seed \(seed), image \(number): stop \(image.stop), lost: \(image.loss.rawValue)"
            let disk = MemoryStorage(bytes: image.bytes)
            let database: NodeDatabase
            do {
                database = try NodeDatabase.open(disk)
            } catch {
                // There is nothing to open before the first commit.
                #expect(image.checkpoints == 0, place)
                beforeFirst += 1
                return
            }
            if !database.repairs.isEmpty { repaired += 1 }
            let content = try DatabaseCheck.content(of: database)
            let possible = states[image.checkpoints...].prefix(2)
            #expect(possible.contains(content), place)
            #expect(try DatabaseCheck.complaints(about: disk) == [], place)
            if number % 97 == 0 { try Self.expectCheckerContent(disk.bytes, folder.path("image.pst"), place) }

            var generator = SeededGenerator(seed: UInt64(number))
            var model = DatabaseModel(database: database, nodes: content)
            for _ in 0..<4 { try model.change(deleting: 0.3, sizes: [500, 20_000], &generator) }
            try model.database.commit()
            #expect(try DatabaseCheck.content(of: NodeDatabase.open(disk)) == model.nodes, place)
            #expect(try DatabaseCheck.complaints(about: disk) == [], place)
        }
        print(
            "crash images, seed \(seed): \(count) of \(storage.eventCount) calls with \(storage.syncCount) syncs; "
                + "\(repaired) repaired, \(beforeFirst) before the first commit")
        #expect(count > 500)
        #expect(repaired > 50)
    }

    @Test("while a file is repaired leaves one that the next start repairs")
    func crashInRepair() throws {
        let (storage, states) = try Self.scenario(seed: 3)
        var count = 0
        var number = 0
        try storage.forEachImage(subsets: 1, seed: 3) { image in
            number += 1
            guard number % 5 == 0, image.checkpoints > 0 else { return }
            let disk = CrashStorage(bytes: image.bytes)
            _ = try NodeDatabase.open(disk)
            guard disk.eventCount > 0 else { return }
            try disk.forEachImage(subsets: 2, seed: UInt64(number)) { second in
                count += 1
                let again = MemoryStorage(bytes: second.bytes)
                let content = try DatabaseCheck.content(of: NodeDatabase.open(again))
                #expect(states[image.checkpoints...].prefix(2).contains(content), "image \(number)")
                #expect(try DatabaseCheck.complaints(about: again) == [], "image \(number)")
            }
        }
        print("crash images while repairing: \(count)")
        #expect(count > 100)
    }

    @Test("while a failed commit is taken back leaves the commit before it")
    func crashInRollback() throws {
        let (storage, states) = try Self.scenario(seed: 4)
        let bytes = storage.bytes
        var count = 0
        for successes in 0... {
            let disk = CrashStorage(bytes: bytes)
            let database = try NodeDatabase.open(FailingStorage(disk, successes: successes, failures: 1))
            var generator = SeededGenerator(seed: 4)
            var model = DatabaseModel(database: database, nodes: states[states.count - 1])
            let isDone: Bool
            do {
                for _ in 0..<10 { try model.change(deleting: 0.4, sizes: [500, 20_000], &generator) }
                try database.commit()
                isDone = true
            } catch is NDBError {
                isDone = false
            }
            if isDone { break }
            try database.rollback()
            disk.noteCheckpoint()
            try disk.forEachImage(subsets: 3, seed: UInt64(successes)) { image in
                count += 1
                let again = MemoryStorage(bytes: image.bytes)
                let content = try DatabaseCheck.content(of: NodeDatabase.open(again))
                let isOld = content == states[states.count - 1]
                // Before the end of the rollback the header of the failed commit may have come to the disk whole.
                #expect(isOld || (image.checkpoints == 0 && content == model.nodes), "after \(successes) calls")
                #expect(try DatabaseCheck.complaints(about: again) == [], "after \(successes) calls")
            }
        }
        print("crash images while taking back: \(count)")
        #expect(count > 100)
    }

    /// What the independent checker says of the node database; the layers above it are not there, and
    /// nodes lie in no folder (NDB-NBT-03).
    private static func expectCheckerContent(_ bytes: [UInt8], _ path: String, _ place: Comment) throws {
        guard let shared = SharedMaterial.folder else { return }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let run = try CommandRun.run(shared + "/tools/pstcheck", ["--max", "5", path])
        let lines = run.outputText.split(separator: "\n").filter { $0.contains("NDB-") && !$0.contains("NDB-NBT-03") }
        #expect(lines == [], place)
        #expect(run.outputText.contains("blocks"), place)
    }
}
