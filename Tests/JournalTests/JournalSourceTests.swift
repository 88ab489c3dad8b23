import Foundation
import Journal
import MAPI
import MailStore
import TestSupport
import Testing

@Suite("Journal: several sources, and journals in memory")
struct JournalSourceTests {
    private func addFolder(_ scene: JournalScene, _ store: JournalStore, source: String, run: Int) throws -> Int64 {
        try scene.journal.insert(
            NewJournalFolder(folder: FolderID(rawValue: "INBOX"), persistentID: nil, path: FolderPath(["INBOX"])),
            store: store.id, source: source, run: run)
    }

    @Test("Folders of several sources in one store are kept apart, and may be given to another source")
    func sources() throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        let here = try addFolder(scene, store, source: "maildir:/a", run: run)
        let moved = try addFolder(scene, store, source: "maildir:/b", run: run)
        let server = try addFolder(scene, store, source: "imaps://b", run: run)
        try scene.checkpoint(run, store)
        #expect(try scene.journal.folders(of: store.id, source: "maildir:/a").map(\.id) == [here])
        #expect(try scene.journal.folders(of: store.id, likeSource: "maildir:/a").map(\.id) == [moved])
        #expect(try scene.journal.folders(of: store.id, likeSource: "imaps://b").isEmpty)
        #expect(try Set(scene.journal.folders(of: store.id).map(\.id)) == [here, moved, server])
        #expect(try scene.journal.folder(server)?.path == FolderPath(["INBOX"]))
        #expect(try scene.journal.folder(99) == nil)

        try scene.journal.setSource(of: moved, "maildir:/c")
        try scene.checkpoint(run, store)
        #expect(try scene.journal.folders(of: store.id, source: "maildir:/c").map(\.id) == [moved])
        #expect(try scene.journal.folders(of: store.id, source: "maildir:/b").isEmpty)
        try scene.journal.setSource(of: moved, "maildir:/a")
        let error = try #require(throws: StoreError.self) { try scene.checkpoint(run, store) }
        #expect(error.message.contains("two folders have the id INBOX"))
    }

    @Test("The last run of a source is one that ended, and of which something is recorded")
    func lastRun() throws {
        let scene = try JournalScene()
        #expect(try scene.journal.lastRun(ofSource: JournalScene.source) == nil)
        let first = try scene.begin()
        try scene.finish(first)
        #expect(try scene.journal.lastRun(ofSource: JournalScene.source) == nil)
        let second = try scene.begin()
        let store = try scene.addStore(run: second)
        _ = try scene.addFolder("INBOX", store, run: second)
        try scene.checkpoint(second, store)
        #expect(try scene.journal.lastRun(ofSource: JournalScene.source) == first)
        try scene.finish(second)
        _ = try scene.begin()
        #expect(try scene.journal.lastRun(ofSource: JournalScene.source) == second)
        #expect(try scene.journal.lastRun(ofSource: "maildir:/other") == nil)
    }

    @Test("A journal in memory starts with what a file holds, and leaves it alone")
    func memory() throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        let folder = try scene.addFolder("INBOX", store, run: run)
        try scene.journal.insert(JournalScene.message("1"), folder: folder, run: run)
        try scene.checkpoint(run, store)
        let memory = try Journal.inMemory(copyOf: scene.path)
        #expect(try memory.lineage == scene.journal.lineage)
        try memory.insert(JournalScene.message("2"), folder: folder, run: run)
        try memory.checkpoint(
            run: run, store: store.id, generation: "9", counts: [:], at: FileTime(unixSeconds: 1_764_000_060))
        #expect(try memory.given(folder).map(\.id.rawValue) == ["1", "2"])
        #expect(try scene.journal.given(folder).map(\.id.rawValue) == ["1"])
        try memory.check()
        #expect(try Journal.inMemory().stores().isEmpty)
        #expect(try Journal.inMemory(copyOf: scene.path + "x").stores().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: scene.path + "x"))
        try Data("milk, bread\n".utf8).write(to: URL(fileURLWithPath: scene.path + "x"))
        let error = try #require(throws: StoreError.self) { try Journal.inMemory(copyOf: scene.path + "x") }
        #expect(error.code == .badData)
    }
}
