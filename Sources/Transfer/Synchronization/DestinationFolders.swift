import Journal
import MailStore

/// The folders of the destination and their rows in the journal: each is made before what lies in it, and follows its
/// source when that is renamed.
final class DestinationFolders<Destination: UpdatableMessageStore> {
    private let destination: Destination
    private let record: RunRecord
    private let byPath: [FolderPath: FolderInfo]
    /// Roles by path; where several folders have a role ("Sent", "Gesendet") the first of the tree has it in the copy.
    private let roles: [FolderPath: FolderRole]
    private(set) var rows: [FolderID: JournalFolder] = [:]
    /// Folders of the destination by the path that their source has now, also those that are no folder of the source.
    private var made: [FolderPath: FolderID] = [:]

    init(destination: Destination, record: RunRecord, folders: [FolderInfo]) {
        self.destination = destination
        self.record = record
        byPath = Dictionary(folders.map { ($0.path, $0) }) { first, _ in first }
        roles = folders.rolesByPath
    }

    /// Takes over a folder that the journal knows, where it lies now at the source.
    /// - Parameter before: the known folders by the path they had.
    func adopt(
        _ known: JournalFolder, as folder: FolderInfo, isForeign: Bool, before: [FolderPath: JournalFolder]
    ) async throws(StoreError) {
        if known.path != folder.path, let current = known.destination {
            let parent = try await parent(of: folder.path)
            let oldParent = before[known.path.parent]?.destination
            if parent != oldParent || known.path.names.last != folder.path.names.last {
                try await destination.moveFolder(
                    current,
                    to: NewFolder(parent: parent, name: folder.path.names.last ?? "", role: roles[folder.path]))
            }
        }
        if isForeign { try record.journal.setSource(of: known.id, record.source) }
        if known.goneRun != nil { try record.journal.setGone(known.id, run: nil) }
        if isForeign || known.path != folder.path || known.folder != folder.id
            || known.persistentID != folder.persistentID
        {
            try record.journal.setPlace(
                of: known.id, id: folder.id, persistentID: folder.persistentID, path: folder.path)
            if let current = known.destination { try await destination.setOrigin(origin(of: folder), of: current) }
        }
        rows[folder.id] = try record.journal.folder(known.id)
        if let current = known.destination { made[folder.path] = current }
    }

    private func parent(of path: FolderPath) async throws(StoreError) -> FolderID? {
        path.names.count > 1 ? try await makeFolder(at: path.parent) : nil
    }

    /// The row of a folder, whose counterpart is made if it is not there yet.
    func row(for folder: FolderInfo) async throws(StoreError) -> (row: Int64, destination: FolderID) {
        let id = try await makeFolder(at: folder.path)
        if let row = rows[folder.id], row.destination == id { return (row.id, id) }
        return (try enter(folder, destination: id), id)
    }

    /// The row of a folder that may have no counterpart.
    func rowWithoutFolder(for folder: FolderInfo) throws(StoreError) -> Int64 {
        if let row = rows[folder.id] { return row.id }
        return try enter(folder, destination: nil)
    }

    private func enter(_ folder: FolderInfo, destination id: FolderID?) throws(StoreError) -> Int64 {
        let row: Int64
        if let known = rows[folder.id] {
            row = known.id
            try record.journal.setDestination(of: row, id)
        } else {
            let new = NewJournalFolder(
                folder: folder.id, persistentID: folder.persistentID, path: folder.path, destination: id)
            row = try record.journal.insert(new, store: record.store, source: record.source, run: record.run)
        }
        rows[folder.id] = try record.journal.folder(row)
        return row
    }

    /// The folder at `path`, made with the folders above it where they are not there yet.
    private func makeFolder(at path: FolderPath) async throws(StoreError) -> FolderID {
        guard !path.names.isEmpty else { throw StoreError(.badData, "a folder without a name") }
        if let known = made[path] { return known }
        let parent = try await parent(of: path)
        let id: FolderID
        do {
            id = try await destination.createFolder(
                NewFolder(parent: parent, name: path.names.last ?? "", role: roles[path]))
        } catch {
            throw error.located(path)
        }
        made[path] = id
        if let folder = byPath[path] {
            try await destination.setOrigin(origin(of: folder), of: id)
            _ = try enter(folder, destination: id)
        }
        return id
    }

    private func origin(of folder: FolderInfo) -> FolderOrigin {
        FolderOrigin(
            source: record.source, folder: folder.id, persistentID: folder.persistentID, path: folder.path)
    }
}

extension FolderPath {
    /// Where the folder lies; empty at the top.
    var parent: FolderPath { FolderPath(Array(names.dropLast())) }
}
