import Journal
import MAPI
import MailStore
import TestSupport
import Testing

@Suite("Journal: as of an earlier run")
struct JournalPastTests {
    private let scene: JournalScene
    private let first: Int
    private let base: JournalStore
    private let inbox: Int64

    init() throws {
        scene = try JournalScene()
        first = try scene.begin()
        base = try scene.addStore(run: first)
        inbox = try scene.addFolder("INBOX", base, run: first)
    }

    private func given(_ folder: String = "INBOX", asOf run: Int) throws -> [String: GivenMessage] {
        let given = try scene.journal.given(source: JournalScene.source, folder: FolderID(rawValue: folder), asOf: run)
        return Dictionary(given.map { ($0.id.rawValue, $0) }, uniquingKeysWith: { _, twin in twin })
    }

    private func state(_ folder: String = "INBOX", asOf run: Int) throws -> String? {
        try scene.journal.folders(source: JournalScene.source, asOf: run)
            .first { $0.folder.rawValue == folder }?.state?.rawValue
    }

    private func message(_ id: String, seen: Bool = false) -> NewJournalMessage {
        var state = MessageState()
        state.seen = seen
        return JournalScene.message(id, persistentID: "E" + id, state: state)
    }

    @Test("What came later is not given; what was there is given as it was")
    func later() throws {
        try scene.journal.insert(message("1", seen: true), folder: inbox, run: first)
        try scene.checkpoint(first, base)
        let second = try scene.begin(.update, store: base.id)
        try scene.journal.insert(message("2"), folder: inbox, run: second)
        try scene.checkpoint(second, base)
        #expect(try Set(given(asOf: first).keys) == ["1"])
        #expect(try Set(given(asOf: second).keys) == ["1", "2"])
        #expect(try given(asOf: first - 1).isEmpty)
        let found = try #require(try given(asOf: first)["1"])
        #expect(found.state.seen && found.location == "cur:2," && found.size == 2_345 && found.persistentID == "E1")
        #expect(try given("Sent", asOf: second).isEmpty)
        #expect(
            try scene.journal.given(source: "other", folder: FolderID(rawValue: "INBOX"), asOf: second).isEmpty)
    }

    @Test("What has changed since is given with a state unlike any other, and nowhere")
    func changed() throws {
        let rowID = try scene.journal.insert(message("1"), folder: inbox, run: first)
        try scene.checkpoint(first, base)
        let second = try scene.begin(.update, store: base.id)
        var seen = MessageState()
        seen.seen = true
        try scene.journal.setState(of: rowID, seen, location: "cur:2,S", run: second)
        let past = try #require(try given(asOf: first)["1"])
        #expect(past.location == "" && past.state.keywords == ["\0"])
        let now = try #require(try given(asOf: second)["1"])
        #expect(now.state == seen && now.location == "cur:2,S")
    }

    @Test("What was gone by then is not given; what went later is")
    func gone() throws {
        let rowIDs = try ["1", "2"].map { try scene.journal.insert(message($0), folder: inbox, run: first) }
        try scene.journal.markGone(rowIDs[0], run: first)
        let second = try scene.begin(.update, store: base.id)
        try scene.journal.markGone(rowIDs[1], run: second)
        #expect(try Set(given(asOf: first).keys) == ["2"])
        #expect(try given(asOf: second).isEmpty)
        _ = try scene.journal.move(rowIDs[0], to: inbox, as: message("1"), run: second)
        #expect(try given(asOf: first)["1"] == nil, "it came back: copied again rather than missed")
        #expect(try Set(given(asOf: second).keys) == ["1"])
    }

    @Test("A message that was moved since is new where it is")
    func moved() throws {
        let sent = try scene.addFolder("Sent", base, run: first)
        let rowID = try scene.journal.insert(message("1"), folder: inbox, run: first)
        let second = try scene.begin(.update, store: base.id)
        _ = try scene.journal.move(rowID, to: sent, as: message("1"), run: second)
        #expect(try given("Sent", asOf: first).isEmpty)
        #expect(try Set(given("Sent", asOf: second).keys) == ["1"])
        #expect(try given(asOf: first).isEmpty)
    }

    @Test("Of several stores the newest row of a message counts")
    func stores() throws {
        try scene.journal.insert([message("1"), message("2")], folder: inbox, run: first)
        try scene.checkpoint(first, base)
        let second = try scene.begin(.delta, since: first)
        let delta = try scene.addStore("D2", kind: .delta, since: first, run: second)
        let changed = try scene.addFolder("INBOX", delta, run: second)
        try scene.journal.insert([message("1", seen: true), message("3")], folder: changed, run: second)
        try scene.checkpoint(second, delta)
        #expect(try Set(given(asOf: first).keys) == ["1", "2"])
        #expect(try given(asOf: first)["1"]?.state.seen == false)
        #expect(try Set(given(asOf: second).keys) == ["1", "2", "3"])
        #expect(try given(asOf: second)["1"]?.state.seen == true)
        let third = try scene.begin(.delta, since: second)
        let row = try #require(try scene.journal.message(changed, MessageID(rawValue: "3")))
        try scene.journal.markGone(row.rowID, run: third)
        #expect(try Set(given(asOf: third).keys) == ["1", "2"])
        try scene.journal.removeStore(delta.id)
        #expect(try Set(given(asOf: second).keys) == ["1", "2"], "a store that is gone holds nothing")
    }

    @Test("A folder's state counts only where nothing in it has changed since")
    func folderStates() throws {
        try scene.journal.setState(of: inbox, SynchronizationState(rawValue: "s1"), run: first)
        try scene.checkpoint(first, base)
        let second = try scene.begin(.update, store: base.id)
        try scene.journal.setState(of: inbox, SynchronizationState(rawValue: "s1"), run: second)
        #expect(try state(asOf: first) == "s1" && state(asOf: second) == "s1")
        let third = try scene.begin(.update, store: base.id)
        try scene.journal.insert(message("1"), folder: inbox, run: third)
        try scene.checkpoint(third, base)
        #expect(try state(asOf: second) == nil, "a message that had failed came without a change of the folder")
        #expect(try state(asOf: third) == "s1")
        let fourth = try scene.begin(.delta, since: third)
        let delta = try scene.addStore("D2", kind: .delta, since: third, run: fourth)
        let changed = try scene.addFolder("INBOX", delta, run: fourth)
        try scene.journal.setState(of: changed, SynchronizationState(rawValue: "s2"), run: fourth)
        #expect(try state(asOf: third) == "s1" && state(asOf: fourth) == "s2")
        let folders = try scene.journal.folders(source: JournalScene.source, asOf: fourth)
        #expect(folders.map(\.path) == [FolderPath(["INBOX"])] && folders.first?.persistentID == "p-INBOX")
        #expect(try scene.journal.folders(source: "other", asOf: fourth).isEmpty)
    }
}
