import Glibc
import MAPI
import MailStore
import TestSupport
import Testing

@testable import Maildir

@Suite("Maildir stores: what changed")
struct MaildirChangesTests {
    let place: TemporaryFolder
    let tree: MaildirTree
    let store: MaildirStore

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
        store = try MaildirStore(path: tree.path, layout: nil, clock: Self.later)
    }

    /// A clock by which all that a test does has long been done.
    static let later = WallClock { WallClock.system.now() + 3_600_000_000_000 }

    private func given(_ folder: String = "INBOX") async throws -> [GivenMessage] {
        try await store.rows(folder).map { GivenMessage($0) }
    }

    private func changes(_ given: [GivenMessage], _ folder: String = "INBOX") async throws -> ContentsChanges {
        try await store.changes(in: store.folder(folder), since: nil, given: given)
    }

    @Test("Without given messages every message is new, as the contents table has it")
    func everythingIsNew() async throws {
        for number in 1...5 { try tree.addFile("cur/\(number):2,S", "x", time: 10 - number) }
        let changes = try await changes([])
        #expect(changes.new == (try await store.rows("INBOX")))
        #expect(changes.new.map(\.persistentID) == ["5", "4", "3", "2", "1"])
        #expect(changes.count == 5)
        #expect(changes.changed.isEmpty && changes.gone.isEmpty && changes.renumbered.isEmpty)
    }

    @Test("A changed flag, a new message and a missing one are told each for itself")
    func eachKind() async throws {
        for name in ["cur/1:2,", "cur/2:2,S", "new/3", "cur/4:2,"] { try tree.addFile(name, "text", time: 77) }
        let given = try await given()
        try tree.rename("cur/1:2,", "cur/1:2,S")
        try tree.remove("cur/2:2,S")
        try tree.rename("new/3", "cur/3:2,")
        try tree.addFile("new/5", "fifth", time: 99)
        let changes = try await changes(given)
        #expect(changes.new.map(\.id.rawValue) == ["5"])
        #expect(changes.new.map(\.size) == [5])
        #expect(changes.changed.map(\.id.rawValue) == ["1", "3"])
        #expect(changes.changed.map(\.state.seen) == [true, false])
        #expect(changes.changed.map(\.location) == ["c:2,S", "c:2,"])
        #expect(changes.changed == (try await store.rows("INBOX").filter { ["1", "3"].contains($0.id.rawValue) }))
        #expect(changes.gone == [MessageID(rawValue: "2")])
        #expect(changes.count == 4)
    }

    @Test("A file that is where its message was is not looked at again")
    func knownFilesAreNotLookedAt() async throws {
        try tree.addFile("cur/1:2,S", "x")
        let given = try await given()
        try tree.remove("cur/1:2,S")
        // To look at this would be a problem.
        #expect(symlink("nowhere", tree.path + "/cur/1:2,S") == 0)
        let changes = try await changes(given)
        #expect(changes.isEmpty)
        #expect(changes.problems == [])
    }

    @Test("A message whose place is not known is found, and its place told")
    func unknownPlace() async throws {
        try tree.addFile("cur/1:2,S", "x")
        let row = try #require(try await store.rows("INBOX").first)
        let changes = try await changes([GivenMessage(id: row.id, state: row.state, location: "", size: 1)])
        #expect(changes.changed == [row])
        #expect(changes.count == 1)
    }

    @Test("When letters get other names, exactly the messages with those letters have changed")
    func keywordsRenamed() async throws {
        try tree.addFile("dovecot-keywords", "0 Zero\n1 One\n")
        for name in ["cur/1:2,a", "cur/2:2,b", "cur/3:2,S", "cur/4:2,ab"] { try tree.addFile(name, "x", time: 5) }
        let given = try await given()
        let before = try await store.hierarchyWithStates().states
        try tree.addFile("dovecot-keywords", "0 Zero\n1 Other\n", time: 2_000_000)
        #expect(try await store.hierarchyWithStates().states != before)
        let changes = try await changes(given)
        #expect(changes.changed.map(\.id.rawValue) == ["2", "4"])
        #expect(changes.changed.map(\.state.keywords) == [["Other"], ["Zero", "Other"]])
        #expect(changes.changed.map(\.deliveryTime) == [FileTime(unixSeconds: 5), FileTime(unixSeconds: 5)])
        #expect(changes.new.isEmpty && changes.gone.isEmpty)
    }

    @Test("When Courier notes a keyword, its message has changed")
    func courierKeywords() async throws {
        try tree.addDirectory("courierimapkeywords")
        try tree.addFile("courierimapkeywords/:list", "todo\n\n1:0\n")
        for number in 1...3 { try tree.addFile("cur/\(number):2,", "x", time: number) }
        let given = try await given()
        let before = try await store.hierarchyWithStates().states
        try tree.addFile("courierimapkeywords/3", "todo\n")
        #expect(try await store.hierarchyWithStates().states != before)
        let changes = try await changes(given)
        #expect(changes.changed.map(\.id.rawValue) == ["3"])
        #expect(changes.changed.map(\.state.keywords) == [["todo"]])
    }

    @Test("Of two messages with one unique name each keeps its identity when the other changes")
    func sharedUniqueName() async throws {
        try tree.addFile("cur/1:2,S", "first", time: 1)
        try tree.addFile("cur/1:2,F", "the second", time: 2)
        let given = try await given()
        #expect(try await changes(given).isEmpty)
        let path = try #require(given.first { $0.id.rawValue != "1" })
        let plain = try #require(given.first { $0.id.rawValue == "1" })
        #expect(path.persistentID == nil)
        let name = { (message: GivenMessage) in MessageLocation(text: message.location).path(of: message.id.rawValue) }

        // The one known by its path has another name: it is the same by its size.
        try tree.rename(name(path), "cur/1:2,RT")
        let renumbered = try await changes(given)
        #expect(renumbered.renumbered.map(\.was) == [path.id])
        #expect(renumbered.renumbered.map(\.row.size) == [path.size])
        #expect(renumbered.new.isEmpty && renumbered.gone.isEmpty && renumbered.changed.isEmpty)
        #expect(renumbered.count == 2)

        // The other one is removed: it is the one that is gone.
        try tree.remove(name(plain))
        let gone = try await changes(given)
        #expect(gone.gone == [plain.id])
        #expect(gone.renumbered.map(\.was) == [path.id])
        #expect(gone.count == 1)
    }

    @Test(
        "A second message with the unique name of a given one is new, whichever is seen first", arguments: ["F", "T"])
    func newTwin(flags: String) async throws {
        try tree.addFile("cur/1:2,S", "first")
        let given = try await given()
        try tree.addFile("cur/1:2,\(flags)", "second")
        let changes = try await changes(given)
        #expect(changes.new.map(\.id.rawValue) == ["cur/1:2,\(flags)"])
        #expect(changes.changed.isEmpty && changes.gone.isEmpty)
        #expect(changes.count == 2)
    }

    @Test("A message moved to another folder is gone here and new there, with the same persistent id")
    func moved() async throws {
        try tree.addFolder(".A")
        try tree.addFile("cur/1:2,S", "x")
        let (inbox, other) = (try await given(), try await given("A"))
        try tree.rename("cur/1:2,S", ".A/cur/1:2,S")
        #expect(try await changes(inbox).gone == [MessageID(rawValue: "1")])
        #expect(try await changes(other, "A").new.map(\.persistentID) == [inbox[0].persistentID])
    }

    @Test("A folder whose directories were replaced by copies has another state, and no change")
    func replacedDirectory() async throws {
        try tree.addFolder(".A")
        try tree.addFile(".A/cur/1:2,S", "x", time: 5)
        let given = try await given("A")
        let before = try await store.hierarchyWithStates().states
        try tree.rename(".A", "old")
        try tree.addFolder(".A")
        try tree.addFile(".A/cur/1:2,S", "x", time: 5)
        #expect(try await store.hierarchyWithStates().states != before)
        #expect(try await changes(given, "A").isEmpty)
    }
}

@Suite("Maildir stores: changes while other programs work")
struct MaildirChangesRaceTests {
    let place: TemporaryFolder
    let tree: MaildirTree

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
    }

    private func given() throws -> [GivenMessage] {
        var scan = ContentsScan(folder: Array(tree.path.utf8), path: FolderPath(["INBOX"]))
        return try scan.read().rows.map { GivenMessage($0) }
    }

    /// - Parameter change: called with the number of directories read so far, beginning with 1.
    private func changes(
        _ given: [GivenMessage], _ change: @escaping (Int) throws -> Void
    ) throws -> (changes: ContentsChanges, readings: Int) {
        var scan = ContentsScan(
            folder: Array(tree.path.utf8), path: FolderPath(["INBOX"]), given: given,
            clock: MaildirChangesTests.later)
        let readings = Readings()
        scan.afterReading = { _ in
            readings.count += 1
            #expect(throws: Never.self) { try change(readings.count) }
            // Whatever the file system's clock: what changed now has another time.
            readings.touch(tree)
        }
        return (try scan.readChanges(), readings.count)
    }

    private final class Readings {
        var count = 0
        private var last: [String: [Int]] = [:]

        /// Gives a directory whose entries changed a time that it did not have before.
        func touch(_ tree: MaildirTree) {
            for name in ["new", "cur"] {
                var status = stat()
                guard stat("\(tree.path)/\(name)", &status) == 0 else { continue }
                let entries = Directory(Array("\(tree.path)/\(name)\0".utf8))
                var names: [Int] = []
                _ = entries?.forEachName { bytes in names.append(Array(bytes).hashValue) }
                defer { last[name] = names.sorted() }
                guard let known = last[name], known != names.sorted() else { continue }
                let moment = timespec(tv_sec: 1_000_000 + count, tv_nsec: 0)
                utimensat(AT_FDCWD, "\(tree.path)/\(name)", [moment, moment], 0)
            }
        }
    }

    @Test("Nothing changed: one listing, and a state that can be believed")
    func oneListing() throws {
        try tree.addFile("cur/1:2,S", "x")
        let (changes, readings) = try changes(given()) { _ in }
        #expect(changes.isEmpty)
        #expect(readings == 2)
        let stamp = try #require(FolderStamp(folder: Array(tree.path.utf8)))
        #expect(changes.state == stamp.state)
    }

    @Test("A missing message is missing from two listings before it is gone")
    func twoListings() throws {
        try tree.addFile("cur/1:2,S", "x")
        try tree.addFile("cur/2:2,S", "x")
        let given = try given()
        try tree.remove("cur/2:2,S")
        let (changes, readings) = try changes(given) { _ in }
        #expect(changes.gone.map(\.rawValue) == ["2"])
        #expect(readings == 4)
    }

    @Test(
        "A message whose flags change while the folder is listed is neither gone nor new",
        arguments: [
            ("new/1", "cur/1:2,S", 1), ("cur/1:2,", "cur/1:2,S", 1), ("cur/1:2,", "cur/1:2,S", 2),
            ("cur/1:2,S", "new/1", 1), ("cur/1:2,S", "new/1", 2), ("new/1", "cur/1:2,S", 2),
        ])
    func renamedWhileListing(old: String, new: String, when: Int) throws {
        try tree.addFile(old, "x")
        let given = try given()
        let (changes, _) = try changes(given) { reading in
            if reading == when { try tree.rename(old, new) }
        }
        #expect(changes.new.isEmpty && changes.gone.isEmpty)
        #expect(changes.changed.map(\.location) == [new.hasPrefix("new") ? "n" : "c:2,S"])
        #expect(changes.count == 1)
    }

    @Test("A message that a listing has missed, and the next one sees, is not gone")
    func missedOnce() throws {
        try tree.addFile("cur/1:2,S", "x")
        let given = try given()
        let (changes, _) = try changes(given) { reading in
            // Out of cur before it is read, and back before the next pass.
            if reading == 1 { try tree.rename("cur/1:2,S", "tmp/1") }
            if reading == 2 { try tree.rename("tmp/1", "cur/1:2,S") }
        }
        #expect(changes.isEmpty)
        #expect(changes.count == 1)
    }

    @Test("A message removed between two passes is gone, or the state is not believed", arguments: 1...8)
    func removedWhileListing(when: Int) throws {
        try tree.addFile("cur/1:2,S", "x")
        try tree.addFile("cur/2:2,S", "x")
        let given = try given()
        let (changes, _) = try changes(given) { reading in
            if reading <= when { try tree.addFile("new/a\(reading)", "x") }
            if reading == when { try tree.remove("cur/2:2,S") }
        }
        let state = try #require(FolderStamp(folder: Array(tree.path.utf8))).state
        #expect(changes.gone.map(\.rawValue) == ["2"] || changes.state != state)
        #expect(changes.count == given.count - changes.gone.count + changes.new.count)
    }

    @Test("A new message removed while the folder is listed leaves no trace in the state")
    func newOneRemoved() throws {
        try tree.addFile("new/1", "x")
        let (changes, _) = try changes([]) { reading in
            if reading == 2 { try tree.remove("new/1") }
        }
        let (next, _) = try self.changes(changes.new.map { GivenMessage($0) }) { _ in }
        #expect(next.count == 0)
    }

    @Test("In a folder that never rests nothing is gone that was seen at all, and no state is believed")
    func neverRests() throws {
        for name in ["1", "2", "3"] { try tree.addFile("cur/\(name):2,S", "x") }
        let given = try given()
        try tree.remove("cur/3:2,S")
        let (changes, readings) = try changes(given) { reading in
            try tree.addFile("new/a\(reading)", "x")
            if reading == 2 { try tree.remove("cur/2:2,S") }
        }
        #expect(readings == 2 * MaildirLimits.listingPasses)
        #expect(changes.gone.map(\.rawValue) == ["3"])
        #expect(changes.state != FolderStamp(folder: Array(tree.path.utf8))?.state)
    }

    @Test("Keywords that get names while the folder is listed are those that are told")
    func keywordsWhileListing() throws {
        try tree.addFile("dovecot-keywords", "0 Zero\n")
        try tree.addFile("cur/1:2,a", "x")
        let given = try given()
        let (changes, _) = try changes(given) { reading in
            guard reading == 2 else { return }
            try tree.addFile("dovecot-keywords", "0 Zero\n1 One\n", time: 2_000_000)
            try tree.rename("cur/1:2,a", "cur/1:2,b")
        }
        #expect(changes.changed.map(\.state.keywords) == [["One"]])
        #expect(changes.problems == [])
    }
}
