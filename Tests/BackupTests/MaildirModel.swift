import Foundation
import MailStore
import TestSupport

/// A Maildir on disk that a test changes, and what it knows of it.
struct MaildirModel {
    struct Message: Hashable {
        let unique: String
        let text: String
        var state = MessageState()
        var isNew = false
    }

    struct Folder {
        /// Below the top; empty for the inbox.
        var names: [String]
        var messages: [Message] = []
    }

    let tree: MaildirTree
    private(set) var folders = [Folder(names: [])]
    private var next = 1
    /// Seconds between the times of delivery.
    var interval = 1

    init(_ path: String) throws {
        tree = try MaildirTree(path)
    }

    private static func directory(_ names: [String]) -> String { names.map { "." + $0 }.joined() }

    private func path(of message: Message, in folder: Folder) -> String {
        var path = Self.directory(folder.names)
        path += (path.isEmpty ? "" : "/") + (message.isNew ? "new/" : "cur/") + message.unique
        guard !message.isNew else { return path }
        let state = message.state
        let flags = [
            (state.draft, "D"), (state.flagged, "F"), (state.forwarded, "P"), (state.answered, "R"), (state.seen, "S"),
            (state.deleted, "T"),
        ]
        return path + ":2," + flags.filter(\.0).map(\.1).joined()
    }

    /// Some kilobytes now and then, mostly less.
    mutating func deliver(to index: Int, state: MessageState?, size: Int) throws {
        let number = next
        next += 1
        let text =
            "From: sender\(number % 7)@example.com\nTo: fredb@example.com\nSubject: letter \(number)\n"
            + "Message-ID: <\(number)@example.com>\nDate: Mon, 6 Jan 2025 08:00:00 +0000\n\n"
            + String(repeating: "line \(number)\n", count: size)
        let message = Message(
            unique: "\(1_700_000_000 + number).M\(number)P1.host", text: text, state: state ?? MessageState(),
            isNew: state == nil)
        try tree.addFile(path(of: message, in: folders[index]), text, time: 1_700_000_000 + number * interval)
        folders[index].messages.append(message)
    }

    mutating func setState(_ state: MessageState, of index: Int, in folder: Int) throws {
        var message = folders[folder].messages[index]
        let old = path(of: message, in: folders[folder])
        message.state = state
        message.isNew = false
        folders[folder].messages[index] = message
        try tree.rename(old, path(of: message, in: folders[folder]))
    }

    mutating func move(_ index: Int, from folder: Int, to target: Int) throws {
        guard folder != target else { return }
        let message = folders[folder].messages.remove(at: index)
        folders[target].messages.append(message)
        try tree.rename(path(of: message, in: folders[folder]), path(of: message, in: folders[target]))
    }

    mutating func remove(_ index: Int, from folder: Int) throws {
        let message = folders[folder].messages.remove(at: index)
        try tree.remove(path(of: message, in: folders[folder]))
    }

    mutating func addFolder(_ names: [String]) throws {
        try tree.addFolder(Self.directory(names))
        folders.append(Folder(names: names))
    }

    /// Renames a folder with all folders below it, as a server does: directory by directory.
    mutating func rename(_ folder: Int, to names: [String]) throws {
        let old = folders[folder].names
        for index in folders.indices where folders[index].names.starts(with: old) && !folders[index].names.isEmpty {
            let target = names + folders[index].names.dropFirst(old.count)
            try tree.rename(Self.directory(folders[index].names), Self.directory(target))
            folders[index].names = target
        }
    }

    mutating func removeFolder(_ folder: Int) throws {
        let names = folders[folder].names
        for gone in folders where gone.names.starts(with: names) {
            try FileManager.default.removeItem(atPath: tree.path + "/" + Self.directory(gone.names))
        }
        folders.removeAll { $0.names.starts(with: names) }
    }

    /// Messages by the path that their folder has in a PST.
    var contents: [String: [String]] {
        var contents: [String: [String]] = [:]
        for folder in folders {
            let path = folder.names.isEmpty ? "Inbox" : folder.names.joined(separator: "/")
            contents[path] = folder.messages.map { Self.line($0.text, $0.state) }.sorted()
            // A folder of which only those below it are there is a folder all the same.
            for count in 1..<max(1, folder.names.count) {
                let parent = folder.names.prefix(count).joined(separator: "/")
                contents[parent] = contents[parent] ?? []
            }
        }
        return contents
    }

    static func line(_ text: String, _ state: MessageState) -> String { "\(state) \(text)" }
}
