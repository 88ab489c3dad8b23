import MAPI
import PSTLTP
import PSTNDB

/// Checkpoints.
extension PSTFile {
    /// Makes all that was changed the content of the file: durable, and what a reader sees. Without a change nothing is
    /// written.
    public func checkpoint() throws(PSTError) {
        guard hasChanges else { return }
        if isNew, deletedItems == nil { _ = try addDeletedItems(named: Self.plainWastebasket) }
        for id in changedFolders.sorted() {
            guard let folder = folders[id] else { continue }
            try writeContext(of: folder)
            if id != folder.parent { try updateHierarchyRow(of: folder) }
            folder.markStored()
        }
        changedFolders.removeAll()
        try tables.write()
        try writeStoreObject()
        try writeNames()
        try inNodes { () throws(NDBError) in try database.commit() }
        addedMessages = 0
    }

    /// Whether a checkpoint would write anything.
    public var hasChanges: Bool {
        !changedFolders.isEmpty || tables.haveChanges || !names.changed.isEmpty || !storeChanges.isEmpty
            || database.uncommittedBytes > 0
    }

    /// Makes the file what it was at the last checkpoint. The object is of no use afterwards.
    public func rollback() throws(PSTError) {
        try inNodes { () throws(NDBError) in try database.rollback() }
    }

    private func writeContext(of folder: FolderNode) throws(PSTError) {
        guard !folder.isNew else {
            return try database.writeContext(folder.id, folder.context, parent: folder.parent)
        }
        try edit(folder.id) { (context) throws(LTPError) in
            for (tag, value) in folder.changes { try context.set(tag.id, value) }
            for (id, value) in folder.properties { try context.set(id, value) }
        }
    }

    private func updateHierarchyRow(of folder: FolderNode) throws(PSTError) {
        let table = try tables.table(folder.parent.sibling(.hierarchyTable))
        // A folder that its parent does not list is an old damage.
        guard try table.read({ (table) throws(LTPError) in try table.contains(folder.id.rawValue) }) else { return }
        let version = database.newRowVersion()
        var cells: [(tag: PropertyTag, value: PropertyValue?)] = folder.changes.map { ($0.tag, $0.value) }
        for (id, value) in folder.properties { cells.append((PropertyTag(id: id, type: value.type), value)) }
        try table.change { (table) throws(LTPError) in
            try table.updateCells(id: folder.id.rawValue, version: version, cells, in: database)
        }
    }

    private func writeStoreObject() throws(PSTError) {
        guard !storeChanges.isEmpty else { return }
        try edit(.messageStore) { (context) throws(LTPError) in
            for (id, value) in storeChanges { try context.set(id, value) }
        }
        storeChanges = []
    }

    private func writeNames() throws(PSTError) {
        guard !names.changed.isEmpty else { return }
        if isNew, try inNodes({ () throws(NDBError) in try database.node(.nameToIDMap) }) == nil {
            try database.writeContext(.nameToIDMap, names.context, parent: .none)
        } else {
            let changed = names.changed.sorted().map { (id: $0, value: names.value($0)) }
            try edit(.nameToIDMap) { (context) throws(LTPError) in
                for (id, value) in changed { try context.set(id, value) }
            }
        }
        names.markStored()
    }

    /// Changes the context of a node; all else in it stays.
    private func edit(
        _ id: NodeID, _ body: (inout PropertyContextEditor) throws(LTPError) -> Void
    ) throws(PSTError) {
        guard var entry = try inNodes({ () throws(NDBError) in try database.node(id) }) else {
            throw .missing("node \(id) is not there")
        }
        try inTables { () throws(LTPError) in
            var context = try PropertyContextEditor(entry, in: database)
            try body(&context)
            (entry.data, entry.subnodes) = try context.write()
        }
        try inNodes { () throws(NDBError) in try database.setNode(id, entry) }
    }
}
