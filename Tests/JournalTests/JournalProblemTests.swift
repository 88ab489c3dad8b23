import Journal
import MAPI
import MailStore
import TestSupport
import Testing

@Suite("Journal: problems and failures")
struct JournalProblemTests {
    private let scene: JournalScene
    private let run: Int
    private let store: JournalStore
    private let folder: Int64

    init() throws {
        scene = try JournalScene()
        run = try scene.begin()
        store = try scene.addStore(run: run)
        folder = try scene.addFolder("INBOX.Work", store, run: run)
    }

    @Test("Problems are kept per run, in their order")
    func problems() throws {
        let problems = [
            JournalProblem(path: FolderPath(["a/b", ""]), messageID: MessageID(rawValue: "42"), text: "no date"),
            JournalProblem(path: nil, messageID: nil, text: "a\0b\nc"),
            JournalProblem(path: FolderPath([]), messageID: MessageID(rawValue: ""), text: ""),
        ]
        for problem in problems { try scene.journal.record(problem, run: run) }
        let later = try scene.begin()
        try scene.journal.record(problems[1], run: later)
        #expect(try scene.journal.problems(of: run) == problems)
        #expect(try scene.journal.problems(of: later) == [problems[1]])
        #expect(try scene.journal.problems(of: 99).isEmpty)
    }

    @Test("Of very many problems the first are kept, of long texts the beginning, by whole characters")
    func bounds() throws {
        for number in 0..<10_050 {
            try scene.journal.record(JournalProblem(path: nil, messageID: nil, text: "\(number)"), run: run)
        }
        let kept = try scene.journal.problems(of: run)
        #expect(kept.count == 10_000 && kept.last?.text == "9999")
        let later = try scene.begin()
        let long = "x" + String(repeating: "\u{1F4E7}", count: 1_000)
        try scene.journal.record(JournalProblem(path: nil, messageID: nil, text: long), run: later)
        let text = try #require(try scene.journal.problems(of: later).first?.text)
        #expect(text.last == "…" && long.hasPrefix(text.dropLast()) && (990...1_003).contains(text.utf8.count))
    }

    @Test("A failure counts the runs that tried, and goes when the message is copied")
    func failures() throws {
        let id = MessageID(rawValue: "7")
        for text in ["first", "again"] { try scene.journal.recordFailure(of: id, in: folder, text: text, run: run) }
        #expect(try scene.journal.failures(folder) == [id: 1])
        try scene.checkpoint(run, store)
        let later = try scene.begin(.update, store: store.id)
        try scene.journal.recordFailure(of: id, in: folder, text: "still", run: later)
        try scene.journal.recordFailure(of: MessageID(rawValue: "8"), in: folder, text: "new", run: later)
        try scene.journal.recordFailure(of: MessageID(rawValue: "9"), in: folder, text: "new", run: later)
        #expect(
            try scene.journal.failures(folder) == [id: 2, MessageID(rawValue: "8"): 1, MessageID(rawValue: "9"): 1])
        let told = try #require(try scene.journal.failures(limit: 10).first)
        #expect(told.messageID == id && told.attempts == 2 && told.firstRun == run && told.lastRun == later)
        #expect(told.text == "still" && told.path == FolderPath(["INBOX", "Work"]) && told.folder == folder)
        try scene.journal.insert(JournalScene.message("7"), folder: folder, run: later)
        try scene.journal.removeFailure(of: MessageID(rawValue: "8"), in: folder)
        #expect(try scene.journal.failures(folder) == [MessageID(rawValue: "9"): 1])
        #expect(try scene.journal.failures(limit: 0).isEmpty)
        try scene.checkpoint(later, store)
        #expect(try scene.journal.status().failures.map(\.messageID.rawValue) == ["9"])
    }

    @Test("A failure of an earlier opening goes too when the message is copied")
    func reopened() throws {
        try scene.journal.recordFailure(of: MessageID(rawValue: "7"), in: folder, text: "x", run: run)
        try scene.checkpoint(run, store)
        try scene.reopen()
        let later = try scene.begin(.update, store: store.id)
        try scene.journal.insert(JournalScene.message("7"), folder: folder, run: later)
        #expect(try scene.journal.failures(folder).isEmpty)
    }

    @Test("A status tells stores, folders, messages, runs and failures")
    func status() throws {
        let gone = try scene.journal.insert(JournalScene.message("1"), folder: folder, run: run)
        try scene.journal.insert(JournalScene.message("2"), folder: folder, run: run)
        try scene.journal.markGone(gone, run: run)
        try scene.journal.recordFailure(of: MessageID(rawValue: "3"), in: folder, text: "x", run: run)
        try scene.journal.setPath(scene.path, of: store.id)
        try scene.checkpoint(run, store)
        try scene.finish(run, counts: ["saved": 2])
        let status = try scene.journal.status()
        #expect(try status.lineage == scene.journal.lineage)
        #expect(status.path == scene.path && status.fileSize > 0)
        #expect(status.messages == 1 && status.folders == 1 && status.failureCount == 1)
        #expect(status.runs.map(\.number) == [run] && status.runs.first?.counts["saved"] == 2)
        let told = try #require(status.stores.first)
        #expect(told.store.key == "A1" && told.sources == [JournalScene.source] && told.gone == 1)
        #expect(told.messageBytes == 2_345 && told.lastRun?.number == run && told.fileSize ?? 0 > 0)
        #expect(told.modified != nil)
    }
}
