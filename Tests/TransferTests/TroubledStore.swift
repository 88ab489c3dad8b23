import BinaryIO
import MAPI
import MailStore
import Synchronization
import TestSupport
import Transfer

/// A source whose ids are what a test wants, and whose folders cannot always be read.
struct TroubledStore: SynchronizingStore {
    struct Item {
        var id: String
        var text: String
        /// Stays when the message moves.
        var name: String?
    }

    let description = "troubled"
    /// By the folder's name.
    var folders: [String: [Item]] = [:]
    /// Ids of folders that survive renaming, by name.
    var persistentIDs: [String: String] = [:]
    /// Folders that the hierarchy does not tell, although they are there.
    var hidden: Set<String> = []
    /// Messages, by their ids, that cannot be opened.
    var refusals: [String: StoreError] = [:]
    /// How often each folder cannot be asked for its changes.
    let failures = Failures()

    final class Failures: Sendable {
        private let left = Mutex<[String: Int]>([:])

        func set(_ count: Int, for folder: String) { left.withLock { $0[folder] = count } }

        fileprivate func happens(in folder: String) -> Bool {
            left.withLock { left in
                guard let count = left[folder], count > 0 else { return false }
                left[folder] = count - 1
                return true
            }
        }
    }

    func hierarchy() async throws(StoreError) -> HierarchyTable {
        HierarchyTable(
            folders: folders.keys.filter { !hidden.contains($0) }.sorted().map {
                FolderInfo(
                    id: FolderID(rawValue: $0), path: FolderPath([$0]), role: nil, persistentID: persistentIDs[$0])
            })
    }

    func hierarchyWithStates() async throws(StoreError) -> SynchronizedHierarchy {
        SynchronizedHierarchy(table: try await hierarchy(), states: [:])
    }

    func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
        guard let items = folders[folder.id.rawValue] else { throw StoreError(.vanished, "gone") }
        return ContentsTable(
            rows: items.map {
                ContentsRow(
                    id: MessageID(rawValue: $0.id), state: MessageState(), deliveryTime: nil, size: $0.text.utf8.count,
                    persistentID: $0.name)
            })
    }

    func changes(
        in folder: FolderInfo, since state: SynchronizationState?, given: [GivenMessage]
    ) async throws(StoreError) -> ContentsChanges {
        if failures.happens(in: folder.id.rawValue) { throw StoreError(.inputOutput, "cannot be read now") }
        return try await ListedChanges(Listing(store: self)).changes(in: folder, since: state, given: given)
    }

    func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
        if let refusal = refusals[row.id.rawValue] { throw refusal }
        guard let item = folders[folder.id.rawValue]?.first(where: { $0.id == row.id.rawValue }) else {
            throw StoreError(.vanished, "gone")
        }
        let content = Array(item.text.utf8).withUnsafeBytes { MappedFile(copying: $0) }
        return StoredMessage(row: row, folder: folder, content: .internet(content))
    }

    /// The same without changes.
    private struct Listing: MessageStore {
        let store: TroubledStore

        var description: String { store.description }

        func hierarchy() async throws(StoreError) -> HierarchyTable { try await store.hierarchy() }

        func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
            try await store.contents(of: folder)
        }

        func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
            try await store.open(row, in: folder)
        }
    }
}
