import MAPI
import PSTLTP
import PSTNDB

/// Rows of folders and messages that go into tables of other columns.
extension PSTFile {
    /// Values of this many bytes or more are one data tree for the object and its row: two equal copies are an
    /// inconsistency to the repair tool.
    static let sharedValueSize = 2048

    /// The row of an object for a table with these columns: the cells of the row that it has in `source`, and for columns
    /// that `source` lacks the properties of the object.
    func mirrorRow(
        of id: NodeID, for schema: TableSchema, from source: OpenTable? = nil
    ) throws(PSTError) -> TableRow {
        var row = TableRow(schema: schema)
        var known: Set<PropertyTag> = [.ltpRowId, .ltpRowVer]
        if let source, let stored = try source.read({ (table) throws(LTPError) in try table.row(id: id.rawValue) }) {
            row = TableRow(stored, schema: schema)
            known.formUnion(source.schema.tags)
        }
        let missing = schema.tags.filter { !known.contains($0) }
        guard !missing.isEmpty else { return row }
        let context = try self.context(of: id)
        try inTables { () throws(LTPError) in
            for tag in missing where context.type(of: tag.id) == tag.type && !Self.isOwn(tag) {
                guard let value = try context.value(tag.id) else { continue }
                var stored: [UInt8] = []
                PropertyValueEncoding.append(value, to: &stored)
                if stored.count >= Self.sharedValueSize, let block = context.storedValue(tag.id) {
                    row.share(tag, block: block)
                } else {
                    row.set(tag, stored[...])
                }
            }
        }
        return row
    }

    /// Cells that belong to rows alone.
    private static func isOwn(_ tag: PropertyTag) -> Bool {
        let own: [PropertyTag] = [
            .messageStatus, .conversationId, .replItemId, .replChangenum, .replVersionHistory, .ltpParentNid,
        ]
        return own.contains(tag)
    }

    /// Enters the cells of a message that repeat no property and that `row`, taken from a table without their columns,
    /// cannot have.
    func completeOwnCells(_ row: inout TableRow, of message: NodeID, from source: TableSchema?) throws(PSTError) {
        let present = Set(source?.tags ?? [])
        if !present.contains(.messageStatus) { row.set(.messageStatus, .integer32(0)) }
        guard !present.contains(.conversationId) else { return }
        let context = try self.context(of: message)
        let bag = try inTables { () throws(LTPError) in
            var bag = PropertyBag()
            for tag in [PropertyTag.conversationIndexTracking, .conversationIndex, .conversationTopic] {
                if let value = try context.value(tag.id), value.type == tag.type { bag[tag] = value }
            }
            return bag
        }
        if let id = ConversationID.of(bag, topic: bag.string(.conversationTopic)) {
            row.set(.conversationId, .binary(id))
        }
    }
}
