import BinaryIO
import MAPI
import PSTLTP
import PSTNDB

/// The nodes of an empty store: the minimum of [MS-PST] 2.7, and what Outlook and its repair tool want beyond it.
struct StoreSkeleton {
    let displayName: String
    let recordKey: GUID
    /// The replica's GUID in PidTagReplVersionHistory; another one than the record key.
    let replica: GUID
    let database: NodeDatabase

    func write() throws(PSTError) {
        try writeTemplates()
        try writeStore()
        try writeQueues()
        try writeReceiveFolderTable()
        try writeIDMap()
        try writeSpamSearchFolder()
    }

    private func writeTemplates() throws(PSTError) {
        let templates: [(NodeID, TableSchema)] = [
            (.hierarchyTemplate, TableTemplates.hierarchy), (.contentsTemplate, TableTemplates.contents),
            (.associatedContentsTemplate, TableTemplates.associatedContents),
            (.searchContentsTemplate, TableTemplates.searchContents), (.attachmentTable, TableTemplates.attachments),
            (.recipientTable, TableTemplates.recipients), (.changeHistoryTemplate, TableTemplates.changeHistory),
            (.tombstoneTemplate, TableTemplates.tombstone), (.tombstoneDateTemplate, TableTemplates.tombstoneDate),
            (.outgoingQueueTable, TableTemplates.outgoingQueue),
        ]
        for (id, schema) in templates {
            try writeTable(id, try inTables { () throws(LTPError) in try TableContext(schema: schema) })
        }
    }

    private func writeTable(_ id: NodeID, _ table: TableContext) throws(PSTError) {
        var table = table
        var images = BlockImages(encoding: database.encoding)
        let image = try inTables { () throws(LTPError) in try table.build(into: &images) }
        try database.writeNode(id, image, of: images, parent: .none)
    }

    /// The message store, [MS-PST] 2.4.3.
    private func writeStore() throws(PSTError) {
        func entryID(_ node: NodeID) -> PropertyValue { .binary(EntryID(recordKey: recordKey, node: node).bytes) }
        var history: [UInt8] = [1, 0, 0, 0]
        history += replica.bytes
        history += [1, 0, 0, 0]
        var context = PropertyContextBuilder()
        context.add(.recordKey, .binary(recordKey.bytes))
        context.add(.displayName, .string(displayName))
        context.add(.replVersionHistory, .binary(history))
        context.add(.replFlags, .integer32(0))
        // Bits for the folders that the entry ids below name: subtree 1, wastebasket 8, finder 0x80.
        context.add(.validFolderMask, .integer32(0x89))
        context.add(.ipmSubTreeEntryId, entryID(.ipmSubtree))
        context.add(.ipmWastebasketEntryId, entryID(.deletedItems))
        context.add(.finderEntryId, entryID(.searchRoot))
        context.add(0x6633, .boolean(true))  // PidTagPstLrNoRestrictions
        context.add(0x66FA, .integer32(0x000E_0011))  // PidTagLatestPstEnsure: the level of the creating program
        context.add(.pstPassword, .integer32(0))
        try database.writeContext(.messageStore, context, parent: .none)
    }

    /// Queues and lists of the search folders; empty nodes have neither data nor parent.
    private func writeQueues() throws(PSTError) {
        for id in [NodeID.searchManagementQueue, .searchDomainObject, .searchUpdateQueue] {
            try database.writeEmptyNode(id)
        }
        var list: [UInt8] = []
        list.append(littleEndian: NodeID.spamSearchFolder.rawValue)
        var images = BlockImages(encoding: database.encoding)
        let data = list.withUnsafeBytes { images.appendData($0) }
        let image = NodeImage(data: data, dataSize: UInt64(list.count))
        try database.writeNode(.searchActivityList, image, of: images, parent: .none)
    }

    /// One row: everything is received in the root folder, as in stores that are not a profile's default.
    private func writeReceiveFolderTable() throws(PSTError) {
        var table = try inTables { () throws(LTPError) in try TableContext(schema: TableTemplates.receiveFolder) }
        var row = TableRow(schema: TableTemplates.receiveFolder)
        row.set(TableTemplates.receiveFolderNode, .integer32(Int32(NodeID.rootFolder.rawValue)))
        row.set(.messageClass, .string(""))  // the cell exists, and is empty: the default class
        var images = BlockImages(encoding: database.encoding)
        let version = database.newRowVersion()
        let image = try inTables { () throws(LTPError) in
            try table.append(row, id: 1, version: version, images: &images)
            return try table.build(into: &images)
        }
        try database.writeNode(.receiveFolderTable, image, of: images, parent: .none)
    }

    /// Outlook's own "ID map", empty: no row of ours carries replication cells.
    private func writeIDMap() throws(PSTError) {
        var images = BlockImages(encoding: database.encoding)
        let image = try inTables { () throws(LTPError) in try IDMap.empty(into: &images) }
        try database.writeNode(.idMap, image, of: images, parent: .none)
    }

    /// "SPAM Search Folder 2", [MS-PST] 2.7.3.5, with its queue, criteria and contents table.
    private func writeSpamSearchFolder() throws(PSTError) {
        let folder = NodeID.spamSearchFolder
        try database.writeEmptyNode(folder.sibling(.searchUpdateQueue))
        var criteria = PropertyContextBuilder()
        criteria.add(0x660B, .integer32(0))  // search flags
        try database.writeContext(folder.sibling(.searchCriteria), criteria, parent: .none)
        try database.shareNode(.searchContentsTemplate, as: folder.sibling(.searchContentsTable))
    }
}

/// Whole nodes in one call.
extension NodeDatabase {
    func writeNode(_ id: NodeID, _ image: NodeImage, of images: BlockImages, parent: NodeID) throws(PSTError) {
        try inNodes { () throws(NDBError) in
            let old = try node(id)
            let written = try write(image, of: images)
            try setNode(id, NodeEntry(data: written.data, subnodes: written.subnodes, parent: parent))
            if let old {
                try release(old.data)
                try release(old.subnodes)
            }
        }
    }

    func writeContext(_ id: NodeID, _ context: PropertyContextBuilder, parent: NodeID) throws(PSTError) {
        var context = context
        var images = BlockImages(encoding: encoding)
        let result = try inTables { () throws(LTPError) in try context.build(into: &images) }
        try writeNode(id, result.node, of: images, parent: parent)
    }

    func writeEmptyNode(_ id: NodeID) throws(PSTError) {
        try inNodes { () throws(NDBError) in
            try setNode(id, NodeEntry(data: .none, subnodes: .none, parent: .none))
        }
    }

    /// Removes a node with all that it alone has.
    func deleteNode(_ id: NodeID) throws(PSTError) {
        try inNodes { () throws(NDBError) in
            guard let entry = try node(id) else { return }
            try removeNode(id)
            try release(entry.data)
            try release(entry.subnodes)
        }
    }

    /// Makes `id` a table with the blocks of a template, as Outlook does for empty tables.
    func shareNode(_ template: NodeID, as id: NodeID) throws(PSTError) {
        try inNodes { () throws(NDBError) in
            guard let entry = try node(template) else { throw .limit("template \(template) is missing") }
            let data = try share(entry.data)
            try setNode(id, NodeEntry(data: data, subnodes: .none, parent: .none))
        }
    }
}
