public import MailStore

/// The parts of a set as one message store that is read: what lies in folders of one path is in one folder.
public final class PSTSetSource: MessageStore {
    public let description: String
    private let parts: [(label: String, source: PSTSource)]

    /// The PST at `path` with its parts; a part that is named is read alone.
    /// - Throws: as ``PSTSource/open(at:)`` and ``PSTParts/find(_:)``.
    public static func open(at path: String) throws(StoreError) -> PSTSetSource {
        let found = try PSTParts.find(path)
        // Where there is nothing, the file itself says so best.
        guard !found.isEmpty, !found.isMember else { return PSTSetSource(path, [("", try PSTSource.open(at: path))]) }
        var parts: [(label: String, source: PSTSource)] = []
        for file in found.files { parts.append((file.label, try PSTSource.open(at: file.path))) }
        return PSTSetSource(path, parts)
    }

    private init(_ description: String, _ parts: [(label: String, source: PSTSource)]) {
        self.description = description
        self.parts = parts
    }

    /// Whether FILE.pst is all, whose own ids are those of the set.
    private var isPlain: Bool { parts.count == 1 && parts[0].label.isEmpty }

    private static let separator: Character = "\n"

    /// Ids of folders are those of all parts, a line each.
    public func hierarchy() async throws(StoreError) -> HierarchyTable {
        if isPlain { return try await parts[0].source.hierarchy() }
        var table = HierarchyTable(folders: [])
        var positions: [FolderPath: Int] = [:]
        var roles: Set<FolderRole> = []
        for (label, source) in parts {
            let own = try await source.hierarchy()
            table.problems += own.problems
            for folder in own.folders {
                let id = folder.id.qualified(label).rawValue
                if let position = positions[folder.path] {
                    let known = table.folders[position]
                    // Two folders of one part can have one name where others made them.
                    table.folders[position] = FolderInfo(
                        id: FolderID(rawValue: known.id.rawValue + String(Self.separator) + id), path: known.path,
                        role: known.role)
                } else {
                    let role = folder.role.flatMap { roles.insert($0).inserted ? $0 : nil }
                    positions[folder.path] = table.folders.count
                    table.folders.append(FolderInfo(id: FolderID(rawValue: id), path: folder.path, role: role))
                }
            }
        }
        return table
    }

    public func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
        if isPlain { return try await parts[0].source.contents(of: folder) }
        var table = ContentsTable(rows: [])
        for id in folder.id.rawValue.split(separator: Self.separator) {
            let (label, local) = PartIdentifiers.split(String(id))
            let own = try await source(label).contents(of: Self.folder(folder, local))
            table.problems += own.problems
            table.rows += own.rows.map { Self.row($0, $0.id.qualified(label)) }
        }
        return table
    }

    public func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
        if isPlain { return try await parts[0].source.open(row, in: folder) }
        let (label, local) = PartIdentifiers.split(row.id.rawValue)
        let message = try await source(label).open(Self.row(row, MessageID(rawValue: local)), in: folder)
        return StoredMessage(row: row, folder: folder, content: message.content, problems: message.problems)
    }

    private func source(_ label: String) throws(StoreError) -> PSTSource {
        guard let part = parts.first(where: { $0.label == label }) else {
            throw StoreError(.vanished, "\(description): part '\(label)' is not there")
        }
        return part.source
    }

    private static func folder(_ folder: FolderInfo, _ id: String) -> FolderInfo {
        FolderInfo(id: FolderID(rawValue: id), path: folder.path, role: folder.role)
    }

    private static func row(_ row: ContentsRow, _ id: MessageID) -> ContentsRow {
        ContentsRow(
            id: id, state: row.state, deliveryTime: row.deliveryTime, size: row.size, location: row.location,
            persistentID: row.persistentID)
    }
}
