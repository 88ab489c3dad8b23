import MAPI
import MailStore
import TestSupport
import Testing

@testable import Journal

@Suite("Journal: messages")
struct JournalMessageTests {
    private let scene: JournalScene
    private let run: Int
    private let store: JournalStore
    private let inbox: Int64
    private let sent: Int64
    private let digest = [UInt8](1...32)

    init() throws {
        scene = try JournalScene()
        run = try scene.begin()
        store = try scene.addStore(run: run)
        inbox = try scene.addFolder("INBOX", store, run: run)
        sent = try scene.addFolder("Sent", store, run: run)
    }

    private var counts: [[Int]] {
        get throws {
            try scene.journal.folders(of: store.id, source: JournalScene.source).map {
                [$0.messageCount, $0.goneCount]
            }
        }
    }

    private func row(_ id: String, persistentID: String? = nil, location: String = "new") -> ContentsRow {
        ContentsRow(
            id: MessageID(rawValue: id), state: MessageState(), deliveryTime: nil, size: 1, location: location,
            persistentID: persistentID)
    }

    @Test("A message's state, location and place in the store change one by one")
    func changes() throws {
        let rowID = try scene.journal.insert(JournalScene.message("1", digest: digest), folder: inbox, run: run)
        let later = try scene.begin(.update, store: store.id)
        var seen = MessageState()
        seen.seen = true
        seen.keywords = ["work"]
        try scene.journal.setLocation(of: rowID, "cur:2,a")
        var found = try #require(try scene.journal.message(inbox, MessageID(rawValue: "1")))
        #expect(found.location == "cur:2,a" && found.stateRun == run && found.state == MessageState())
        try scene.journal.setState(of: rowID, seen, location: "cur:2,Sa", run: later)
        found = try #require(try scene.journal.message(inbox, MessageID(rawValue: "1")))
        #expect(found.state == seen && found.location == "cur:2,Sa" && found.stateRun == later && found.run == run)
        #expect(found.digest == digest && found.size == 2_345)
    }

    @Test("Messages that are gone are kept apart, and may come back; marking one twice changes nothing")
    func gone() throws {
        let rowIDs = try ["1", "2", "3"].map {
            try scene.journal.insert(JournalScene.message($0), folder: inbox, run: run)
        }
        let later = try scene.begin(.update, store: store.id)
        for _ in 0..<2 {
            try scene.journal.markGone(rowIDs[1], run: later)
            #expect(try scene.journal.given(inbox).map(\.id.rawValue) == ["1", "3"])
            #expect(try scene.journal.messages(inbox).map(\.goneRun) == [nil, later, nil])
            #expect(try counts == [[2, 1], [0, 0]])
        }
        try scene.checkpoint(later, store)
        #expect(try counts == [[2, 1], [0, 0]])
        let last = try scene.begin(.update, store: store.id)
        _ = try scene.journal.move(rowIDs[1], to: inbox, as: JournalScene.message("2"), run: last)
        #expect(try scene.journal.given(inbox).map(\.id.rawValue) == ["1", "3", "2"])
        #expect(try scene.journal.messages(inbox).map(\.stateRun) == [run, run, last])
        #expect(try counts == [[3, 0], [0, 0]])
        try scene.checkpoint(last, store)
        try scene.journal.check()
    }

    @Test("A message of an id that the folder has is refused, also where that one is gone")
    func twice() throws {
        let rowID = try scene.journal.insert(JournalScene.message("1"), folder: inbox, run: run)
        try scene.journal.markGone(rowID, run: run)
        try scene.checkpoint(run, store)
        let error = try #require(throws: StoreError.self) {
            try scene.journal.insert(JournalScene.message("1"), folder: inbox, run: run)
        }
        #expect(error.code == .badData)
        try scene.journal.rollback()
        try scene.journal.insert(JournalScene.message("1"), folder: sent, run: run)
        #expect(try counts == [[0, 1], [1, 0]])
    }

    @Test("A message for a folder that does not exist is refused")
    func noFolder() throws {
        #expect(throws: StoreError.self) {
            try scene.journal.insert(JournalScene.message("1"), folder: 999, run: run)
        }
        try scene.journal.rollback()
        #expect(throws: StoreError.self) {
            try scene.journal.markGone(MessageRowID(folder: inbox, number: 7), run: run)
        }
    }

    @Test("A moved message keeps its content and its place in the store, and counts as new where it is")
    func moves() throws {
        let rowID = try scene.journal.insert(
            JournalScene.message("1", persistentID: "E1", digest: digest), folder: inbox, run: run)
        try scene.journal.markGone(rowID, run: run)
        try scene.checkpoint(run, store)
        let later = try scene.begin(.update, store: store.id)
        var seen = MessageState()
        seen.seen = true
        var new = JournalScene.message("9", persistentID: "E1", digest: digest)
        (new.state, new.location) = (seen, "there")
        new.destination = MessageID(rawValue: "2097188")
        let moved = try scene.journal.move(rowID, to: sent, as: new, run: later)
        #expect(moved.folder == sent)
        let found = try #require(try scene.journal.message(sent, MessageID(rawValue: "9")))
        #expect(found.rowID == moved && found.persistentID == "E1" && found.digest == digest && found.size == 2_345)
        #expect(found.destination.rawValue == "2097188" && found.state == seen && found.location == "there")
        #expect(found.run == later && found.stateRun == later && found.goneRun == nil)
        #expect(try scene.journal.messages(inbox).isEmpty)
        #expect(try counts == [[0, 0], [1, 0]])
        try scene.checkpoint(later, store)
        try scene.journal.check()
    }

    @Test("Ids change all at once: a new one may be the old one of another")
    func renumbering() throws {
        let rowIDs = try ["1", "2", "3"].map {
            try scene.journal.insert(JournalScene.message($0, persistentID: "E" + $0), folder: inbox, run: run)
        }
        let later = try scene.begin(.update, store: store.id)
        try scene.journal.renumber(
            [
                (rowIDs[0], row("2", persistentID: "2")), (rowIDs[1], row("3")),
                (rowIDs[2], row("1", persistentID: "x")),
            ],
            run: later)
        let found = try scene.journal.messages(inbox)
        #expect(found.map(\.id.rawValue) == ["2", "3", "1"])
        #expect(found.map(\.persistentID) == ["2", nil, "x"])
        #expect(found.allSatisfy { $0.location == "new" && $0.run == run && $0.stateRun == run })
        #expect(try scene.folder(inbox, of: store)?.changedRun == later)
        try scene.journal.insert(JournalScene.message("4"), folder: inbox, run: later)
        try scene.checkpoint(later, store)
        #expect(throws: StoreError.self) { try scene.journal.renumber([(rowIDs[0], row("4"))], run: later) }
    }

    @Test("A deleted message is forgotten, and its number in the folder stays free of harm")
    func deletion() throws {
        let rowIDs = try ["1", "2"].map { try scene.journal.insert(JournalScene.message($0), folder: inbox, run: run) }
        try scene.journal.markGone(rowIDs[1], run: run)
        try scene.journal.delete(rowIDs[1], run: run)
        try scene.journal.delete(rowIDs[1], run: run)
        #expect(try counts == [[1, 0], [0, 0]])
        try scene.journal.insert(JournalScene.message("2"), folder: inbox, run: run)
        try scene.journal.delete(rowIDs[0], run: run)
        try scene.journal.insert((5...7).map { JournalScene.message("\($0)") }, folder: inbox, run: run)
        #expect(try scene.journal.given(inbox).map(\.id.rawValue) == ["2", "5", "6", "7"])
        #expect(try counts == [[4, 0], [0, 0]])
        try scene.checkpoint(run, store)
        try scene.journal.check()
    }

    @Test("Messages are found by digest and, where they are gone, by persistent id, within their store")
    func lookups() throws {
        // The first six bytes are what the index has.
        let similar = digest[..<6] + [UInt8](repeating: 0, count: 26)
        let other = try scene.addStore("B2", run: run)
        let elsewhere = try scene.addFolder("INBOX", other, run: run)
        let first = try scene.journal.insert(
            JournalScene.message("1", persistentID: "1", digest: digest), folder: inbox, run: run)
        let second = try scene.journal.insert(
            JournalScene.message("2", persistentID: "E", digest: digest), folder: sent, run: run)
        let third = try scene.journal.insert(
            JournalScene.message("3", persistentID: nil, digest: Array(similar)), folder: inbox, run: run)
        let foreign = try scene.journal.insert(
            JournalScene.message("4", persistentID: "E", digest: digest), folder: elsewhere, run: run)
        try scene.journal.markGone(foreign, run: run)
        let gone = { (id: String) in
            try scene.journal.goneMessages(persistentID: id, store: store.id).map(\.id.rawValue)
        }
        let find = { (digest: [UInt8]) in
            try scene.journal.goneMessages(digest: digest, store: store.id).map(\.id.rawValue).sorted()
        }
        #expect(try find(Array(similar)) == [] && find([]) == [] && find([1]) == [])
        #expect(try gone("1") == [] && gone("E") == [])
        #expect(try scene.journal.goneMessages(digest: digest, store: store.id).isEmpty)
        try scene.journal.markGone(first, run: run)
        #expect(try gone("1") == ["1"] && gone("E") == [])
        #expect(try scene.journal.goneMessages(digest: digest, store: store.id).map(\.id.rawValue) == ["1"])
        try scene.journal.markGone(second, run: run)
        #expect(try gone("E") == ["2"] && gone("2") == [])
        #expect(try find(digest) == ["1", "2"])
        try scene.journal.markGone(third, run: run)
        #expect(try find(Array(similar)) == ["3"] && find(digest) == ["1", "2"])
        try scene.journal.delete(first, run: run)
        #expect(try gone("1") == [])
    }
}
