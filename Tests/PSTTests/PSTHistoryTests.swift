import BinaryIO
import TestSupport
import Testing

@Suite("A PST that is opened and changed")
struct PSTHistoryTests {
    @Test(
        "is what a model says after any history of changes, checkpoints and reopenings, and sound",
        arguments: [UInt64(1), 2, 3, 4, 5])
    func histories(seed: UInt64) throws {
        let storage = MemoryStorage()
        var history = try StoreHistory(seed: seed, in: storage)
        for step in 0..<200 {
            do {
                try history.step()
                if step % 40 == 39 { try history.checkpointAndCompare() }
            } catch {
                Issue.record("seed \(seed), step \(step): \(error)")
                return
            }
        }
        try history.checkpointAndCompare()
        let directory = try TemporaryDirectory()
        let path = directory.path + "/history.pst"
        let target = try FileStorage(path: path, mode: .create)
        try storage.bytes.withUnsafeBytes { bytes in try target.write(bytes, at: 0) }
        if let complaints = try StrictChecker.complaints(about: path) {
            #expect(complaints == "", "seed \(seed)")
        }
    }
}
