import Journal
import MAPI
import MailStore
import TestSupport
import Testing

@Suite("Journal: runs")
struct JournalRunTests {
    @Test("The intention is durable before anything else, and numbers only grow")
    func intention() throws {
        let scene = try JournalScene()
        let reader = try Journal.openForReading(at: scene.path)
        let first = try scene.begin()
        let found = try #require(try reader.run(first))
        #expect(found.intention.source == JournalScene.source)
        #expect(found.intention.destination == "fredb.pst")
        #expect(found.intention.kind == .full && found.intention.store == nil && found.intention.since == nil)
        #expect(found.intention.started == FileTime(unixSeconds: 1_764_000_000))
        #expect(found.result == nil && found.checkpointed == nil && found.counts == [:])
        let second = try scene.begin(.delta, since: first)
        #expect(second > first)
        #expect(try reader.run(second)?.intention.since == first)
        #expect(try reader.runs(last: 1).map(\.number) == [second])
        #expect(try reader.runs(last: 10).map(\.number) == [second, first])
        #expect(try reader.run(99) == nil)
    }

    @Test("A checkpoint tells the counts so far, the end tells all")
    func counts() throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        try scene.checkpoint(run, store, counts: ["saved": 5, "failed": 1, "nothing": 0])
        var found = try #require(try scene.journal.run(run))
        #expect(found.counts == ["saved": 5, "failed": 1])
        #expect(found.checkpointed == FileTime(unixSeconds: 1_764_000_060))
        #expect(found.intention.store == store.id)
        try scene.finish(run, .problems, counts: ["saved": 7, "failed": 0])
        found = try #require(try scene.journal.run(run))
        #expect(found.counts == ["saved": 7] && found.counts["failed"] == 0)
        #expect(found.result?.status == .problems && found.result?.failure == nil)
        #expect(found.result?.finished == FileTime(unixSeconds: 1_764_000_120))
    }

    @Test("What is recorded after the last checkpoint does not outlive the run")
    func uncommitted() throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        let folder = try scene.addFolder("INBOX", store, run: run)
        try scene.checkpoint(run, store)
        try scene.journal.insert(JournalScene.message("1"), folder: folder, run: run)
        #expect(try scene.folder(folder, of: store)?.messageCount == 1)
        try scene.journal.finish(
            run: run,
            RunResult(
                status: .failed, failure: "disk full", counts: [:], finished: FileTime(unixSeconds: 1_764_000_120)))
        #expect(try scene.journal.given(folder).isEmpty)
        #expect(try scene.folder(folder, of: store)?.messageCount == 0)
        #expect(try scene.journal.run(run)?.result?.failure == "disk full")
    }

    @Test("The last run of a store, and the last that came to its end")
    func last() throws {
        let scene = try JournalScene()
        #expect(try scene.journal.lastRun() == nil)
        let first = try scene.begin()
        let store = try scene.addStore(run: first)
        try scene.checkpoint(first, store)
        try scene.finish(first)
        let second = try scene.begin(.delta)
        let delta = try scene.addStore("D1", kind: .delta, since: first, run: second)
        try scene.checkpoint(second, delta)
        try scene.finish(second, .problems)
        let third = try scene.begin(.update, store: store.id)
        try scene.finish(third, .interrupted)
        let fourth = try scene.begin(.update, store: store.id)
        #expect(try scene.journal.lastRun() == fourth)
        #expect(try scene.journal.lastRun(of: store.id) == fourth)
        #expect(try scene.journal.lastRun(of: delta.id) == second)
    }
}
