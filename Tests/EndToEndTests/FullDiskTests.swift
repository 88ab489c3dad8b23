import Foundation
import TestSupport
import Testing

/// A disk that becomes full at any moment of a run.
@Suite("A disk that becomes full", .enabled(if: SmallDisk.canBeMade, "mounting a tmpfs takes root"))
struct FullDiskTests {
    private static let messages = 60

    private func expectFull(_ run: CommandRun, _ place: Comment) {
        #expect(run.status == 74, "\(place): \(run.transcript)")
        #expect(run.errorOutput.split(separator: "\n").count == 1, "\(place): \(run.transcript)")
    }

    @Test("A first run ends with 74 and one line, leaves no PST that is not sound, and is completed by the next one")
    func firstRun() throws {
        let place = try BackupPlace(messages: Self.messages)
        let size = try takenByWhole(place)
        var full = 0
        // From a disk that does not even hold an empty PST to one on which nearly all has its place.
        for share in [0, 20, 40, 55, 70, 80, 90, 96, 99] {
            let kilobytes = max(size * share / 100, 4)
            let comment: Comment = "\(kilobytes) of \(size) KB"
            let disk = try SmallDisk(kilobytes: kilobytes)
            let pst = disk.path + "/fredb.pst"
            let state = place.path("state-\(share)")
            let run = try place.copy(to: pst, "--quiet", "--since-state", "last", state: state)
            expectFull(run, comment)
            full += 1
            if FileManager.default.fileExists(atPath: pst) { try BackupPlace.expectSound(pst, comment) }
            try disk.resize(kilobytes: size * 2)
            let again = try place.copy(to: pst, "--quiet", "--since-state", "last", state: state)
            #expect(again.status == 0, "\(comment): \(again.transcript)")
            try BackupPlace.expect(pst, holds: 1...Self.messages, comment)
        }
        #expect(full == 9)
    }

    @Test("An update ends with 74 and one line, leaves the PST as it was or further, and is completed by the next one")
    func update() throws {
        let place = try BackupPlace(messages: 30)
        let old = place.path("old.pst")
        let oldState = place.path("state")
        #expect(try place.copy(to: old, "--quiet", "--since-state", "last").status == 0)
        try place.deliver(31...Self.messages)
        try place.rename(place.file(3), place.file(3).replacingOccurrences(of: ":2,S", with: ":2,RS"))
        try place.remove(5)
        let expected = [1, 2, 3, 4] + Array(6...Self.messages)
        for room in [0, 8, 32, 64, 128, 192, 256] {
            let comment: Comment = "\(room) KB left"
            let disk = try SmallDisk(kilobytes: 8192)
            let pst = disk.path + "/fredb.pst"
            let state = place.path("state-\(room)")
            for (from, to) in [(old, pst), (oldState, state)] {
                try FileManager.default.copyItem(atPath: from, toPath: to)
            }
            try disk.resize(kilobytes: disk.taken() + room)
            let run = try place.copy(
                to: pst, "--quiet", "--since-state", "last", "--deleted", "mirror", state: state)
            expectFull(run, comment)
            try BackupPlace.expect(pst, holds: 1...30, comment)
            try disk.resize(kilobytes: 8192)
            let again = try place.copy(
                to: pst, "--quiet", "--since-state", "last", "--deleted", "mirror", state: state)
            #expect(again.status == 0, "\(comment): \(again.transcript)")
            try BackupPlace.expect(pst, holds: expected, comment)
        }
    }

    @Test("Where the journal's disk becomes full, the PST is sound, and the next run completes it without a duplicate")
    func journalsDisk() throws {
        let place = try BackupPlace(messages: Self.messages)
        var full = 0
        for kilobytes in [4, 16, 64, 100, 140, 180] {
            let comment: Comment = "\(kilobytes) KB for the journal"
            let disk = try SmallDisk(kilobytes: kilobytes)
            let pst = place.path("journal-\(kilobytes).pst")
            let journal = disk.path + "/fredb.sqlite"
            let run = try place.copy(to: pst, "--quiet", "--since-state", "last", "--journal", journal)
            if run.status != 0 {
                expectFull(run, comment)
                full += 1
            }
            if FileManager.default.fileExists(atPath: pst) { try BackupPlace.expectSound(pst, comment) }
            try disk.resize(kilobytes: 8192)
            let again = try place.copy(to: pst, "--quiet", "--since-state", "last", "--journal", journal)
            // A journal that had to be rebuilt is told, as a notice.
            #expect(again.status == 0, "\(comment): \(again.transcript)")
            try BackupPlace.expect(pst, holds: 1...Self.messages, comment)
        }
        #expect(full > 1)
    }

    /// Kilobytes that a disk with the whole PST needs.
    private func takenByWhole(_ place: BackupPlace) throws -> Int {
        let disk = try SmallDisk(kilobytes: 16384)
        let run = try place.copy(to: disk.path + "/whole.pst", "--quiet", state: place.path("state-whole"))
        #expect(run.status == 0, "\(run.transcript)")
        return try disk.taken()
    }
}
