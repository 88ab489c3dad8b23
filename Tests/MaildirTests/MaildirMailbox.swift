import Glibc
import MailStore
import Maildir
import Synchronization
import TestSupport

/// A Maildir that a test changes as mail servers do.
///
/// Each change gives its directory a modification time of its own, so that no test depends on how fine the file system's
/// clock is; and the clock that the store goes by is the test's.
final class MaildirMailbox: ChangeableMailbox {
    let tree: MaildirTree
    let layout: MaildirLayout
    let keywords = ["One", "Two"]
    let folderNames = ["A", "B", "C d", "Entw\u{FC}rfe"]
    private let offset = Mutex<Int64>(0)
    private let counter = Mutex<Int>(0)
    private let place: TemporaryFolder

    init(_ layout: MaildirLayout) throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
        self.layout = layout
        try tree.addFile("dovecot-keywords", "0 One\n1 Two\n")
    }

    /// The time of day, or an hour later once the mailbox has rested.
    var clock: WallClock {
        WallClock { [self] in WallClock.system.now() + offset.withLock { $0 } }
    }

    func open() async throws -> MaildirStore {
        try MaildirStore(path: tree.path, layout: layout, clock: clock)
    }

    func rest() async throws { offset.withLock { $0 = 3_600_000_000_000 } }

    private func number() -> Int {
        offset.withLock { $0 = 0 }
        return counter.withLock { counter in
            counter += 1
            return counter
        }
    }

    /// The folder's directory below the top, with a final slash; "" for INBOX.
    private func directory(_ path: FolderPath) -> String {
        guard path.names != ["INBOX"] else { return "" }
        let names = path.names.map { $0 == "Entw\u{FC}rfe" ? "Entw&APw-rfe" : $0 }
        return layout == .filesystem
            ? names.joined(separator: "/") + "/" : "." + names.joined(separator: ".") + "/"
    }

    /// Gives a directory, in which something has changed, a time that none had before.
    private func touch(_ directory: String) throws {
        let moment = timespec(tv_sec: 1_000_000_000 + number(), tv_nsec: 0)
        guard utimensat(AT_FDCWD, "\(tree.path)/\(directory)", [moment, moment], 0) == 0 else {
            throw SystemError(errno)
        }
    }

    /// The message's file below the top.
    private func file(_ text: String, in folder: FolderPath) throws -> (directory: String, name: String) {
        let unique = Self.uniqueName(text)
        for name in ["new", "cur"] {
            let place = directory(folder) + name
            for entry in try names(in: place) where entry == unique || entry.hasPrefix(unique + ":") {
                return (name, entry)
            }
        }
        throw SystemError(ENOENT)
    }

    private func names(in directory: String) throws -> [String] {
        guard let stream = opendir("\(tree.path)/\(directory)") else { throw SystemError(errno) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    /// From the text's number.
    private static func uniqueName(_ text: String) -> String {
        "1700000000.M\(text.split(separator: "\r\n")[0].filter(\.isNumber))P1.host,S=\(text.utf8.count)"
    }

    func addFolder(_ path: FolderPath) async throws {
        try tree.addFolder(String(directory(path).dropLast()))
        try tree.addFile(directory(path) + "dovecot-keywords", "0 One\n1 Two\n")
        for name in ["cur", "new"] { try touch(directory(path) + name) }
    }

    func renameFolder(_ path: FolderPath, to name: FolderPath) async throws {
        let (old, new) = (String(directory(path).dropLast()), String(directory(name).dropLast()))
        try tree.rename(old, new)
        guard layout == .maildirPlusPlus else { return }
        for entry in try names(in: "") where entry.hasPrefix(old + ".") {
            try tree.rename(entry, new + entry.dropFirst(old.count))
        }
    }

    func removeFolder(_ path: FolderPath) async throws {
        for name in ["cur", "new", "tmp"] {
            for entry in try names(in: directory(path) + name) where !entry.hasPrefix(".") {
                try tree.remove("\(directory(path))\(name)/\(entry)")
            }
            guard rmdir("\(tree.path)/\(directory(path))\(name)") == 0 else { throw SystemError(errno) }
        }
        try tree.remove(directory(path) + "dovecot-keywords")
        guard rmdir("\(tree.path)/\(directory(path))") == 0 else { throw SystemError(errno) }
    }

    func deliver(_ text: String, to folder: FolderPath) async throws {
        try tree.addFile(directory(folder) + "new/" + Self.uniqueName(text), text)
        try touch(directory(folder) + "new")
    }

    func setState(_ state: MessageState, of text: String, in folder: FolderPath) async throws {
        let old = try file(text, in: folder)
        let flags =
            (state.flagged ? "F" : "") + (state.answered ? "R" : "") + (state.seen ? "S" : "")
            + (state.keywords.contains("One") ? "a" : "") + (state.keywords.contains("Two") ? "b" : "")
        let place = directory(folder)
        try tree.rename("\(place)\(old.directory)/\(old.name)", "\(place)cur/\(Self.uniqueName(text)):2,\(flags)")
        for name in Set([old.directory, "cur"]) { try touch(place + name) }
    }

    func move(_ text: String, from folder: FolderPath, to target: FolderPath) async throws {
        let old = try file(text, in: folder)
        let name = "\(old.directory)/\(old.name)"
        try tree.rename(directory(folder) + name, directory(target) + name)
        try touch(directory(folder) + old.directory)
        try touch(directory(target) + old.directory)
    }

    func delete(_ text: String, from folder: FolderPath) async throws {
        let old = try file(text, in: folder)
        try tree.remove("\(directory(folder))\(old.directory)/\(old.name)")
        try touch(directory(folder) + old.directory)
    }
}
