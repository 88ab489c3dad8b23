import BinaryIO
import MAPI
import PSTNDB

/// Reading rows.
extension TableContext {
    /// Whether there is a row with this id: at the cost of a look into the row index.
    public mutating func contains(_ id: UInt32) throws(LTPError) -> Bool { try rowNumber(of: id) != nil }

    /// The ids of all rows, ascending.
    public mutating func rowIDs() throws(LTPError) -> [UInt32] {
        try indexPending()
        var ids: [UInt32] = []
        ids.reserveCapacity(rows.count)
        try index.forEachRecord(in: &heap) { (record) throws(LTPError) in ids.append(record.number(UInt32.self, at: 0))
        }
        return ids
    }

    /// A row with all its cells; nil where there is no such row.
    public mutating func row(id: UInt32) throws(LTPError) -> StoredRow? {
        guard let number = try rowNumber(of: id) else { return nil }
        let row = try row(id, at: number)
        var cells: [(tag: PropertyTag, content: StoredRow.Content)] = []
        for column in schema.columns
        where schema.exists(column, in: row) && column.tag != .ltpRowId && column.tag != .ltpRowVer {
            let cell = Array(row[column.offset..<column.offset + column.size])
            guard PropertyValueEncoding.isReference(column.tag.type) else {
                cells.append((column.tag, .bytes(cell)))
                continue
            }
            cells.append((column.tag, try content(cell.loadLittleEndian(UInt32.self, at: 0) ?? 0)))
        }
        return StoredRow(id: id, version: row.loadLittleEndian(UInt32.self, at: 4) ?? 0, cells: cells)
    }

    private mutating func content(_ reference: UInt32) throws(LTPError) -> StoredRow.Content {
        let id = HeapID(rawValue: reference)
        if id.isHeapItem { return .bytes(try heap.bytes(of: id)) }
        guard let entry = cells[NodeID(rawValue: reference)] else {
            throw .damaged(
                structure: "HNID", field: "nid", found: "\(NodeID(rawValue: reference))",
                expected: "one of \(cells.count) subnodes")
        }
        return entry.data.isNone ? .bytes([]) : .block(entry.data)
    }
}
