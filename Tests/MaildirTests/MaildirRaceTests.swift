import Glibc
import MailStore
import TestSupport
import Testing

@testable import Maildir

@Suite("Maildir stores: other programs at work")
struct MaildirRaceTests {
    let place: TemporaryFolder
    let tree: MaildirTree
    let store: MaildirStore

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
        store = try MaildirStore(path: tree.path, layout: nil)
    }

    @Test(
        "A message renamed between listing and opening is found, with the state it has now",
        arguments: [
            ("cur/1.host:2,S", "cur/1.host:2,RS", [true, true]),
            ("cur/1.host:2,S", "cur/1.host:2,", [false, false]),
            ("new/1.host", "cur/1.host:2,S", [true, false]),
            ("new/1.host", "cur/1.host", [false, false]),
            ("cur/1.host:2,S", "new/1.host", [false, false]),
            ("cur/1.host;2,S", "cur/1.host:2,R", [false, true]),
        ] as [(String, String, [Bool])])
    func renamed(old: String, new: String, seenAndAnswered: [Bool]) async throws {
        try tree.addFile(old, "the message")
        let inbox = try await store.folder("INBOX")
        let row = try #require(try await store.contents(of: inbox).rows.first)
        try tree.rename(old, new)
        let message = try await store.open(row, in: inbox)
        #expect(message.text == "the message")
        #expect(message.row.id == row.id)
        #expect([message.row.state.seen, message.row.state.answered] == seenAndAnswered)
    }

    @Test("A renamed message keeps its keywords")
    func renamedWithKeywords() async throws {
        try tree.addFile("dovecot-keywords", "0 Zero\n1 One\n")
        try tree.addFile("cur/1:2,a", "x")
        let inbox = try await store.folder("INBOX")
        let row = try #require(try await store.contents(of: inbox).rows.first)
        try tree.rename("cur/1:2,a", "cur/1:2,Sb")
        #expect(row.state.keywords == ["Zero"])
        #expect(try await store.open(row, in: inbox).row.state.keywords == ["One"])
    }

    @Test("Every message of a folder renamed at once, and again, is found")
    func allRenamedTwice() async throws {
        for number in 1...50 { try tree.addFile("cur/\(number):2,", "\(number)", time: number) }
        let inbox = try await store.folder("INBOX")
        let rows = try await store.contents(of: inbox).rows
        for flags in ["S", "RS"] {
            for number in 1...50 {
                try tree.rename("cur/\(number):2,\(flags == "S" ? "" : "S")", "cur/\(number):2,\(flags)")
            }
            var texts: [String] = []
            for row in rows { texts.append(try await store.open(row, in: inbox).text) }
            #expect(texts == (1...50).map(String.init))
        }
    }

    @Test("A message removed between listing and opening has vanished; another's like name is not taken for it")
    func removed() async throws {
        try tree.addFile("cur/1.host:2,S", "x", time: 1)
        try tree.addFile("cur/1.host2:2,S", "y", time: 2)
        let inbox = try await store.folder("INBOX")
        let rows = try await store.contents(of: inbox).rows
        try tree.remove("cur/1.host:2,S")
        let error = await #expect(throws: StoreError.self) { try await store.open(rows[0], in: inbox) }
        #expect(error?.code == .vanished)
        #expect(error?.folder == inbox.path)
        #expect(error?.messageID == rows[0].id)
        #expect(try await store.open(rows[1], in: inbox).text == "y")
    }

    @Test("A folder removed since the hierarchy was read has vanished")
    func folderRemoved() async throws {
        try tree.addFolder(".A")
        let folder = try await store.folder("A")
        for name in ["cur", "new", "tmp", ""] { #expect(rmdir(tree.path + "/.A/" + name) == 0) }
        let error = await #expect(throws: StoreError.self) { try await store.contents(of: folder) }
        #expect(error?.code == .vanished)
    }

    private func scan(_ change: @escaping (String) throws -> Void) throws -> [ContentsRow] {
        var scan = ContentsScan(folder: Array(tree.path.utf8), path: FolderPath(["INBOX"]))
        scan.afterReading = { name in #expect(throws: Never.self) { try change(name) } }
        return try scan.read().rows
    }

    @Test("A message that moves from new to cur while the folder is read is listed once")
    func movesWhileListing() throws {
        try tree.addFile("new/1", "x")
        var hasMoved = false
        let rows = try scan { name in
            guard name == "new", !hasMoved else { return }
            hasMoved = true
            try tree.rename("new/1", "cur/1:2,S")
        }
        #expect(rows.map(\.id.rawValue) == ["1"])
        #expect(rows.map(\.state.seen) == [true])
    }

    @Test("A message that moves behind the reader's back is found by the next pass")
    func movesBack() throws {
        try tree.addFile("cur/1:2,S", "x")
        var hasMoved = false
        let rows = try scan { name in
            // Gone from cur before it is read, into new, which was read already.
            guard name == "new", !hasMoved else { return }
            hasMoved = true
            try tree.rename("cur/1:2,S", "new/1")
        }
        #expect(rows.map(\.id.rawValue) == ["1"])
    }

    @Test("A folder that never rests is listed all the same")
    func neverRests() throws {
        try tree.addFile("cur/0:2,S", "x")
        var arrivals = 0
        let rows = try scan { _ in
            arrivals += 1
            try tree.addFile("new/\(arrivals)", "x")
        }
        #expect(arrivals == 2 * MaildirLimits.listingPasses)
        #expect(rows.count >= arrivals - 1)
    }
}
