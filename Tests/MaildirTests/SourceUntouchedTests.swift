import Glibc
import MailStore
import TestSupport
import Testing

@testable import Maildir

@Suite("The source")
struct SourceUntouchedTests {
    let place: TemporaryFolder
    let tree: MaildirTree

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
    }

    /// Every path below the tree with what a reader could change of it.
    private func snapshot() -> [String: [Int]] {
        var found: [String: [Int]] = [:]
        var pending = [tree.path]
        while let path = pending.popLast() {
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            found[path] = [
                Int(status.st_atim.tv_sec), Int(status.st_atim.tv_nsec), Int(status.st_mtim.tv_sec),
                Int(status.st_mtim.tv_nsec), Int(status.st_ctim.tv_sec), Int(status.st_ctim.tv_nsec),
                Int(status.st_size), Int(status.st_ino), Int(status.st_mode),
            ]
            guard status.st_mode & S_IFMT == S_IFDIR else { continue }
            // Read with O_NOATIME as well, so that looking changes nothing.
            _ = Directory(Array(path.utf8) + [0])?.forEachName { name in
                pending.append(path + "/" + String(decoding: name, as: UTF8.self))
            }
        }
        return found
    }

    @Test("Nothing of it changes by being read, not even an access time")
    func untouched() async throws {
        try tree.addFolder(".A")
        try tree.addFile("dovecot-keywords", "0 Zero\n")
        try tree.addFile("new/1", "x", time: 1)
        try tree.addFile("cur/2:2,Sa", "y", time: 2)
        try tree.addFile("cur/large:2,S", [UInt8](repeating: 65, count: 3 << 20), time: 3)
        try tree.addFile(".A/cur/3:2,S", [0x1F, 0x8B, 0x08, 0, 0], time: 4)
        // An access time older than the modification makes the kernel note the next read (relatime).
        for name in ["new/1", "cur/2:2,Sa", "cur/large:2,S", ".A/cur/3:2,S", "dovecot-keywords", "cur", ".A", "."] {
            let past = timespec(tv_sec: 1, tv_nsec: 0)
            #expect(
                utimensat(AT_FDCWD, tree.path + "/" + name, [past, timespec(tv_sec: 0, tv_nsec: omitted)], 0) == 0)
        }
        let before = snapshot()
        let store = try MaildirStore(path: tree.path, layout: nil)
        var count = 0
        for folder in try await store.hierarchy().folders {
            for row in try await store.contents(of: folder).rows {
                count += try await store.open(row, in: folder).text.isEmpty ? 0 : 1
            }
        }
        #expect(count == 4)
        for folder in try await store.hierarchyWithStates().table.folders {
            let given = try await store.contents(of: folder).rows.map { GivenMessage($0) }
            #expect(try await store.changes(in: folder, since: nil, given: given).isEmpty)
        }
        #expect(snapshot() == before)
    }

    /// UTIME_OMIT: leaves the time as it is.
    private let omitted = (1 << 30) - 2

    /// setfsuid(2), for this thread; Glibc's module does not have it.
    private func setFileSystemUser(_ user: UInt32) {
        typealias Function = @convention(c) (UInt32) -> Int32
        guard let symbol = dlsym(nil, "setfsuid") else { return }
        _ = unsafeBitCast(symbol, to: Function.self)(user)
    }

    /// Runs `body` with the file rights of another user; root's are not bound by permission bits.
    private func asNobody<R>(_ body: () throws -> R) rethrows -> R {
        let isRoot = geteuid() == 0
        if isRoot { setFileSystemUser(65534) }
        defer { if isRoot { setFileSystemUser(0) } }
        return try body()
    }

    @Test("A folder without permission is refused, one half readable gives what it has and a problem")
    func permissions() throws {
        try tree.addFile("cur/1:2,S", "x")
        try tree.addFile("new/2", "x")
        let scan = ContentsScan(folder: Array(tree.path.utf8), path: FolderPath(["INBOX"]))
        chmod(place.path, 0o755)
        chmod(tree.path + "/new", 0)
        let half = try asNobody {
            var scan = scan
            return try scan.read()
        }
        #expect(half.rows.map(\.id.rawValue) == ["1"])
        #expect(half.problems.map(\.message) == ["cannot read new: Permission denied"])
        #expect(half.problems.map(\.code) == [.accessDenied])
        chmod(tree.path + "/cur", 0)
        let error = asNobody {
            #expect(throws: StoreError.self) {
                var scan = scan
                _ = try scan.read()
            }
        }
        #expect(error?.code == .accessDenied)
    }

    @Test("Where a directory cannot be read or its files not looked at, nothing is gone", arguments: [0, 0o444])
    func nothingIsGone(mode: UInt32) throws {
        try tree.addFile("cur/1:2,S", "x")
        try tree.addFile("new/2", "x")
        let folder = Array(tree.path.utf8)
        var listing = ContentsScan(folder: folder, path: FolderPath(["INBOX"]))
        let given = try listing.read().rows.map { GivenMessage($0) }
        try tree.rename("new/2", "cur/2:2,S")
        try tree.remove("cur/1:2,S")
        chmod(place.path, 0o755)
        chmod(tree.path + "/cur", mode)
        let later = MaildirChangesTests.later
        let changes = try asNobody {
            var scan = ContentsScan(folder: folder, path: FolderPath(["INBOX"]), given: given, clock: later)
            return try scan.readChanges()
        }
        // One that cannot be listed keeps all; one that can, all that has a file.
        #expect(changes.gone.map(\.rawValue) == (mode == 0 ? [] : ["1"]))
        #expect(changes.changed.isEmpty && changes.new.isEmpty)
        #expect(changes.count == (mode == 0 ? 2 : 1))
        #expect(changes.problems.count == 1)
        #expect(changes.state != FolderStamp(folder: folder)?.state)
        chmod(tree.path + "/new", 0)
        chmod(tree.path + "/cur", 0)
        let error = asNobody {
            #expect(throws: StoreError.self) {
                var scan = ContentsScan(folder: folder, path: FolderPath(["INBOX"]), given: given)
                _ = try scan.readChanges()
            }
        }
        #expect(error?.code == .accessDenied)
        for name in ["cur", "new"] { chmod(tree.path + "/" + name, 0o755) }
    }

    @Test("A folder one may not look into is listed, so that it is not passed over in silence")
    func hiddenFolder() throws {
        try tree.addFolder(".A")
        chmod(place.path, 0o755)
        chmod(tree.path + "/.A", 0)
        let root = Array(tree.path.utf8)
        let paths = asNobody {
            var folders = FolderTree(root: root)
            folders.read(.maildirPlusPlus)
            return folders.sorted.map(\.path.description)
        }
        chmod(tree.path + "/.A", 0o755)
        #expect(paths == ["INBOX", "A"])
    }

    @Test("A top directory without permission is refused")
    func hiddenTop() throws {
        chmod(place.path, 0o755)
        chmod(tree.path, 0)
        let path = tree.path
        let error = asNobody {
            #expect(throws: StoreError.self) { try MaildirStore(path: path, layout: nil) }
        }
        chmod(tree.path, 0o755)
        #expect(error?.code == .accessDenied)
    }
}
