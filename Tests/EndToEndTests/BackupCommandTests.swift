import Foundation
import Glibc
import TestSupport
import Testing

/// Nights in the life of one backup, as a script sees them.
@Suite("Incremental runs")
struct BackupCommandTests {
    private func expectDone(_ run: CommandRun, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(run.status == 0, "\(run.transcript)", sourceLocation: sourceLocation)
    }

    @Test("One cron line: everything on the first night, what changed on the next, and nothing at all on a quiet one")
    func nights() throws {
        let place = try BackupPlace(messages: 12)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst, "--since-state", "last"))
        try BackupPlace.expect(pst, holds: 1...12)
        try place.deliver(13...15)
        let second = try place.copy(to: pst, "--since-state", "last")
        expectDone(second)
        #expect(second.outputText.contains("3 messages, 0 problems"), "\(second.transcript)")
        try BackupPlace.expect(pst, holds: 1...15)
        let before = try Data(contentsOf: URL(fileURLWithPath: pst))
        let time = try modified(pst)
        expectDone(try place.copy(to: pst, "--quiet", "--since-state", "last"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: pst)) == before)
        #expect(try modified(pst) == time)
    }

    @Test("A PST that exists is added to without --since-state too, and nothing is in it twice")
    func plainCopyAgain() throws {
        let place = try BackupPlace(messages: 6)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst))
        try place.deliver(7...8)
        expectDone(try place.copy(to: pst))
        try BackupPlace.expect(pst, holds: 1...8)
    }

    @Test("--deleted keep keeps what is gone at the source, mirror deletes it, and a message that moved is moved")
    func deletions() throws {
        let place = try BackupPlace(messages: 9)
        let (kept, mirrored) = (place.path("kept.pst"), place.path("mirrored.pst"))
        for pst in [kept, mirrored] {
            expectDone(try place.copy(to: pst, "--since-state", "last", state: pst + ".state"))
        }
        try place.remove(4)
        try place.rename(place.file(6), ".Archive/cur/1700000006.m6.host:2,S")
        expectDone(try place.copy(to: kept, "--since-state", "last", state: kept + ".state"))
        let mirror = try place.copy(
            to: mirrored, "--since-state", "last", "--deleted", "mirror", state: mirrored + ".state")
        expectDone(mirror)
        #expect(mirror.outputText.contains("1 moved"), "\(mirror.transcript)")
        try BackupPlace.expect(kept, holds: 1...9)
        try BackupPlace.expect(mirrored, holds: [1, 2, 3, 5, 6, 7, 8, 9])
        let proof = try place.run(
            "verify", mirrored, "--source", "maildir:\(place.maildir)", state: mirrored + ".state")
        expectDone(proof)
    }

    @Test(
        "A new message with the unique name and the size of one that is gone is another message",
        arguments: ["keep", "mirror"])
    func twins(deleted: String) throws {
        let place = try BackupPlace(messages: 6)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst, "--since-state", "last"))
        let old = try place.file(6)
        let new = ".Archive/" + old
        try place.rename(old, new)
        let url = URL(fileURLWithPath: "\(place.maildir)/\(new)")
        let text = try String(contentsOf: url, encoding: .utf8)
        try text.replacingOccurrences(of: "number 6", with: "number 8").write(
            to: url, atomically: true, encoding: .utf8)
        expectDone(try place.copy(to: pst, "--since-state", "last", "--deleted", deleted))
        try BackupPlace.expect(pst, holds: deleted == "keep" ? [1, 2, 3, 4, 5, 6, 8] : [1, 2, 3, 4, 5, 8])
    }

    @Test("A lost journal is rebuilt from the PST, and nothing is copied twice or forgotten", arguments: [true, false])
    func lostJournal(isDeletedBefore: Bool) throws {
        let place = try BackupPlace(messages: 9)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst, "--since-state", "last"))
        if isDeletedBefore { try place.remove(2) }
        try FileManager.default.removeItem(atPath: place.state)
        try place.deliver(10...11)
        let run = try place.copy(to: pst, "--since-state", "last", "--deleted", "mirror")
        expectDone(run)
        #expect((run.outputText + run.errorOutput).contains("rebuilt from it, 9 messages"), "\(run.transcript)")
        try BackupPlace.expect(pst, holds: (1...11).filter { !isDeletedBefore || $0 != 2 })
    }

    @Test("A journal older than its PST is found out, and rebuilt")
    func staleJournal() throws {
        let place = try BackupPlace(messages: 9)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst, "--since-state", "last"))
        try FileManager.default.copyItem(atPath: place.state, toPath: place.path("stale"))
        try place.deliver(10...12)
        expectDone(try place.copy(to: pst, "--since-state", "last"))
        try place.deliver(13...13)
        expectDone(try place.copy(to: pst, "--since-state", "last", state: place.path("stale")))
        try BackupPlace.expect(pst, holds: 1...13)
        // It does not know when 10 to 12 came: what is asked since before then has them.
        let delta = place.path("delta.pst")
        expectDone(try place.copy(to: delta, "--since-state", "1", state: place.path("stale")))
        #expect(try Set(BackupPlace.numbers(in: delta)).isSuperset(of: 10...13))
    }

    @Test("A delta PST has what is new since the last run, since a run, or since a saved state on another machine")
    func deltas() throws {
        let place = try BackupPlace(messages: 6)
        expectDone(try place.copy(to: place.path("base.pst"), "--since-state", "last"))
        let saved = place.path("saved.state")
        try place.deliver(7...8)
        let second = try place.copy(to: place.path("base.pst"), "--since-state", "last", "--save-state", saved)
        expectDone(second)
        #expect(second.outputText.contains("state 2"), "\(second.transcript)")
        try place.deliver(9...10)
        let state = place.path("other-state")
        try FileManager.default.copyItem(atPath: place.state, toPath: state)

        expectDone(try place.copy(to: place.path("last.pst"), "--since-state", "last"))
        try BackupPlace.expect(place.path("last.pst"), holds: 9...10)
        expectDone(try place.copy(to: place.path("run.pst"), "--since-state", "1", state: state))
        try BackupPlace.expect(place.path("run.pst"), holds: 7...10)
        expectDone(
            try place.copy(to: place.path("file.pst"), "--since-state", saved, state: place.path("another-machine")))
        try BackupPlace.expect(place.path("file.pst"), holds: 9...10)
        // What is in no PST of this machine is copied there; nothing that the state stands for is.
        try BackupPlace.expect(place.path("base.pst"), holds: 1...8)
    }

    @Test(
        "A delta PST stays one: the next run adds to it what has changed since, and no more", arguments: [true, false])
    func deltaAgain(hasSinceState: Bool) throws {
        let place = try BackupPlace(messages: 6)
        expectDone(try place.copy(to: place.path("base.pst"), "--since-state", "last"))
        try place.deliver(7...8)
        let delta = place.path("delta.pst")
        expectDone(try place.copy(to: delta, "--since-state", "last"))
        try place.deliver(9...9)
        let options = hasSinceState ? ["--since-state", "last"] : []
        let dry = try place.copy(to: delta, options: options + ["--dry-run"])
        #expect(dry.outputText.contains("1 message, 0 problems"), "\(dry.transcript)")
        expectDone(try place.copy(to: delta, options: options))
        try BackupPlace.expect(delta, holds: 7...9)
    }

    @Test("A PST that has moved to another machine with its state is brought up to date there")
    func movedPST() throws {
        let place = try BackupPlace(messages: 6)
        let saved = place.path("saved.state")
        expectDone(try place.copy(to: place.path("here.pst"), "--since-state", "last", "--save-state", saved))
        try FileManager.default.moveItem(atPath: place.path("here.pst"), toPath: place.path("there.pst"))
        try place.deliver(7...9)
        let run = try place.copy(to: place.path("there.pst"), "--since-state", saved, state: place.path("there"))
        expectDone(run)
        #expect(!(run.outputText + run.errorOutput).contains("rebuilt"), "\(run.transcript)")
        try BackupPlace.expect(place.path("there.pst"), holds: 1...9)
    }

    @Test("A mailbox that lies elsewhere now is the same mailbox: nothing is copied again")
    func movedMailbox() throws {
        let place = try BackupPlace(messages: 9)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst, "--since-state", "last"))
        let moved = place.path("Moved")
        _ = try CommandRun.run("cp", ["-a", place.maildir, moved]).succeeded()
        let run = try place.run(
            "copy", "--user", "fredb", "--source", "maildir:\(moved)", "--out", pst, "--since-state", "last")
        expectDone(run)
        try BackupPlace.expect(pst, holds: 1...9)
    }

    @Test("A state that is no state: 65 or 66, one line, and no PST", arguments: [("missing", 66), ("text", 65)])
    func wrongState(name: String, status: Int32) throws {
        let place = try BackupPlace(messages: 3)
        try "no state".write(toFile: place.path("text"), atomically: true, encoding: .utf8)
        let pst = place.path("fredb.pst")
        let run = try place.copy(to: pst, "--since-state", place.path(name))
        #expect(run.status == status, "\(run.transcript)")
        #expect(run.errorOutput.split(separator: "\n").count == 1, "\(run.transcript)")
        #expect(!FileManager.default.fileExists(atPath: pst))
    }

    @Test("A run that the journal does not know: 66, one line, and no PST")
    func unknownRun() throws {
        let place = try BackupPlace(messages: 3)
        expectDone(try place.copy(to: place.path("base.pst"), "--since-state", "last"))
        let pst = place.path("fredb.pst")
        let run = try place.copy(to: pst, "--since-state", "7")
        #expect(run.status == 66, "\(run.transcript)")
        #expect(run.errorOutput.split(separator: "\n").count == 1, "\(run.transcript)")
        #expect(!FileManager.default.fileExists(atPath: pst))
    }

    @Test("A dry run of an update counts what is new, and writes nothing")
    func dryRun() throws {
        let place = try BackupPlace(messages: 6)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst, "--since-state", "last"))
        try place.deliver(7...8)
        let before = try everything(in: place)
        let run = try place.copy(to: pst, "--since-state", "last", "--dry-run")
        expectDone(run)
        #expect(run.outputText.contains("2 messages, 0 problems"), "\(run.transcript)")
        #expect(try everything(in: place) == before)
    }

    private func modified(_ path: String) throws -> Date? {
        try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    }

    /// Names, times and checksums of all files. A reader of an SQLite database needs an index of its log, and may leave both
    /// beside the journal, the log empty: these, and the time of their directory, are left out.
    private func everything(in place: BackupPlace) throws -> String {
        try CommandRun.run(
            "sh",
            [
                "-c",
                """
                find "$0" -type f ! -name '*-wal' ! -name '*-shm' -printf '%P %m %s %i %T@ %C@\\n' -exec cksum {} + | sort
                """,
                place.directory.path,
            ]
        ).succeeded().outputText
    }
}
