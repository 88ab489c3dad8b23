import BinaryIO
import Glibc
import MAPI
import MailStore
import TestSupport
import Testing

@testable import Maildir

extension StoredMessage {
    var text: String {
        guard case .internet(let file) = content else { return "no internet message" }
        return file.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}

extension MessageStore {
    func folder(_ path: String) async throws -> FolderInfo {
        try #require(try await hierarchy().folders.first { $0.path.description == path }, "no folder \(path)")
    }

    func rows(_ path: String) async throws -> [ContentsRow] {
        try await contents(of: folder(path)).rows
    }
}

@Suite("Maildir stores: folders")
struct MaildirFolderTests {
    let place: TemporaryFolder
    let tree: MaildirTree

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
    }

    private func paths(_ layout: MaildirLayout? = nil) async throws -> [String] {
        try await MaildirStore(path: tree.path, layout: layout).hierarchy().folders.map(\.path.description)
    }

    @Test("Maildir++ folders stand beside INBOX, each after its parent, by name")
    func maildirPlusPlus() async throws {
        for name in [".Sent", ".Archives.2002", ".Archives", ".archives.2003", ".Entw&APw-rfe"] {
            try tree.addFolder(name)
        }
        #expect(
            try await paths()
                == ["INBOX", "Archives", "Archives/2002", "archives", "archives/2003", "Entwürfe", "Sent"])
    }

    @Test("A parent that does not exist is there, and holds no messages")
    func missingParents() async throws {
        try tree.addFolder(".A.B.C")
        let store = try MaildirStore(path: tree.path, layout: nil)
        let folders = try await store.hierarchy().folders
        #expect(folders.map(\.path.description) == ["INBOX", "A", "A/B", "A/B/C"])
        #expect(folders.map(\.holdsMessages) == [true, false, false, true])
        #expect(try await store.contents(of: folders[1]).rows.isEmpty)
    }

    @Test("Folders below INBOX are its children")
    func belowInbox() async throws {
        try tree.addFolder(".INBOX.Projects")
        let folders = try await MaildirStore(path: tree.path, layout: nil).hierarchy().folders
        #expect(folders.map(\.path.description) == ["INBOX", "INBOX/Projects"])
        #expect(folders.map(\.role) == [.inbox, nil])
    }

    @Test("A directory without cur and new is no folder, but a marked or half a one is")
    func whatIsAFolder() async throws {
        try tree.addDirectory(".not-a-folder")
        try tree.addFile(".not-a-folder/readme", "x")
        try tree.addDirectory(".marked")
        try tree.addFile(".marked/maildirfolder", "")
        try tree.addDirectory(".new only")
        try tree.addDirectory(".new only/new")
        try tree.addDirectory(".DOVECOT-TRASHED")
        try tree.addDirectory(".DOVECOT-TRASHED/cur")
        try tree.addFile(".file", "x")
        let store = try MaildirStore(path: tree.path, layout: nil)
        #expect(try await store.hierarchy().folders.map(\.path.description) == ["INBOX", "marked", "new only"])
        #expect(try await store.rows("marked").isEmpty)
    }

    @Test("Directories in directories are the layout fs, found out by looking")
    func filesystemLayout() async throws {
        for name in ["Sent", "Archives", "Archives/2002", "Archives/2002/08", "R&D"] { try tree.addFolder(name) }
        try tree.addDirectory("Kunden")
        try tree.addFolder("Kunden/M&APw-ller")
        try tree.addDirectory("empty")
        let store = try MaildirStore(path: tree.path, layout: nil)
        let folders = try await store.hierarchy().folders
        #expect(store.layout == .filesystem)
        #expect(
            folders.map(\.path.description) == [
                "INBOX", "Archives", "Archives/2002", "Archives/2002/08", "Kunden", "Kunden/Müller", "R&D", "Sent",
            ])
        #expect(folders.first { $0.path.names == ["Kunden"] }?.holdsMessages == false)
    }

    @Test("A folder deep below directories that are none is found too")
    func deepFilesystemLayout() async throws {
        try tree.addDirectory("a")
        try tree.addDirectory("a/b")
        try tree.addDirectory("a/b/c")
        try tree.addFolder("a/b/c/d")
        #expect(try await paths() == ["INBOX", "a", "a/b", "a/b/c", "a/b/c/d"])
    }

    @Test("The layout asked for is used: dots do not separate in fs")
    func layoutIsGiven() async throws {
        try tree.addFolder(".A.B")
        #expect(try await paths(.filesystem) == ["INBOX", ".A.B"])
        #expect(try await paths(.maildirPlusPlus) == ["INBOX", "A", "A/B"])
    }

    @Test("Folders that Maildir++ does not reach are told")
    func strayFolders() async throws {
        try tree.addFolder(".Sent")
        try tree.addFolder("Old")
        try tree.addDirectory("backup")
        try tree.addFolder("backup/Deep")
        try tree.addDirectory("courierimapkeywords")
        let hierarchy = try await MaildirStore(path: tree.path, layout: nil).hierarchy()
        #expect(hierarchy.folders.map(\.path.description) == ["INBOX", "Sent"])
        #expect(hierarchy.problems.map { $0.message.prefix(6) } == ["Old: i", "backup"])
    }

    @Test("A loop of symbolic links ends, and is told", arguments: MaildirLayout.allCases)
    func symbolicLinkLoop(layout: MaildirLayout) async throws {
        try tree.addFolder(layout == .filesystem ? "A" : ".A")
        let link = layout == .filesystem ? "A/loop" : ".loop"
        #expect(symlink(tree.path, tree.path + "/" + link) == 0)
        #expect(symlink(".self", tree.path + "/.self") == 0)
        let hierarchy = try await MaildirStore(path: tree.path, layout: layout).hierarchy()
        #expect(hierarchy.folders.map(\.path.description) == ["INBOX", "A"])
        #expect(hierarchy.problems.count == 2)
        #expect(hierarchy.problems.allSatisfy { $0.message.hasSuffix("a loop of symbolic links") })
    }

    @Test("A link to a folder that is not there is told", arguments: MaildirLayout.allCases)
    func brokenLink(layout: MaildirLayout) async throws {
        #expect(symlink("/nowhere/at/all", tree.path + "/.Shared") == 0)
        let hierarchy = try await MaildirStore(path: tree.path, layout: layout).hierarchy()
        #expect(hierarchy.problems.map(\.message) == [".Shared: cannot be followed: No such file or directory"])
    }

    @Test("A linked folder is a folder")
    func linkedFolder() async throws {
        let other = try MaildirTree(place.path("Other"))
        try other.addFile("cur/1:2,S", "Subject: linked\n\n")
        #expect(symlink(other.path, tree.path + "/.Shared") == 0)
        #expect(try await MaildirStore(path: tree.path, layout: nil).rows("Shared").map(\.id.rawValue) == ["1"])
    }

    @Test("Names of any bytes are folders whose messages can be read")
    func anyBytes() async throws {
        let names: [[UInt8]] = [Array(".caf".utf8) + [0xE9], Array(".line\nbreak".utf8), Array(".100%41".utf8)]
        for name in names {
            try tree.addFolder(bytes: name)
            try tree.addFile(bytes: name + Array("/cur/1:2,S".utf8), "Subject: x\n\n".utf8)
        }
        let store = try MaildirStore(path: tree.path, layout: nil)
        let folders = try await store.hierarchy().folders.dropFirst()
        #expect(Set(folders.map(\.path.names)) == [["caf%E9"], ["line\nbreak"], ["100%41"]])
        for folder in folders {
            let row = try #require(try await store.contents(of: folder).rows.first)
            #expect(try await store.open(row, in: folder).text == "Subject: x\n\n")
        }
    }

    @Test(
        "Well-known names have their role, at the top and below INBOX only",
        arguments: [
            (".Gesendete Objekte", "Gesendete Objekte", .sent),
            (".sent", "sent", .sent),
            (".INBOX.Trash", "INBOX/Trash", .trash),
            (".&BCcENQRABD0EPgQyBDgEOgQ4-", "Черновики", .drafts),
            (".Unerw&APw-nscht", "Unerwünscht", .junk),
            (".Archives", "Archives", .archive),
            (".Kunden.Sent", "Kunden/Sent", nil),
            (".Sentimental", "Sentimental", nil),
            (".INBOX.INBOX", "INBOX/INBOX", nil),
        ] as [(String, String, FolderRole?)])
    func roles(directory: String, path: String, role: FolderRole?) async throws {
        try tree.addFolder(directory)
        #expect(try await MaildirStore(path: tree.path, layout: nil).folder(path).role == role)
    }

    @Test("What is missing or no Maildir is refused")
    func refusals() throws {
        try tree.addFile("file", "x")
        try tree.addDirectory("empty")
        for path in ["nowhere", "file", "empty", "file/below"] {
            let error = #expect(throws: StoreError.self) {
                try MaildirStore(path: tree.path + "/" + path, layout: nil)
            }
            #expect(error?.code == .noInput, "\(path)")
            #expect(error?.message.contains(path) == true)
        }
    }
}
