import BinaryIO
public import MAPI
public import PSTNDB

/// Changing cells of a row.
extension TableContext {
    /// Gives cells of a row other values; nil removes a cell. Columns that the table lacks are ignored.
    ///
    /// Values above 3,580 bytes become subnodes; what replaced values had in the heap or in subnodes is given back.
    /// - Throws: ``LTPError`` if there is no such row, or a value is not of its column's type.
    public mutating func updateCells(
        id: UInt32, version: UInt32, _ values: [(tag: PropertyTag, value: PropertyValue?)], in database: NodeDatabase
    ) throws(LTPError) {
        try updateRow(id, version: version) { (table, row) throws(LTPError) in
            for (tag, value) in values {
                guard let column = table.schema.column(tag) else { continue }
                if PropertyValueEncoding.isReference(tag.type) {
                    try table.setVariable(column, Self.stored(value, in: column), in: &row, database)
                } else {
                    try table.setFixed(column, Self.stored(value, in: column), in: &row)
                }
            }
        }
        try trim(in: database)
    }

    /// Replaces cells of fixed size; others, and columns that the table lacks, are ignored.
    /// - Throws: ``LTPError`` if there is no such row, or a value is not of its column's type.
    public mutating func updateFixedCells(
        id: UInt32, version: UInt32, _ values: [(tag: PropertyTag, value: PropertyValue)]
    ) throws(LTPError) {
        try updateRow(id, version: version) { (table, row) throws(LTPError) in
            for (tag, value) in values {
                guard let column = table.schema.column(tag), !PropertyValueEncoding.isReference(tag.type) else {
                    continue
                }
                try table.setFixed(column, Self.stored(value, in: column), in: &row)
            }
        }
    }

    private mutating func updateRow(
        _ id: UInt32, version: UInt32, _ change: (inout TableContext, inout [UInt8]) throws(LTPError) -> Void
    ) throws(LTPError) {
        guard let number = try rowNumber(of: id) else {
            throw .damaged(structure: "TCROWID", field: "dwRowID", found: "no row", expected: "row \(id)")
        }
        var row = try row(id, at: number)
        try change(&self, &row)
        row.store(littleEndian: version, at: 4)
        try rows.replace(number, with: row)
    }

    private static func stored(
        _ value: PropertyValue?, in column: TableSchema.Column
    ) throws(LTPError) -> [UInt8]? {
        guard let value else { return nil }
        guard value.type == column.tag.type else {
            throw .limit("a value of type \(value.type.rawValue) for the column \(column.tag)")
        }
        var bytes: [UInt8] = []
        PropertyValueEncoding.append(value, to: &bytes)
        return bytes
    }

    private func setFixed(_ column: TableSchema.Column, _ value: [UInt8]?, in row: inout [UInt8]) throws(LTPError) {
        let bytes = value ?? [UInt8](repeating: 0, count: column.size)
        guard bytes.count == column.size else {
            throw .limit("a value of \(bytes.count) bytes for the column \(column.tag)")
        }
        row.replaceSubrange(column.offset..<column.offset + column.size, with: bytes)
        schema.mark(column, exists: value != nil, in: &row)
    }

    private mutating func setVariable(
        _ column: TableSchema.Column, _ value: [UInt8]?, in row: inout [UInt8], _ database: NodeDatabase
    ) throws(LTPError) {
        let exists = schema.exists(column, in: row)
        var reference = exists ? row.loadLittleEndian(UInt32.self, at: column.offset) ?? 0 : 0
        let bytes = value ?? []
        if bytes.count > HeapLimits.item {
            try release(reference, in: database)
            reference = try Self.addCell(bytes, in: database, to: &cells).rawValue
        } else if HeapID(rawValue: reference).isHeapItem {
            reference = try heap.replace(HeapID(rawValue: reference), with: bytes).rawValue
        } else {
            try release(reference, in: database)
            reference = try heap.allocate(bytes).rawValue
        }
        row.store(littleEndian: reference, at: column.offset)
        schema.mark(column, exists: value != nil, in: &row)
    }

    private static func addCell(
        _ bytes: [UInt8], in database: NodeDatabase, to cells: inout [NodeID: SubnodeEntry]
    ) throws(LTPError) -> NodeID {
        try addCell(in: database, to: &cells) { () throws(NDBError) in
            var writer = DataTreeWriter()
            try bytes.withBytes { (bytes) throws(NDBError) in try writer.append(bytes, to: database) }
            return try writer.finish(in: database)
        }
    }
}
