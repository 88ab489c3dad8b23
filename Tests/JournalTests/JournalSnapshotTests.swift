import Foundation
import Journal
import MAPI
import MailStore
import TestSupport
import Testing

@Suite("Journal: saved states")
struct JournalSnapshotTests {
    private let scene: JournalScene
    private let store: JournalStore
    private let folder: Int64
    private let run: Int
    private static let time = FileTime(unixSeconds: 1_764_000_200)

    init() throws {
        scene = try JournalScene()
        run = try scene.begin()
        store = try scene.addStore(run: run)
        folder = try scene.addFolder("INBOX", store, run: run)
        try scene.journal.insert((1...50).map { JournalScene.message("\($0)") }, folder: folder, run: run)
        try scene.checkpoint(run, store)
        try scene.finish(run)
    }

    private var saved: String { scene.directory.path + "/fredb.state" }

    private func save() throws -> JournalSnapshot {
        try scene.journal.save(to: saved, at: Self.time)
        return try JournalSnapshot.open(saved)
    }

    private func runAgain() throws {
        let run = try scene.begin(.update, store: store.id)
        try scene.journal.insert(JournalScene.message("r\(run)"), folder: folder, run: run)
        try scene.checkpoint(run, store)
        try scene.finish(run)
    }

    @Test("A saved state is one file, for its owner only, and tells whose it is and how far it goes")
    func saving() throws {
        let snapshot = try save()
        #expect(try snapshot.lineage == scene.journal.lineage && snapshot.lastRun == run)
        #expect(snapshot.savedAt == Self.time && snapshot.path == saved)
        #expect(try FileMode.of(saved) == 0o600)
        #expect(try scene.directory.entries().filter { $0.hasPrefix("fredb.state") } == ["fredb.state"])
        try runAgain()
        #expect(try save().lastRun == run + 1, "a saved state is replaced by a newer one")
        #expect(try scene.directory.entries().filter { $0.hasPrefix("fredb.state") } == ["fredb.state"])
    }

    @Test("A file that is no saved state is not replaced", arguments: ["", "something else", "journal"])
    func noOverwriting(content: String) throws {
        if content == "journal" {
            try Journal.open(at: saved).rollback()
        } else {
            try Data(content.utf8).write(to: URL(fileURLWithPath: saved))
        }
        let before = try Data(contentsOf: URL(fileURLWithPath: saved))
        let error = try #require(throws: StoreError.self) { try scene.journal.save(to: saved, at: Self.time) }
        #expect(error.code == .cannotCreate)
        #expect(try Data(contentsOf: URL(fileURLWithPath: saved)) == before)
        #expect(try scene.directory.entries().allSatisfy { !$0.hasSuffix(".partial") })
    }

    @Test("Nothing is saved while something is not checkpointed, nor where no file can be made")
    func refusals() throws {
        let error = try #require(throws: StoreError.self) {
            try scene.journal.save(to: scene.directory.path + "/missing/state", at: Self.time)
        }
        #expect(error.code == .cannotCreate)
        try scene.journal.insert(JournalScene.message("x"), folder: folder, run: run)
        #expect(throws: StoreError.self) { try scene.journal.save(to: saved, at: Self.time) }
        #expect(!FileManager.default.fileExists(atPath: saved))
    }

    @Test("A journal that holds nothing becomes the saved state, and goes on from there")
    func becoming() throws {
        let snapshot = try save()
        let other = try JournalScene()
        #expect(try other.journal.adopt(snapshot) == .became(lastRun: run))
        for _ in 0..<2 {
            #expect(try other.journal.lineage == snapshot.lineage)
            #expect(try other.journal.given(folder) == scene.journal.given(folder))
            #expect(try other.journal.stores() == scene.journal.stores())
            #expect(try other.journal.runs(last: 9) == scene.journal.runs(last: 9))
            try other.journal.check()
            try other.reopen()
        }
        #expect(try other.begin(.update, store: store.id) == run + 1)
        let error = try #require(throws: StoreError.self) { try JournalSnapshot.open(other.path) }
        #expect(error.code == .badData, "a journal is no saved state")
        let header = try #require(try FileHandle(forReadingFrom: URL(fileURLWithPath: other.path)).read(upToCount: 20))
        #expect(Array(header[18...19]) == [2, 2], "the journal keeps its write-ahead log")
    }

    @Test("An older state of the same journal is where changes start from")
    func older() throws {
        let snapshot = try save()
        #expect(try scene.journal.adopt(snapshot) == .since(run: run))
        try runAgain()
        let before = try scene.journal.given(folder)
        #expect(try scene.journal.adopt(snapshot) == .since(run: run))
        #expect(try scene.journal.given(folder) == before)
    }

    @Test("A state of another journal, a newer one, or one of a journal that has gone on elsewhere is refused")
    func foreign() throws {
        let stranger = try JournalScene()
        _ = try stranger.begin()
        let snapshot = try save()
        var error = try #require(throws: StoreError.self) { try stranger.journal.adopt(snapshot) }
        #expect(error.code == .configuration && error.message.contains("belongs to another journal"))

        let twin = try JournalScene()
        _ = try twin.journal.adopt(snapshot)
        try runAgain()
        let newer = try save()
        error = try #require(throws: StoreError.self) { try twin.journal.adopt(newer) }
        #expect(error.code == .configuration && error.message.contains("is newer than the journal (run \(run + 1))"))

        _ = try twin.begin(.delta, since: run)
        error = try #require(throws: StoreError.self) { try twin.journal.adopt(newer) }
        #expect(error.code == .configuration && error.message.contains("have both gone on"))
        #expect(try twin.journal.adopt(snapshot) == .since(run: run))
    }

    @Test("A damaged saved state is refused as a whole")
    func damaged() throws {
        _ = try save()
        let whole = try Data(contentsOf: URL(fileURLWithPath: saved))
        let copy = scene.directory.path + "/copy.state"
        for cut in stride(from: 0, to: whole.count, by: 1_024) {
            try whole.prefix(cut).write(to: URL(fileURLWithPath: copy))
            let error = try #require(throws: StoreError.self, "\(cut)") { try JournalSnapshot.open(copy) }
            #expect(error.code == .badData, "\(cut): \(error)")
        }
        let missing = try #require(throws: StoreError.self) { try JournalSnapshot.open(saved + "x") }
        #expect(missing.code == .noInput)
    }

    @Test("A saved state with anything in it that we do not make is refused")
    func trigger() throws {
        _ = try save()
        let program = """
            import sqlite3, sys
            db = sqlite3.connect(sys.argv[1])
            db.execute("CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM message; END")
            db.commit()
            """
        _ = try CommandRun.run("python3", ["-c", program, saved]).succeeded()
        let error = try #require(throws: StoreError.self) { try JournalSnapshot.open(saved) }
        #expect(error.code == .badData && error.message.contains("unexpected tables"))
    }
}
