import Journal
import MAPI
import MailStore
import TestSupport
import Testing

@Suite("Journal: stores and folders")
struct JournalFolderTests {
    @Test("A store comes back as it was recorded, and its generation follows the checkpoints")
    func stores() throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let base = try scene.addStore(run: run)
        let delta = try scene.addStore("D1", kind: .delta, since: 7, run: run)
        #expect(try scene.journal.stores() == [base, delta])
        #expect(delta.kind == .delta && delta.sinceRun == 7 && delta.createdRun == run && delta.generation == "1")
        #expect(try scene.journal.store(key: "A1") == base)
        #expect(try scene.journal.store(key: "a1") == nil)
        try scene.journal.setPath("/elsewhere/fredb.pst", of: base.id)
        try scene.checkpoint(run, base, generation: "17")
        let found = try #require(try scene.journal.store(key: "A1"))
        #expect(found.path == "/elsewhere/fredb.pst" && found.generation == "17")
        #expect(try scene.journal.store(key: "D1") == delta)
    }

    @Test("A store of a known key is refused, and nothing is recorded until that is rolled back")
    func twice() throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        try scene.checkpoint(run, store)
        #expect(throws: StoreError.self) { try scene.addStore(run: run) }
        #expect(throws: StoreError.self) { try scene.addStore("B2", run: run) }
        #expect(throws: StoreError.self) { try scene.checkpoint(run, store) }
        try scene.journal.rollback()
        try scene.checkpoint(run, try scene.addStore("B2", run: run))
        #expect(try scene.journal.stores().map(\.key) == ["A1", "B2"])
    }

    @Test("A folder comes back as it was recorded", arguments: JournalSamples.texts)
    func folders(text: String) throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        for path in [[], [text], ["", text, ""], [text, "b/c", text]] {
            let new = NewJournalFolder(
                folder: FolderID(rawValue: "\(path.count)" + text), persistentID: text, path: FolderPath(path),
                destination: path.isEmpty ? nil : FolderID(rawValue: text))
            let id = try scene.journal.insert(new, store: store.id, source: text, run: run)
            let found = try #require(try scene.journal.folders(of: store.id, source: text).last)
            #expect(found.id == id)
            #expect(Array(found.folder.rawValue.utf8) == Array(new.folder.rawValue.utf8))
            #expect(found.persistentID.map { Array($0.utf8) } == Array(text.utf8))
            #expect(found.path.names.map { Array($0.utf8) } == path.map { Array($0.utf8) })
            #expect(found.destination == new.destination && found.state == nil)
            #expect(found.messageCount == 0 && found.goneCount == 0 && found.goneRun == nil)
            #expect(found.stateRun == run && found.changedRun == run)
        }
        #expect(try scene.journal.folders(of: store.id, source: text + "other").isEmpty)
        #expect(try scene.journal.folders(of: store.id + 1, source: text).isEmpty)
    }

    @Test("Folders may change places, but two must not end in one place")
    func places() throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let store = try scene.addStore(run: run)
        let first = try scene.addFolder("A", store, run: run)
        let second = try scene.addFolder("B", store, run: run)
        try scene.checkpoint(run, store)
        try scene.journal.setPlace(of: first, id: FolderID(rawValue: "B"), persistentID: "p", path: FolderPath(["B"]))
        try scene.journal.setPlace(of: second, id: FolderID(rawValue: "A"), persistentID: nil, path: FolderPath(["A"]))
        try scene.checkpoint(run, store)
        let folders = try scene.journal.folders(of: store.id, source: JournalScene.source)
        #expect(folders.map(\.folder.rawValue) == ["B", "A"])
        #expect(folders.map(\.persistentID) == ["p", nil])
        #expect(folders.map(\.path) == [FolderPath(["B"]), FolderPath(["A"])])
        try scene.journal.setPlace(of: second, id: FolderID(rawValue: "B"), persistentID: nil, path: FolderPath(["B"]))
        let error = try #require(throws: StoreError.self) { try scene.checkpoint(run, store) }
        #expect(error.code == .badData && error.message.contains("two folders have the id B"))
        try scene.journal.rollback()
        try scene.journal.setGone(first, run: run)
        try scene.journal.setPlace(of: second, id: FolderID(rawValue: "B"), persistentID: nil, path: FolderPath(["B"]))
        try scene.checkpoint(run, store)
        #expect(try scene.folder(first, of: store)?.goneRun == run)
        #expect(try scene.folder(second, of: store)?.folder.rawValue == "B")
    }

    @Test("A folder counts as changed when its state or a message changes, and not when it is found as it was")
    func changes() throws {
        let scene = try JournalScene()
        let first = try scene.begin()
        let store = try scene.addStore(run: first)
        let folder = try scene.addFolder("INBOX", store, run: first)
        let state = SynchronizationState(rawValue: "v1:7")
        try scene.journal.setState(of: folder, state, run: first)
        try scene.checkpoint(first, store)
        let second = try scene.begin(.update, store: store.id)
        try scene.journal.setState(of: folder, state, run: second)
        var found = try #require(try scene.folder(folder, of: store))
        #expect(found.state == state && found.stateRun == second && found.changedRun == first)
        let third = try scene.begin(.update, store: store.id)
        try scene.journal.insert(JournalScene.message("1"), folder: folder, run: third)
        #expect(try scene.folder(folder, of: store)?.changedRun == third)
        try scene.checkpoint(third, store)
        let fourth = try scene.begin(.update, store: store.id)
        try scene.journal.setState(of: folder, nil, run: fourth)
        try scene.journal.setDestination(of: folder, nil)
        try scene.checkpoint(fourth, store)
        found = try #require(try scene.folder(folder, of: store))
        #expect(found.state == nil && found.stateRun == fourth && found.changedRun == fourth)
        #expect(found.messageCount == 1 && found.destination == nil)
    }

    @Test("A folder that goes takes its messages and failures along; forgetting a store leaves the others")
    func forgetting() throws {
        let scene = try JournalScene()
        let run = try scene.begin()
        let stores = try ["A1", "B2"].map { try scene.addStore($0, run: run) }
        var folders: [Int64] = []
        for store in stores {
            for name in ["INBOX", "Sent"] {
                let folder = try scene.addFolder(name, store, run: run)
                try scene.journal.insert(JournalScene.message("1"), folder: folder, run: run)
                try scene.journal.recordFailure(of: MessageID(rawValue: "2"), in: folder, text: "x", run: run)
                folders.append(folder)
            }
        }
        try scene.journal.deleteFolder(folders[0])
        try scene.checkpoint(run, stores[0])
        #expect(try folders.map { try scene.journal.messages($0).count } == [0, 1, 1, 1])
        #expect(try folders.map { try scene.journal.failures($0).count } == [0, 1, 1, 1])
        try scene.journal.forget(stores[0].id)
        try scene.checkpoint(run, stores[1])
        #expect(try folders.map { try scene.journal.messages($0).count } == [0, 0, 1, 1])
        #expect(try scene.journal.store(key: "A1")?.generation == "")
        #expect(try scene.journal.failures(limit: 10).map(\.folder) == [folders[2], folders[3]])
        try scene.journal.removeStore(stores[1].id)
        try scene.journal.rollback()
        #expect(try scene.journal.stores().map(\.key) == ["A1"])
        try scene.journal.check()
    }
}
