public import MAPI
import PSTLTP
public import PSTNDB

/// Data trees that a message under construction has in the file.
private final class StoredBlocks {
    var tops: [BlockID] = []
}

/// Messages.
extension PSTFile {
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
    /// - Throws: ``PSTError/missing(_:)`` where the folder is not there.
    public func add(_ message: MessageImage, to folder: NodeID) throws(PSTError) -> NodeID {
        let folder = try self.folder(folder)
        let table = try tables.table(folder.id.sibling(.contentsTable))
        let (id, entries) = try inNodes { () throws(NDBError) in
            let id = try database.newNodeID(.normalMessage)
            let written = try database.write(message.node, of: message.images)
            try database.setNode(
                id, NodeEntry(data: written.data, subnodes: written.subnodes, parent: folder.id))
            return (id, written.entries)
        }
        database.cover(rowVersion: message.highestRowVersion)
        do {
            try addRow(of: message, id, to: table) { subnode in entries.first { $0.id == subnode }?.data }
        } catch {
            // No message without a row.
            try database.deleteNode(id)
            throw error
        }
        if message.isUnread { folder.unreadCount += 1 }
        noteContents(of: folder, table)
        addedMessages += 1
        return id
    }

    private func addRow(
        of message: MessageImage, _ id: NodeID, to table: OpenTable, sharing block: (NodeID) -> BlockID?
    ) throws(PSTError) {
        let version = database.newRowVersion()
        var row = message.row
        if table.schema != TableTemplates.contents, !Self.usualColumns.isSuperset(of: table.schema.tags) {
            // A table with more columns, as Outlook makes them: every property that is a column has its cell.
            row = try mirrorRow(of: id, for: table.schema)
            for (tag, value) in message.ownCells { row.set(tag, value) }
        }
        try table.change { (table) throws(LTPError) in
            try table.append(row, id: id.rawValue, version: version, in: database, sharing: block)
        }
    }

    private static let usualColumns = Set(TableTemplates.contents.tags)

    /// Moves a message to another folder, with all that is in it and in its row.
    /// - Throws: ``PSTError/missing(_:)`` where the message is not in `folder`, or a folder is not there.
    public func move(_ message: NodeID, from folder: NodeID, to target: NodeID) throws(PSTError) {
        var entry = try messageEntry(message, in: folder)
        guard folder != target else { return }
        let (source, destination) = (try self.folder(folder), try self.folder(target))
        let schema = try tables.table(target.sibling(.contentsTable)).schema
        let sourceTable = try tables.table(folder.sibling(.contentsTable))
        let isUnread = try isUnread(message, sourceTable)
        var row = try mirrorRow(of: message, for: schema, from: sourceTable)
        let wasListed = try sourceTable.read { (table) throws(LTPError) in try table.contains(message.rawValue) }
        try completeOwnCells(&row, of: message, from: wasListed ? sourceTable.schema : nil)
        let destinationTable = try tables.table(target.sibling(.contentsTable))
        let version = database.newRowVersion()
        try destinationTable.change { (table) throws(LTPError) in
            try table.append(row, id: message.rawValue, version: version, in: database)
        }
        try remove(message, from: source, isUnread: isUnread)
        entry.parent = target
        try inNodes { () throws(NDBError) in try database.setNode(message, entry) }
        if isUnread { destination.unreadCount += 1 }
        noteContents(of: destination, destinationTable)
    }

    /// Deletes a message for good.
    /// - Throws: ``PSTError/missing(_:)`` where the message is not in `folder`.
    public func delete(_ message: NodeID, from folder: NodeID) throws(PSTError) {
        _ = try messageEntry(message, in: folder)
        let source = try self.folder(folder)
        let isUnread = try isUnread(message, tables.table(folder.sibling(.contentsTable)))
        try remove(message, from: source, isUnread: isUnread)
        try database.deleteNode(message)
    }

    /// Takes the row out of the folder's table.
    private func remove(_ message: NodeID, from folder: FolderNode, isUnread: Bool) throws(PSTError) {
        let table = try tables.table(folder.id.sibling(.contentsTable))
        let wasListed = try table.change { (table) throws(LTPError) in
            try table.removeRow(id: message.rawValue, in: database)
        }
        if wasListed, isUnread { folder.unreadCount = max(0, folder.unreadCount - 1) }
        noteContents(of: folder, table)
    }

    /// Enters the counts that follow from a change of the table.
    private func noteContents(of folder: FolderNode, _ table: OpenTable) {
        folder.contentCount = Int32(clamping: table.rowCount)
        changedFolders.insert(folder.id)
    }

    /// As the row says, from which the folder's unread messages are counted.
    private func isUnread(_ message: NodeID, _ table: OpenTable) throws(PSTError) -> Bool {
        let row = try table.read { (table) throws(LTPError) in try table.row(id: message.rawValue) }
        guard let row else { return false }
        guard case .integer32(let bits)? = row.value(.messageFlags) else { return true }
        return !MessageFlags(rawValue: bits).contains(.read)
    }

    /// The folder in which a message lies; nil where there is no such message.
    public func folder(ofMessage message: NodeID) throws(PSTError) -> NodeID? {
        guard message.type == .normalMessage else { return nil }
        return try inNodes { () throws(NDBError) in try database.node(message) }?.parent
    }

    private func messageEntry(_ message: NodeID, in folder: NodeID) throws(PSTError) -> NodeEntry {
        guard message.type == .normalMessage,
            let entry = try inNodes({ () throws(NDBError) in try database.node(message) }), entry.parent == folder
        else { throw .missing("message \(message) is not in folder \(folder)") }
        return entry
    }
}

/// Properties of messages.
extension PSTFile {
    /// The values of some properties of a message, as they are now. Subjects are without the mark that a PST puts in
    /// front of them.
    /// - Throws: ``PSTError/missing(_:)`` where the message is not in `folder`.
    public func properties(
        _ tags: [PropertyTag], _ names: [NamedProperty], of message: NodeID, in folder: NodeID
    ) throws(PSTError) -> PropertyBag {
        let entry = try messageEntry(message, in: folder)
        return try inTables { () throws(LTPError) in
            let context = try PropertyContextEditor(entry, in: database)
            var bag = PropertyBag()
            for tag in tags {
                guard let value = try context.value(tag.id), value.type == tag.type else { continue }
                bag[tag] = value
            }
            if let subject = bag.string(.subject), subject.unicodeScalars.first == "\u{1}" {
                bag[.subject] = .string(String(subject.unicodeScalars.dropFirst(2)))
            }
            for name in names {
                guard let id = self.names.id(of: name), let value = try context.value(id) else { continue }
                bag[name] = value
            }
            return bag
        }
    }

    /// Changes properties of a message, in the message and in its row; the counts and the sizes follow. The time of the
    /// last modification stays, as do the flags that follow from what the message is made of.
    /// - Throws: ``PSTError/missing(_:)`` where the message is not in `folder`.
    public func change(_ changes: PropertyChanges, of message: NodeID, in folder: NodeID) throws(PSTError) {
        let entry = try messageEntry(message, in: folder)
        var context = try inTables { () throws(LTPError) in try PropertyContextEditor(entry, in: database) }
        var cells: [(tag: PropertyTag, value: PropertyValue?)] = []
        for (id, wanted) in try stored(changes) {
            let old = try inTables { () throws(LTPError) in try context.value(id) }
            let value = id == PropertyTag.messageFlags.id ? Self.flags(old, wanted) : wanted
            guard old != value else { continue }
            if let old, old.type != value?.type { cells.append((PropertyTag(id: id, type: old.type), nil)) }
            if let value {
                try inTables { () throws(LTPError) in try context.set(id, value) }
                cells.append((PropertyTag(id: id, type: value.type), value))
            } else {
                try inTables { () throws(LTPError) in _ = try context.remove(id) }
            }
        }
        guard !cells.isEmpty else { return }
        try write(context, cells, of: message, entry)
    }

    /// Whether a message has attachments, and where it is listed, is nothing to choose.
    private static func flags(_ old: PropertyValue?, _ wanted: PropertyValue?) -> PropertyValue? {
        guard case .integer32(let old)? = old, case .integer32(let wanted)? = wanted else { return old ?? wanted }
        let fixed: MessageFlags = [.hasAttachment, .associated]
        let kept = MessageFlags(rawValue: old).intersection(fixed)
        return .integer32(MessageFlags(rawValue: wanted).subtracting(fixed).union(kept).rawValue)
    }

    private func write(
        _ context: PropertyContextEditor, _ cells: [(tag: PropertyTag, value: PropertyValue?)], of message: NodeID,
        _ entry: NodeEntry
    ) throws(PSTError) {
        var (context, cells, entry) = (context, cells, entry)
        let size = try inTables { () throws(LTPError) in
            (entry.data, entry.subnodes) = try context.write(sizeProperty: PropertyTag.messageSize.id)
            return try context.value(PropertyTag.messageSize.id)
        }
        cells.append((.messageSize, size))
        try inNodes { () throws(NDBError) in try database.setNode(message, entry) }
        let folder = try self.folder(entry.parent)
        let table = try tables.table(folder.id.sibling(.contentsTable))
        guard try table.read({ (table) throws(LTPError) in try table.contains(message.rawValue) }) else { return }
        let wasUnread = try isUnread(message, table)
        let version = database.newRowVersion()
        try table.change { (table) throws(LTPError) in
            try table.updateCells(id: message.rawValue, version: version, cells, in: database)
        }
        let isUnread = try isUnread(message, table)
        if isUnread != wasUnread { folder.unreadCount = max(0, folder.unreadCount + (isUnread ? 1 : -1)) }
        noteContents(of: folder, table)
    }

    /// The changes by ids of this store; nil for what is to go. Empty texts are not stored, as in new messages.
    private func stored(_ changes: PropertyChanges) throws(PSTError) -> [(id: UInt16, value: PropertyValue?)] {
        var result: [(id: UInt16, value: PropertyValue?)] = []
        for (tag, value) in changes.values.fixed { result.append((tag.id, value.isEmptyText ? nil : value)) }
        for (name, value) in changes.values.named {
            result.append((try names.register(name), value.isEmptyText ? nil : value))
        }
        for tag in changes.removed { result.append((tag.id, nil)) }
        for name in changes.removedNames {
            if let id = names.id(of: name) { result.append((id, nil)) }
        }
        return result
    }
}
