import Glibc
import MAPI
import MailStore
import TestSupport
import Testing

@testable import Maildir

@Suite("Maildir stores: messages")
struct MaildirContentsTests {
    let place: TemporaryFolder
    let tree: MaildirTree
    let store: MaildirStore

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
        store = try MaildirStore(path: tree.path, layout: nil)
    }

    private func open(_ row: ContentsRow, _ folder: String = "INBOX") async throws -> StoredMessage {
        try await store.open(row, in: store.folder(folder))
    }

    @Test("A message has the state of its flags, its time in whole seconds, its size and its bytes")
    func message() async throws {
        let text = "Subject: hello\r\n\r\nbody\r\n"
        try tree.addFile("cur/1.host,S=24:2,FS", text, time: 1_234_567_890)
        let row = try #require(try await store.rows("INBOX").first)
        var state = MessageState()
        state.flagged = true
        state.seen = true
        #expect(row.id.rawValue == "1.host,S=24")
        #expect(row.state == state)
        #expect(row.deliveryTime == FileTime(unixSeconds: 1_234_567_890))
        #expect(row.size == text.utf8.count)
        #expect(try await open(row).text == text)
    }

    @Test("Messages of cur and new are listed by delivery time, then name; tmp and dot files are not")
    func order() async throws {
        try tree.addFile("cur/b:2,S", "2", time: 200)
        try tree.addFile("cur/a:2,", "2", time: 200)
        try tree.addFile("new/c", "1", time: 100)
        try tree.addFile("cur/old:2,S", "0", time: -5)
        try tree.addFile("tmp/unfinished", "x", time: 1)
        try tree.addFile("cur/.nfs0001", "x", time: 1)
        let table = try await store.contents(of: store.folder("INBOX"))
        #expect(table.rows.map(\.id.rawValue) == ["old", "c", "a", "b"])
        #expect(table.rows.map(\.state.seen) == [true, false, false, true])
        #expect(table.problems.isEmpty)
    }

    @Test("Dovecot's keywords are those of the folder's own file")
    func dovecotKeywords() async throws {
        try tree.addFile("dovecot-keywords", "0 $Forwarded\n1 NonJunk\n25 Work to do\nx y\n99 far\n")
        try tree.addFile("cur/1:2,Sabz", "x")
        try tree.addFolder(".Other")
        try tree.addFile(".Other/dovecot-keywords", "0 Other\n")
        try tree.addFile(".Other/cur/2:2,a", "x")
        let state = try #require(try await store.rows("INBOX").first?.state)
        #expect(state.forwarded)
        #expect(state.keywords == ["NonJunk", "Work to do"])
        #expect(try await store.rows("Other").first?.state.keywords == ["Other"])
    }

    @Test("A letter without a name is told once for the folder")
    func unknownLetters() async throws {
        try tree.addFile("dovecot-keywords", "0 Known\n")
        for number in 1...3 { try tree.addFile("cur/\(number):2,acd", "x") }
        let table = try await store.contents(of: store.folder("INBOX"))
        #expect(table.rows.map(\.state.keywords) == [["Known"], ["Known"], ["Known"]])
        #expect(table.problems.map(\.message) == ["dovecot-keywords does not name the keywords c, d: left out"])
    }

    @Test("Courier's keywords are those of its list, unless a newer file tells otherwise")
    func courierKeywords() async throws {
        try tree.addDirectory("courierimapkeywords")
        let list = "$Forwarded\nNonJunk\ntodo\n\n1.host,S=1:0 2\n2.host:1\n3.host:9 x 2\n4.host:1\n"
        try tree.addFile("courierimapkeywords/:list", list)
        try tree.addFile("courierimapkeywords/2.host", "Own\n$Label1\n")
        try tree.addFile("courierimapkeywords/.7.4.host", "older\n")
        try tree.addFile("courierimapkeywords/.12.4.host", "newer\n")
        for name in ["1.host,S=1:2,Sb", "2.host:2,", "3.host:2,", "4.host:2,", "5.host:2,"] {
            try tree.addFile("cur/" + name, "x")
        }
        let table = try await store.contents(of: store.folder("INBOX"))
        let keywords = table.rows.map(\.state.keywords)
        #expect(keywords == [["todo"], ["Own", "$Label1"], ["todo"], ["newer"], []])
        #expect(table.rows[0].state.forwarded)
        #expect(table.problems.isEmpty)
    }

    @Test("File names of any bytes are messages that can be opened")
    func anyBytes() async throws {
        let names: [[UInt8]] = [
            Array("cur/1.caf".utf8) + [0xE9] + Array(":2,S".utf8), Array("cur/2.line\nbreak:2,S".utf8),
            Array("cur/3.\u{E9}:2,S".utf8), Array("cur/3.e\u{301}:2,S".utf8), Array("new/4%41".utf8),
            Array("cur/5:2,S,\u{E9}\n".utf8),
        ]
        for (index, name) in names.enumerated() { try tree.addFile(bytes: name, "\(index)".utf8, time: index) }
        let rows = try await store.rows("INBOX")
        var texts: [String] = []
        for row in rows { texts.append(try await open(row).text) }
        #expect(texts == ["0", "1", "2", "3", "4", "5"])
    }

    @Test("Two messages with one unique name are both listed, and each opens as itself")
    func sharedUniqueName() async throws {
        try tree.addFile("cur/1.host:2,S", "first", time: 1)
        try tree.addFile("cur/1.host:2,F", "second", time: 2)
        try tree.addFile("new/1.host", "third", time: 3)
        let rows = try await store.rows("INBOX")
        #expect(Set(rows.map(\.id)).count == 3)
        var texts: [String] = []
        for row in rows { texts.append(try await open(row).text) }
        #expect(texts == ["first", "second", "third"])
    }

    @Test("One message seen under two names is listed once")
    func hardLinkOnItsWay() async throws {
        try tree.addFile("new/1.host", "x")
        #expect(link(tree.path + "/new/1.host", tree.path + "/cur/1.host:2,S") == 0)
        let rows = try await store.rows("INBOX")
        #expect(rows.map(\.id.rawValue) == ["1.host"])
        #expect(rows.map(\.state.seen) == [true])
    }

    @Test("What is no regular file is told, and never waited for")
    func noRegularFiles() async throws {
        #expect(mkfifo(tree.path + "/cur/1.fifo:2,S", 0o644) == 0)
        try tree.addDirectory("cur/2.directory:2,S")
        #expect(symlink("nowhere", tree.path + "/cur/3.link:2,S") == 0)
        try tree.addFile("cur/4:2,S", "x")
        let table = try await store.contents(of: store.folder("INBOX"))
        #expect(table.rows.map(\.id.rawValue) == ["4"])
        #expect(
            table.problems.map(\.message).sorted() == [
                "cur/1.fifo:2,S: not a regular file", "cur/2.directory:2,S: not a regular file",
                "cur/3.link:2,S: a broken symbolic link",
            ])
    }

    @Test("An empty file is a message of no bytes")
    func emptyFile() async throws {
        try tree.addFile("cur/1:2,S", "")
        let row = try #require(try await store.rows("INBOX").first)
        #expect(row.size == 0)
        #expect(try await open(row).text.isEmpty)
    }

    @Test("The store keeps the contract of all stores")
    func contract() async throws {
        try tree.addFolder(".A.B")
        for number in 1...20 {
            try tree.addFile("cur/\(number):2,S", "message \(number)", time: number % 3)
            try tree.addFile(".A.B/new/\(number)", "message \(number)")
        }
        #expect(try await StoreContract.violations(of: store) == [])
    }

    @Test(
        "The trees of the shared material keep the contract, and no message is missed",
        .enabled(if: SharedMaterial.isAvailable, Comment(rawValue: SharedMaterial.skipReason)),
        arguments: ["listreader", "oddities"])
    func sharedTrees(name: String) async throws {
        let path = try #require(SharedMaterial.folder) + "/corpus/maildir/" + name
        let store = try MaildirStore(path: path, layout: nil)
        #expect(try await StoreContract.violations(of: store) == [])
        var count = 0
        for folder in try await store.hierarchy().folders {
            let table = try await store.contents(of: folder)
            count += table.rows.count
            #expect(table.problems == [], "\(folder.path.description)")
        }
        #expect(count == (name == "listreader" ? 1394 : 420))
    }
}
