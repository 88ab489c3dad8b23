import BinaryIO
import MAPI
public import MailStore

/// A source in memory that behaves as a test wants.
public struct ScriptedStore: MessageStore {
    public let description = "scripted"
    public var folders: [FolderInfo]
    public var problems: [StoreError] = []
    /// By folder.
    public var tables: [FolderID: ContentsTable]
    public var failures: [MessageID: StoreError] = [:]
    public var listingFailures: [FolderID: StoreError] = [:]
    public var messageProblems: [MessageID: [String]] = [:]
    /// Called when a message is opened.
    public var opening: @Sendable (MessageID) -> Void = { _ in }

    /// Folders by path ("A/B"), each with messages "1", "2", … of the sizes given.
    public init(_ folders: KeyValuePairs<String, [Int]>, roles: [String: FolderRole] = [:]) {
        self.folders = folders.map { path, _ in
            FolderInfo(
                id: FolderID(rawValue: path), path: FolderPath(path.split(separator: "/").map(String.init)),
                role: roles[path])
        }
        tables = [:]
        for (path, sizes) in folders {
            tables[FolderID(rawValue: path)] = ContentsTable(
                rows: sizes.enumerated().map { index, size in
                    ContentsRow(
                        id: MessageID(rawValue: "\(path):\(index + 1)"), state: MessageState(),
                        deliveryTime: FileTime(unixSeconds: Int64(index)), size: size)
                })
        }
    }

    public func hierarchy() async throws(StoreError) -> HierarchyTable {
        HierarchyTable(folders: folders, problems: problems)
    }

    public func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
        if let failure = listingFailures[folder.id] { throw failure }
        return tables[folder.id] ?? ContentsTable(rows: [])
    }

    public func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
        opening(row.id)
        if let failure = failures[row.id] { throw failure }
        let content = Array(row.id.rawValue.utf8).withUnsafeBytes { MappedFile(copying: $0) }
        return StoredMessage(
            row: row, folder: folder, content: .internet(content), problems: messageProblems[row.id] ?? [])
    }
}
