public import MAPI
import PSTLTP
import PSTNDB

/// The store as a whole.
extension PSTFile {
    /// Gives the message store object a property that it does not have, or another value of it.
    public func setStoreProperty(_ name: NamedProperty, _ value: PropertyValue) throws(PSTError) {
        guard try storeProperty(name) != value else { return }
        let id = try names.register(name)
        storeChanges.removeAll { $0.id == id }
        storeChanges.append((id, value))
    }

    /// A property of the message store object; nil where it has none of that name.
    public func storeProperty(_ name: NamedProperty) throws(PSTError) -> PropertyValue? {
        guard let id = names.id(of: name) else { return nil }
        if let pending = storeChanges.first(where: { $0.id == id }) { return pending.value }
        return try storeProperty(id)
    }

    /// The name of the store, as Outlook shows it; nil where it has none.
    public func displayName() throws(PSTError) -> String? {
        guard case .string(let name)? = try storeProperty(PropertyTag.displayName.id) else { return nil }
        return name
    }

    private func storeProperty(_ id: UInt16) throws(PSTError) -> PropertyValue? {
        let context = try self.context(of: .messageStore)
        return try inTables { () throws(LTPError) in try context.value(id) }
    }

    /// Bytes that the file will have at most, as a rule, when `bytes` more of messages are in it and all is written: the
    /// tables of folders and the pages of the trees that a checkpoint writes anew are guessed upwards.
    public func projectedSize(adding bytes: Int) -> UInt64 {
        let free = min(database.freeBytes, NodeDatabase.growth, database.allocatedBytes)
        let folders = UInt64(changedFolders.count) * Self.folderReserve
        let rows = UInt64(addedMessages) * Self.rowReserve
        let message = UInt64(max(bytes, 0))
        let trees = database.allocatedBytes / Self.treeShare + Self.treeReserve
        return database.allocatedBytes - free + message + message / 16 + folders + rows + trees
    }

    /// A folder's tables: the blocks at their ends, and its context.
    private static let folderReserve: UInt64 = 16 << 10
    /// A row that is still in memory, and entries of the trees.
    private static let rowReserve: UInt64 = 1 << 10
    private static let treeShare: UInt64 = 128
    private static let treeReserve: UInt64 = 64 << 10
}
