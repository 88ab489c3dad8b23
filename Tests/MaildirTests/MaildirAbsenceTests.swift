import Glibc
import MailStore
import TestSupport
import Testing

@testable import Maildir

@Suite("Maildir stores: what is out of sight is not gone")
struct MaildirAbsenceTests {
    let place: TemporaryFolder
    let tree: MaildirTree

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
    }

    private func folderAndGiven(
        _ store: MaildirStore, _ path: String
    ) async throws -> (FolderInfo, [GivenMessage]) {
        let folder = try await store.folder(path)
        return (folder, try await store.contents(of: folder).rows.map { GivenMessage($0) })
    }

    private func removeFolder(_ name: String) throws {
        for directory in ["/cur", "/new", "/tmp", ""] {
            guard rmdir(tree.path + "/" + name + directory) == 0 else { throw SystemError(errno) }
        }
    }

    private func code(
        _ store: MaildirStore, _ folder: FolderInfo, _ given: [GivenMessage]
    ) async throws -> StoreError.Code? {
        do {
            _ = try await store.changes(in: folder, since: nil, given: given)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("A folder that was removed has vanished", arguments: [MaildirLayout.maildirPlusPlus, .filesystem])
    func removed(layout: MaildirLayout) async throws {
        let name = layout == .filesystem ? "A" : ".A"
        try tree.addFolder(name)
        try tree.addFile("\(name)/cur/1:2,S", "x")
        let store = try MaildirStore(path: tree.path, layout: layout)
        let (folder, given) = try await folderAndGiven(store, "A")
        try tree.remove("\(name)/cur/1:2,S")
        try removeFolder(name)
        #expect(try await code(store, folder, given) == .vanished)
        #expect(try await code(store, folder, []) == .vanished)
    }

    @Test("A folder that was removed above others has vanished, though its directory stays")
    func removedAboveOthers() async throws {
        try tree.addFolder("A")
        try tree.addFolder("A/B")
        try tree.addFile("A/cur/1:2,S", "x")
        let store = try MaildirStore(path: tree.path, layout: .filesystem)
        let (folder, given) = try await folderAndGiven(store, "A")
        try tree.remove("A/cur/1:2,S")
        for name in ["cur", "new", "tmp"] { #expect(rmdir(tree.path + "/A/" + name) == 0) }
        #expect(try await code(store, folder, given) == .vanished)
        #expect(try await code(store, store.folder("A"), given) == .vanished)
    }

    @Test("Messages whose directory is missing are not gone", arguments: ["cur", "new"])
    func missingDirectory(name: String) async throws {
        try tree.addFile("cur/1:2,S", "x")
        try tree.addFile("new/2", "x")
        let store = try MaildirStore(path: tree.path, layout: nil)
        let (folder, given) = try await folderAndGiven(store, "INBOX")
        try tree.rename(name, "elsewhere")
        let error = await #expect(throws: StoreError.self) {
            try await store.changes(in: folder, since: nil, given: given)
        }
        #expect(error?.code == .temporary)
        #expect(error?.message == "\(name) is missing, which had 1 messages: not mounted?")
        #expect(error?.folder == folder.path)
        // Who has nothing from there misses nothing.
        let others = given.filter { ($0.location.first == "n") != (name == "new") }
        #expect(try await store.changes(in: folder, since: nil, given: others).isEmpty)
    }

    @Test("An inbox without directories is out of sight")
    func emptyInbox() async throws {
        try tree.addFolder(".A")
        try tree.addFile("cur/1:2,S", "x")
        let store = try MaildirStore(path: tree.path, layout: nil)
        let (folder, given) = try await folderAndGiven(store, "INBOX")
        for name in ["cur", "new", "tmp"] { try tree.rename(name, "old-" + name) }
        #expect(try await code(store, folder, given) == .temporary)
        try tree.addFile("maildirfolder", "")
        #expect(try await code(store, folder, given) == .temporary)
    }

    @Test(
        "An empty directory in the place of the mailbox, or none, is no mailbox without folders",
        arguments: [true, false])
    func emptyTop(isThere: Bool) async throws {
        try tree.addFolder(".A")
        try tree.addFile(".A/cur/1:2,S", "x")
        let store = try MaildirStore(path: tree.path, layout: nil)
        let (folder, given) = try await folderAndGiven(store, "A")
        #expect(rename(tree.path, place.path("elsewhere")) == 0)
        if isThere { #expect(mkdir(tree.path, 0o755) == 0) }
        #expect(try await code(store, folder, given) == .noInput)
        for call in [store.hierarchy, { try await store.hierarchyWithStates().table }]
            as [() async throws -> HierarchyTable]
        {
            let error = await #expect(throws: StoreError.self) { try await call() }
            #expect(error?.code == .noInput)
        }
    }

    @Test(
        "A folder behind which another file system is missing is out of sight",
        arguments: ["empty directory", "empty parent", "broken link"])
    func notMounted(how: String) async throws {
        let name = how == "empty parent" ? "A/B" : "A"
        try tree.addFolder("A")
        try tree.addFolder("A/B")
        try tree.addFile("\(name)/cur/1:2,S", "x")
        let store = try MaildirStore(path: tree.path, layout: .filesystem)
        let (folder, given) = try await folderAndGiven(store, name)
        #expect(rename(tree.path + "/A", place.path("elsewhere")) == 0)
        switch how {
        case "broken link": #expect(symlink("/nowhere/at/all", tree.path + "/A") == 0)
        default: try tree.addDirectory("A")
        }
        #expect(try await code(store, folder, given) == .temporary)
    }
}
