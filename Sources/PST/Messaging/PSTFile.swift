public import BinaryIO
public import MAPI
import PSTLTP
public import PSTNDB

/// A PST that is being written: a store with folders and messages. Nothing is in the file before ``checkpoint()``.
/// Not for use by several threads at once.
public final class PSTFile {
    let database: NodeDatabase
    private var folders: [NodeID: FolderNode] = [:]
    /// The folder whose contents table is open.
    private var current: FolderNode?
    /// Folders whose hierarchy table is open.
    private var openHierarchies: [FolderNode] = []
    private var changedFolders: Set<NodeID> = []
    /// Named properties; may have more names than the file until the next checkpoint.
    public private(set) var names = NameToIDMap()
    private var storedNameCount = 0

    /// What identifies a new store; random unless a test fixes it.
    public struct Identity: Sendable {
        let recordKey: GUID
        let replica: GUID

        public init(recordKey: GUID, replica: GUID) {
            self.recordKey = recordKey
            self.replica = replica
        }

        public static func random() -> Identity {
            var generator = SystemRandomNumberGenerator()
            func guid() -> GUID {
                GUID(
                    generator.next(), generator.next(), generator.next(), tail: generator.next())
            }
            return Identity(recordKey: guid(), replica: guid())
        }
    }

    private static let openHierarchyTables = 8

    private init(database: NodeDatabase) {
        self.database = database
    }

    /// An empty store in an empty storage. `displayName` is cut at 255 UTF-16 units.
    public static func create(
        in storage: any Storage, displayName: String, encoding: ContentEncoding, identity: Identity = .random()
    ) throws(PSTError) -> PSTFile {
        let database = NodeDatabase.create(in: storage, encoding: encoding)
        let file = PSTFile(database: database)
        let name = FolderName.displayable(displayName)
        try StoreSkeleton(
            displayName: name, recordKey: identity.recordKey, replica: identity.replica, database: database
        ).write()
        try file.addFolder(.rootFolder, parent: .rootFolder, name: "", containerClass: nil)
        try file.addFolder(.ipmSubtree, parent: .rootFolder, name: "Top of Personal Folders", containerClass: nil)
        try file.addFolder(.searchRoot, parent: .rootFolder, name: "Search Root", containerClass: nil)
        try file.addSearchFolder()
        return file
    }

    private func addSearchFolder() throws(PSTError) {
        let folder = FolderNode(
            id: .spamSearchFolder, parent: .rootFolder, name: "SPAM Search Folder 2", containerClass: nil)
        folders[folder.id] = folder
        try addHierarchyRow(of: folder)
        changedFolders.insert(folder.id)
    }

    /// Bytes written since the last checkpoint.
    public var uncommittedBytes: UInt64 { database.uncommittedBytes }

    /// How data blocks are encoded.
    public var encoding: ContentEncoding { database.encoding }
}

/// Folders.
extension PSTFile {
    /// The store's wastebasket, under the name it is to have; created once.
    public func addDeletedItems(named name: String) throws(PSTError) -> NodeID {
        if folders[.deletedItems] != nil { return .deletedItems }
        let unique = uniqueName(name, below: .ipmSubtree)
        try addFolder(.deletedItems, parent: .ipmSubtree, name: unique, containerClass: nil)
        return .deletedItems
    }

    /// Creates a mail folder. The name is made displayable, and unique among its siblings.
    /// - Returns: its id, and the name it got.
    public func addFolder(
        named name: String, below parent: NodeID = .ipmSubtree
    ) throws(PSTError) -> (id: NodeID, name: String) {
        let unique = uniqueName(name, below: parent)
        let id = try inNodes { () throws(NDBError) in
            // Indexes up to 0x403 are those of the store's own folders.
            var id = try database.newNodeID(.normalFolder)
            while id <= .deletedItems { id = try database.newNodeID(.normalFolder) }
            return id
        }
        try addFolder(id, parent: parent, name: unique, containerClass: "IPF.Note")
        return (id, unique)
    }

    private func uniqueName(_ name: String, below parent: NodeID) -> String {
        FolderName.unique(FolderName.displayable(name), among: folders[parent]?.childNames ?? [])
    }

    private func addFolder(
        _ id: NodeID, parent: NodeID, name: String, containerClass: String?
    ) throws(PSTError) {
        let folder = FolderNode(id: id, parent: parent, name: name, containerClass: containerClass)
        folders[id] = folder
        changedFolders.insert(id)
        try database.shareNode(.hierarchyTemplate, as: id.sibling(.hierarchyTable))
        try database.shareNode(.contentsTemplate, as: id.sibling(.contentsTable))
        try database.shareNode(.associatedContentsTemplate, as: id.sibling(.associatedContentsTable))
        if id != parent { try addHierarchyRow(of: folder) }
    }

    private func addHierarchyRow(of folder: FolderNode) throws(PSTError) {
        guard let parent = folders[folder.parent] else { throw .limit("folder \(folder.parent) is not there") }
        try openHierarchy(of: parent)
        let version = database.newRowVersion()
        try inTables { () throws(LTPError) in
            try parent.hierarchy?.append(folder.row, id: folder.id.rawValue, version: version, in: database)
        }
        parent.subfolderCount += 1
        parent.childNames.insert(folder.name.lowercased())
        // The first one changes PidTagSubfolders, also in the grandparent's row.
        if parent.subfolderCount == 1 { changedFolders.insert(parent.id) }
    }

    private func openHierarchy(of folder: FolderNode) throws(PSTError) {
        guard folder.hierarchy == nil else { return }
        folder.hierarchy = try openTable(folder.id.sibling(.hierarchyTable), TableTemplates.hierarchy)
        openHierarchies.append(folder)
        if openHierarchies.count > Self.openHierarchyTables {
            let oldest = openHierarchies.removeFirst()
            try closeHierarchy(of: oldest)
        }
    }

    private func closeHierarchy(of folder: FolderNode) throws(PSTError) {
        guard var table = folder.hierarchy else { return }
        folder.hierarchy = nil
        try write(&table, as: folder.id.sibling(.hierarchyTable))
    }

    /// A folder's table: a new one where the folder still shares the template's, else as it is in the file.
    private func openTable(_ id: NodeID, _ schema: TableSchema) throws(PSTError) -> TableContext {
        let template: NodeID = id.type == .hierarchyTable ? .hierarchyTemplate : .contentsTemplate
        let (entry, shared) = try inNodes { () throws(NDBError) in
            (try database.node(id), try database.node(template)?.data)
        }
        guard let entry else { throw .limit("table \(id) is not there") }
        return try inTables { () throws(LTPError) in
            entry.data == shared
                ? try TableContext(schema: schema, in: database) : try TableContext(entry, in: database)
        }
    }

    private func write(_ table: inout TableContext, as id: NodeID) throws(PSTError) {
        let (data, subnodes) = try inTables { () throws(LTPError) in try table.write(to: database) }
        try inNodes { () throws(NDBError) in
            guard let old = try database.node(id) else { return }
            let template: NodeID = id.type == .hierarchyTable ? .hierarchyTemplate : .contentsTemplate
            // The first own table takes the place of the shared one.
            if let shared = try database.node(template)?.data, old.data == shared { try database.release(shared) }
            try database.setNode(id, NodeEntry(data: data, subnodes: subnodes, parent: .none))
        }
    }
}

/// Data trees that a message under construction has in the file.
private final class StoredBlocks {
    var tops: [BlockID] = []
}

/// Messages.
extension PSTFile {
    /// Gives named properties their ids in this store.
    public func register(_ unknown: [NamedProperty]) throws(PSTError) {
        for name in unknown { _ = try names.register(name) }
    }

    /// Builds a message with attachments that stream into this file.
    public func build(_ message: MessageObject) throws(PSTError) -> MessageImage {
        let stored = StoredBlocks()
        var builder = MessageBuilder(names: names, encoding: encoding) { [database] (stream) throws(PSTError) in
            let attachment = try StreamedAttachment.write(stream, to: database)
            stored.tops.append(attachment.block)
            return attachment
        }
        do {
            return try builder.build(message)
        } catch {
            // The message is not added: what it has in the file already belongs to nobody.
            try inNodes { () throws(NDBError) in
                for top in stored.tops { try database.release(top) }
            }
            throw error
        }
    }

    /// Adds a built message to a folder.
    /// - Returns: its id in the store.
    public func add(_ message: MessageImage, to folder: NodeID) throws(PSTError) -> NodeID {
        guard let folder = folders[folder] else { throw .limit("folder \(folder) is not there") }
        try open(folder)
        let (id, entries) = try inNodes { () throws(NDBError) in
            let id = try database.newNodeID(.normalMessage)
            let written = try database.write(message.node, of: message.images)
            try database.setNode(
                id, NodeEntry(data: written.data, subnodes: written.subnodes, parent: folder.id))
            return (id, written.entries)
        }
        database.cover(rowVersion: message.highestRowVersion)
        let version = database.newRowVersion()
        try inTables { () throws(LTPError) in
            try folder.contents?.append(message.row, id: id.rawValue, version: version, in: database) { subnode in
                entries.first { $0.id == subnode }?.data
            }
        }
        folder.contentCount += 1
        if message.isUnread { folder.unreadCount += 1 }
        changedFolders.insert(folder.id)
        return id
    }

    private func open(_ folder: FolderNode) throws(PSTError) {
        guard current !== folder else { return }
        try closeCurrent()
        folder.contents = try openTable(folder.id.sibling(.contentsTable), TableTemplates.contents)
        current = folder
    }

    private func closeCurrent() throws(PSTError) {
        try writeCurrent()
        current?.contents = nil
        current = nil
    }

    private func writeCurrent() throws(PSTError) {
        guard let current, var table = current.contents else { return }
        // Out of the folder while it is written, so that it is changed in place.
        current.contents = nil
        defer { current.contents = table }
        try write(&table, as: current.id.sibling(.contentsTable))
    }
}

/// Checkpoints.
extension PSTFile {
    /// Makes all that was added the content of the file: durable, and what a reader sees.
    public func checkpoint() throws(PSTError) {
        _ = try addDeletedItems(named: "Deleted Items")
        try writeCurrent()
        for id in changedFolders.sorted() {
            guard let folder = folders[id] else { continue }
            try database.writeContext(id, folder.context, parent: folder.parent)
            guard id != folder.parent, let parent = folders[folder.parent] else { continue }
            try openHierarchy(of: parent)
            let version = database.newRowVersion()
            try inTables { () throws(LTPError) in
                try parent.hierarchy?.updateFixedCells(id: id.rawValue, version: version, folder.changingCells)
            }
        }
        changedFolders.removeAll()
        for folder in openHierarchies { try closeHierarchy(of: folder) }
        openHierarchies.removeAll()
        if names.names.count != storedNameCount {
            try database.writeContext(.nameToIDMap, names.context, parent: .none)
            storedNameCount = names.names.count
        }
        try inNodes { () throws(NDBError) in try database.commit() }
    }
}
