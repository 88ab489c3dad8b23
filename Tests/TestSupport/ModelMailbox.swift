import BinaryIO
import MAPI
public import MailStore

/// A mailbox as a test imagines it: what a source should show, and what a copy of it should hold. As a store it tells no
/// changes.
public struct ModelMailbox: MessageStore {
    public struct Message: Hashable, Sendable {
        /// Stays when the message moves; also its content.
        public let name: String
        public var state = MessageState()
    }

    public struct Folder: Hashable, Sendable {
        /// Stays when the folder is renamed.
        public let persistentID: String
        public var path: FolderPath
        public var messages: [Message] = []
    }

    public let description: String
    public private(set) var folders: [Folder] = []
    /// Whether folders and messages have ids that survive moves.
    public var hasPersistentIDs = true
    /// Folders, by their paths, that cannot be listed.
    public var failures: [String: StoreError] = [:]
    /// Folders, by their paths, that stand in no hierarchy table.
    public var hidden: Set<String> = []
    private var next = 1

    public init(_ description: String = "model:mailbox") {
        self.description = description
    }

    @discardableResult
    public mutating func addFolder(_ names: String...) -> Int {
        addFolder(at: FolderPath(names))
    }

    @discardableResult
    public mutating func addFolder(at path: FolderPath) -> Int {
        folders.append(Folder(persistentID: "p\(next)", path: path))
        next += 1
        return folders.count - 1
    }

    /// - Returns: the message's name.
    @discardableResult
    public mutating func deliver(to folder: Int, state: MessageState = MessageState()) -> String {
        let name = "message \(next)"
        next += 1
        folders[folder].messages.append(Message(name: name, state: state))
        return name
    }

    public mutating func setState(_ state: MessageState, of index: Int, in folder: Int) {
        folders[folder].messages[index].state = state
    }

    public mutating func move(_ index: Int, from folder: Int, to target: Int) {
        let message = folders[folder].messages.remove(at: index)
        folders[target].messages.append(message)
    }

    public mutating func remove(_ index: Int, from folder: Int) {
        folders[folder].messages.remove(at: index)
    }

    /// Moves a folder with all folders below it.
    public mutating func rename(_ folder: Int, to path: FolderPath) {
        let old = folders[folder].path.names
        for index in folders.indices where folders[index].path.names.starts(with: old) {
            folders[index].path.names.replaceSubrange(0..<old.count, with: path.names)
        }
    }

    /// Removes a folder with all folders below it.
    public mutating func removeFolder(_ folder: Int) {
        let path = folders[folder].path.names
        folders.removeAll { $0.path.names.starts(with: path) }
    }

    /// Messages by the path of their folder, as a copy should hold them.
    public var contents: [String: [Message]] {
        var contents: [String: [Message]] = [:]
        for folder in folders { contents[folder.path.description] = folder.messages.sorted { $0.name < $1.name } }
        return contents
    }

    public func hierarchy() async throws(StoreError) -> HierarchyTable {
        let sorted = folders.filter { !hidden.contains($0.path.description) }.sorted {
            ($0.path.names.count, $0.path.description) < ($1.path.names.count, $1.path.description)
        }
        return HierarchyTable(
            folders: sorted.map {
                FolderInfo(
                    id: FolderID(rawValue: $0.path.description), path: $0.path, role: nil,
                    persistentID: hasPersistentIDs ? $0.persistentID : nil)
            })
    }

    public func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
        if let failure = failures[folder.path.description] { throw failure }
        guard let there = folders.first(where: { $0.path == folder.path }) else {
            throw StoreError(.vanished, "gone", folder: folder.path)
        }
        let rows = there.messages.map { message in
            ContentsRow(
                id: MessageID(rawValue: hasPersistentIDs ? message.name : "\(there.persistentID) \(message.name)"),
                state: message.state, deliveryTime: FileTime(unixSeconds: 1), size: message.name.utf8.count,
                persistentID: hasPersistentIDs ? message.name : nil)
        }
        return ContentsTable(rows: rows)
    }

    public func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
        let message = folders.first { $0.path == folder.path }?.messages.first {
            row.id.rawValue.hasSuffix($0.name)
        }
        guard let message else {
            throw StoreError(.vanished, "gone", folder: folder.path, messageID: row.id)
        }
        let content = Array(message.name.utf8).withUnsafeBytes { MappedFile(copying: $0) }
        return StoredMessage(row: row, folder: folder, content: .internet(content))
    }
}
