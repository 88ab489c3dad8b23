public import MAPI
import PSTLTP
public import PSTNDB

/// Folders.
extension PSTFile {
    /// The store's wastebasket under the name it is to have, made if there is none. One that a new store got without
    /// being asked takes the name as long as nobody has used it; any other keeps its own.
    public func addDeletedItems(named name: String) throws(PSTError) -> NodeID {
        guard let id = deletedItems else {
            guard isNew else { return try addFolder(named: name).id }
            try addFolder(
                .deletedItems, parent: topFolder, name: try uniqueName(name, below: topFolder), containerClass: nil)
            deletedItems = .deletedItems
            return .deletedItems
        }
        let folder = try self.folder(id)
        let table = try tables.table(id.sibling(.hierarchyTable))
        if folder.name == Self.plainWastebasket, folder.contentCount == 0, table.rowCount == 0, try isPlain(folder) {
            try move(folder, below: folder.parent, named: name)
        }
        return id
    }

    /// The name of the wastebasket of a store that has no use for one.
    static let plainWastebasket = "Deleted Items"

    /// Whether a folder has the properties only that every folder must have, and those of its kind.
    private func isPlain(_ folder: FolderNode) throws(PSTError) -> Bool {
        guard !folder.isNew else { return folder.properties.isEmpty }
        let plain: [PropertyTag] = [.displayName, .contentCount, .contentUnreadCount, .subfolders]
        let tags = try context(of: folder.id).tags
        return folder.properties.isEmpty && tags.allSatisfy { tag in plain.contains { $0.id == tag.id } }
    }

    /// Creates a mail folder. The name is made displayable, and unique among its siblings.
    /// - Returns: its id, and the name it got.
    /// - Throws: ``PSTError/missing(_:)`` where the parent is not there.
    public func addFolder(
        named name: String, below parent: NodeID? = nil
    ) throws(PSTError) -> (id: NodeID, name: String) {
        let parent = parent ?? topFolder
        let unique = try uniqueName(name, below: parent)
        let id = try inNodes { () throws(NDBError) in
            // Indexes up to 0x403 are those of the store's own folders.
            var id = try database.newNodeID(.normalFolder)
            while id <= .deletedItems { id = try database.newNodeID(.normalFolder) }
            return id
        }
        try addFolder(id, parent: parent, name: unique, containerClass: "IPF.Note")
        return (id, unique)
    }

    /// Gives a folder another place or name or both; the name is made displayable, and unique among its siblings.
    /// - Parameter parent: nil for the top.
    /// - Returns: the name it got.
    /// - Throws: ``PSTError/missing(_:)`` where one of the folders is not there, ``PSTError/limit(_:)`` where it would
    ///   come to lie in itself.
    @discardableResult
    public func moveFolder(_ id: NodeID, below parent: NodeID?, named name: String) throws(PSTError) -> String {
        let folder = try self.folder(id)
        let parent = parent ?? topFolder
        guard !isFixed(id) else { throw .limit("folder \(id) is one of the store's own, and stays where it is") }
        var above = try self.folder(parent)
        for _ in 0...MessagingLimits.folderDepth where above.id != above.parent {
            guard above.id != id else { throw .limit("a folder cannot lie in itself") }
            above = try self.folder(above.parent)
        }
        guard above.id != id else { throw .limit("a folder cannot lie in itself") }
        return try move(folder, below: parent, named: name)
    }

    /// Deletes a folder in which nothing is left: no folder, no message, no associated message (a view that someone made).
    /// - Returns: false where something is, or the folder is one of the store's own; nothing has been done then.
    /// - Throws: ``PSTError/missing(_:)`` where the folder is not there.
    public func deleteFolder(_ id: NodeID) throws(PSTError) -> Bool {
        let folder = try self.folder(id)
        guard !isFixed(id), id != deletedItems else { return false }
        guard try isEmpty(id) else { return false }
        try removeHierarchyRow(of: folder)
        for part in Self.parts { tables.forget(id.sibling(part)) }
        for part in [.normalFolder] + Self.parts { try database.deleteNode(id.sibling(part)) }
        folders[id] = nil
        changedFolders.remove(id)
        return true
    }

    private static let parts: [NodeType] = [.hierarchyTable, .contentsTable, .associatedContentsTable]

    /// Whether nothing is in a folder: no folders, no messages, no hidden ones.
    public func isEmpty(_ id: NodeID) throws(PSTError) -> Bool {
        for part in Self.parts where try hasRows(id.sibling(part)) { return false }
        return true
    }

    private func hasRows(_ table: NodeID) throws(PSTError) -> Bool {
        guard try inNodes({ () throws(NDBError) in try database.node(table) }) != nil else { return false }
        return try tables.table(table).rowCount > 0
    }

    /// Gives a folder a property that it does not have, or another value of it.
    public func setProperty(_ name: NamedProperty, _ value: PropertyValue, of folder: NodeID) throws(PSTError) {
        let folder = try self.folder(folder)
        let id = try names.register(name)
        if let old = try property(id, of: folder), old == value { return }
        folder.properties.removeAll { $0.id == id }
        folder.properties.append((id, value))
        changedFolders.insert(folder.id)
    }

    /// A property of a folder; nil where it has none of that name.
    public func property(_ name: NamedProperty, of folder: NodeID) throws(PSTError) -> PropertyValue? {
        guard let id = names.id(of: name) else { return nil }
        return try property(id, of: self.folder(folder))
    }

    private func property(_ id: UInt16, of folder: FolderNode) throws(PSTError) -> PropertyValue? {
        if let pending = folder.properties.first(where: { $0.id == id }) { return pending.value }
        guard !folder.isNew else { return nil }
        let context = try self.context(of: folder.id)
        return try inTables { () throws(LTPError) in try context.value(id) }
    }

    /// The name of a folder, and the one in which it lies; nil for the top.
    public func place(of id: NodeID) throws(PSTError) -> (name: String, parent: NodeID?) {
        let folder = try self.folder(id)
        let isTop = folder.parent == topFolder || folder.parent == id
        return (folder.name, isTop ? nil : folder.parent)
    }

    /// Every folder of the mail tree that its parent lists, parents before their children.
    public func allFolders() throws(PSTError) -> [NodeID] {
        var folders: [NodeID] = []
        var seen: Set<NodeID> = [topFolder]
        var next = [topFolder]
        while let parent = next.popLast() {
            for id in try listedFolders(below: parent) where seen.insert(id).inserted {
                folders.append(id)
                next.append(id)
            }
        }
        return folders
    }

    private func listedFolders(below parent: NodeID) throws(PSTError) -> [NodeID] {
        let table = parent.sibling(.hierarchyTable)
        guard try inNodes({ () throws(NDBError) in try database.node(table) }) != nil else { return [] }
        let ids = try tables.table(table).read { (table) throws(LTPError) in try table.rowIDs() }
        var found: [NodeID] = []
        for id in ids.map({ NodeID(rawValue: $0) }) where id.type == .normalFolder {
            if try inNodes({ () throws(NDBError) in try database.node(id) }) != nil { found.append(id) }
        }
        return found
    }

    /// Names from the top of the tree; none for the top itself.
    public func path(of folder: NodeID) throws(PSTError) -> [String] {
        var names: [String] = []
        var next = try self.folder(folder)
        while next.id != topFolder, next.id != next.parent, names.count < MessagingLimits.folderDepth {
            names.append(next.name)
            next = try self.folder(next.parent)
        }
        return names.reversed()
    }
}

/// Below the surface.
extension PSTFile {
    /// A folder, read from the file where it has not been looked at yet.
    func folder(_ id: NodeID) throws(PSTError) -> FolderNode {
        if let folder = folders[id] { return folder }
        guard id.type == .normalFolder || id.type == .searchFolder,
            let entry = try inNodes({ () throws(NDBError) in try database.node(id) })
        else { throw .missing("folder \(id) is not there") }
        let folder = try inTables { () throws(LTPError) in
            try FolderNode(stored: id, parent: entry.parent, PropertyContextEditor(entry, in: database))
        }
        folders[id] = folder
        return folder
    }

    /// The context of an object as it is in the database.
    func context(of id: NodeID) throws(PSTError) -> PropertyContextEditor {
        guard let entry = try inNodes({ () throws(NDBError) in try database.node(id) }) else {
            throw .missing("node \(id) is not there")
        }
        return try inTables { () throws(LTPError) in try PropertyContextEditor(entry, in: database) }
    }

    /// Folders that every store has, and that Outlook knows by their ids.
    private func isFixed(_ id: NodeID) -> Bool {
        [.rootFolder, topFolder, .searchRoot].contains(id) || id.type != .normalFolder
    }

    private func children(of folder: FolderNode) throws(PSTError) -> [String: FolderNode.Child] {
        if let children = folder.children { return children }
        let table = try tables.table(folder.id.sibling(.hierarchyTable))
        var children: [String: FolderNode.Child] = [:]
        let ids = try table.read { (table) throws(LTPError) in try table.rowIDs() }
        for id in ids {
            let row = try table.read { (table) throws(LTPError) in try table.row(id: id) }
            guard case .string(let name)? = row?.value(.displayName) else { continue }
            children[FolderName.folded(name)] = FolderNode.Child(id: NodeID(rawValue: id), name: name)
        }
        folder.children = children
        return children
    }

    func uniqueName(_ name: String, below parent: NodeID, for folder: NodeID? = nil) throws(PSTError) -> String {
        let children = try children(of: self.folder(parent))
        return FolderName.unique(FolderName.displayable(name)) { folded in
            children[folded].map { $0.id != folder } ?? false
        }
    }

    func addFolder(_ id: NodeID, parent: NodeID, name: String, containerClass: String?) throws(PSTError) {
        let folder = FolderNode(id: id, parent: parent, name: name, containerClass: containerClass)
        folders[id] = folder
        changedFolders.insert(id)
        try database.shareNode(.hierarchyTemplate, as: id.sibling(.hierarchyTable))
        try database.shareNode(.contentsTemplate, as: id.sibling(.contentsTable))
        try database.shareNode(.associatedContentsTemplate, as: id.sibling(.associatedContentsTable))
        if id != parent { try addHierarchyRow(of: folder) }
    }

    func addHierarchyRow(of folder: FolderNode, _ row: TableRow? = nil) throws(PSTError) {
        let parent = try self.folder(folder.parent)
        _ = try children(of: parent)
        let table = try tables.table(parent.id.sibling(.hierarchyTable))
        let version = database.newRowVersion()
        let row = row ?? folder.row(table.schema)
        try table.change { (table) throws(LTPError) in
            try table.append(row, id: folder.id.rawValue, version: version, in: database)
        }
        parent.children?[FolderName.folded(folder.name)] = FolderNode.Child(id: folder.id, name: folder.name)
        // The first one changes PidTagSubfolders, also in the grandparent's row.
        if !parent.hasSubfolders {
            parent.hasSubfolders = true
            changedFolders.insert(parent.id)
        }
    }

    private func removeHierarchyRow(of folder: FolderNode) throws(PSTError) {
        let parent = try self.folder(folder.parent)
        let table = try tables.table(parent.id.sibling(.hierarchyTable))
        _ = try table.change { (table) throws(LTPError) in
            try table.removeRow(id: folder.id.rawValue, in: database)
        }
        let folded = FolderName.folded(folder.name)
        if parent.children?[folded]?.id == folder.id { parent.children?[folded] = nil }
        if table.rowCount == 0, parent.hasSubfolders {
            parent.hasSubfolders = false
            changedFolders.insert(parent.id)
        }
    }

    /// Moves and renames; the row goes with the folder, with all that is in it.
    @discardableResult
    private func move(_ folder: FolderNode, below parent: NodeID, named name: String) throws(PSTError) -> String {
        let name = try uniqueName(name, below: parent, for: folder.parent == parent ? folder.id : nil)
        guard name != folder.name || parent != folder.parent else { return name }
        changedFolders.insert(folder.id)
        guard parent != folder.parent else {
            let siblings = try self.folder(parent)
            siblings.children?[FolderName.folded(folder.name)] = nil
            siblings.children?[FolderName.folded(name)] = FolderNode.Child(id: folder.id, name: name)
            folder.name = name
            return name
        }
        let target = try tables.table(parent.sibling(.hierarchyTable)).schema
        let row = try hierarchyRow(of: folder, for: target)
        try removeHierarchyRow(of: folder)
        folder.name = name
        folder.parent = parent
        try addHierarchyRow(of: folder, row)
        try inNodes { () throws(NDBError) in
            guard var entry = try database.node(folder.id) else { return }
            entry.parent = parent
            try database.setNode(folder.id, entry)
        }
        return name
    }

    /// The row of a folder for a table with these columns: what its row has, and what its context has beyond that.
    private func hierarchyRow(of folder: FolderNode, for schema: TableSchema) throws(PSTError) -> TableRow {
        guard !folder.isNew else { return folder.row(schema) }
        let source = try tables.table(folder.parent.sibling(.hierarchyTable))
        return try mirrorRow(of: folder.id, for: schema, from: source)
    }
}
