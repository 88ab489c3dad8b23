import BinaryIO
import PST
import PSTNDB
import TestSupport
import Testing

@Suite("A crash while a PST is written")
struct PSTCrashTests {
    /// Everything that a run does to a PST, over several checkpoints, with the file closed and opened in between.
    private static func scenario(
        seed: UInt64, in storage: CrashStorage
    ) throws -> (history: StoreHistory, states: [StoreModel]) {
        var history = try StoreHistory(seed: seed, in: storage, shapes: 7)
        storage.noteCheckpoint()
        var states = [history.model]
        func checkpoint() throws {
            try history.file.checkpoint()
            history.committed = history.model
            storage.noteCheckpoint()
            states.append(history.model)
        }
        for _ in 0..<2 { try history.addFolder() }
        for _ in 0..<5 { try history.addMessage() }
        try checkpoint()
        for _ in 0..<4 { try history.changeMessage() }
        for _ in 0..<2 { try history.moveMessage() }
        try history.addMessage()
        try checkpoint()
        history.file = try PSTFile.open(in: storage)
        for _ in 0..<3 { try history.deleteMessage() }
        try history.moveFolder()
        try history.moveMessage()
        try checkpoint()
        for _ in 0..<9 { try history.addMessage() }
        try history.addFolder()
        try history.moveFolder()
        try checkpoint()
        history.file = try PSTFile.open(in: storage)
        for _ in 0..<4 { try history.changeMessage() }
        for _ in 0..<4 { try history.deleteMessage() }
        for _ in 0..<3 { try history.deleteFolder() }
        try checkpoint()
        return (history, states)
    }

    @Test(
        "at any call, with unsynced writes kept, dropped, torn or out of order, leaves a checkpoint with all it held",
        arguments: [UInt64(1), 2])
    func images(seed: UInt64) throws {
        let storage = CrashStorage()
        let (history, states) = try Self.scenario(seed: seed, in: storage)
        let directory = try TemporaryDirectory()
        var (number, repaired, atLast, atNext, beforeFirst) = (0, 0, 0, 0, 0)
        let count = try storage.forEachImage(subsets: 3, seed: seed) { image in
            number += 1
            let place: Comment = "seed \(seed), image \(number): stop \(image.stop), lost: \(image.loss.rawValue)"
            let disk = MemoryStorage(bytes: image.bytes)
            let file: PSTFile
            do {
                file = try PSTFile.open(in: disk)
            } catch {
                // There is nothing to open before the first checkpoint.
                #expect(image.checkpoints == 0, place)
                beforeFirst += 1
                return
            }
            if !file.repairs.isEmpty { repaired += 1 }
            let found = try StoreModel.read(disk, known: history.numbers)
            // Until the first is noted, it may be there.
            let first = max(image.checkpoints - 1, 0)
            guard let index = states[first...].prefix(2).firstIndex(where: { $0.isEqual(to: found) }) else {
                Issue.record("\(place): neither the last checkpoint nor the next one")
                return
            }
            if index == first { atLast += 1 } else { atNext += 1 }
            #expect(try StoreModel.findings(disk) == [], place)

            var next = try StoreHistory(continuing: history, as: found, in: disk, seed: UInt64(number))
            try next.addMessage()
            try next.changeMessage()
            try next.moveMessage()
            try next.deleteMessage()
            try next.checkpointAndCompare()
            if number % 199 == 0 {
                let path = "\(directory.path)/\(number).pst"
                let target = try FileStorage(path: path, mode: .create)
                try disk.bytes.withUnsafeBytes { bytes in try target.write(bytes, at: 0) }
                if let complaints = try StrictChecker.complaints(about: path) { #expect(complaints == "", place) }
            }
        }
        print(
            "PST crash images, seed \(seed): \(count) of \(storage.eventCount) calls with \(storage.syncCount) syncs; "
                + "\(repaired) repaired, \(atLast) at the last checkpoint, \(atNext) at the one being made, "
                + "\(beforeFirst) before the first")
        #expect(count > 500)
        #expect(repaired > 50)
        #expect(atLast > 50 && atNext > 10)
    }
}

extension StoreModel {
    fileprivate func isEqual(to other: StoreModel) -> Bool {
        folders == other.folders && messages == other.messages
    }
}
