import BinaryIO
public import MAPI
public import PSTNDB

/// A row on its way into a table: fixed cells in place, variable ones beside it.
public struct TableRow: Sendable {
    /// A cell whose bytes are not in the row.
    enum Variable: Sendable {
        /// Bytes for the table's heap; none for an empty value, whose cell exists all the same.
        case bytes(Range<Int>)
        /// The value is a subnode of the object that the row mirrors, and the cell shares its data tree.
        case shared(NodeID)
    }

    let schema: TableSchema
    /// The row's bytes; HNIDs are 0 until the row is in the table.
    private(set) var bytes: [UInt8]
    private(set) var values: [UInt8] = []
    private(set) var variables: [(offset: Int, content: Variable)] = []

    public init(schema: TableSchema) {
        self.schema = schema
        bytes = Array(repeating: 0, count: schema.rowSize)
    }

    private mutating func markExisting(_ column: TableSchema.Column) {
        bytes[schema.bitmapOffset + column.bit / 8] |= 0x80 >> UInt8(column.bit % 8)
    }

    /// Bytes of the variable cells.
    public var variableSize: Int { values.count }

    /// Sets the cell of a column from a stored value; no such column, no cell.
    public mutating func set(_ tag: PropertyTag, _ value: ArraySlice<UInt8>) {
        guard let column = schema.column(tag) else { return }
        markExisting(column)
        if PropertyValueEncoding.isReference(tag.type) {
            let start = values.count
            values += value
            variables.append((column.offset, .bytes(start..<values.count)))
        } else {
            for (position, byte) in value.prefix(column.size).enumerated() { bytes[column.offset + position] = byte }
        }
    }

    public mutating func set(_ tag: PropertyTag, _ value: PropertyValue) {
        var stored: [UInt8] = []
        PropertyValueEncoding.append(value, to: &stored)
        set(tag, stored[...])
    }

    /// Sets a cell that shares the data of one of the mirrored object's subnodes.
    public mutating func share(_ tag: PropertyTag, subnode: NodeID) {
        guard let column = schema.column(tag) else { return }
        markExisting(column)
        variables.append((column.offset, .shared(subnode)))
    }

    /// Gives every column for which the property context has a value the same value, byte for byte.
    /// - Parameters:
    ///   - subnodes: the context's large values that became subnodes; these are shared from `sharingFrom` bytes on.
    public mutating func mirror(
        _ context: PropertyContextBuilder, subnodes: [UInt16: NodeID] = [:], sharingFrom threshold: Int = Int.max
    ) {
        for column in schema.columns {
            guard let value = context.bytes(column.tag) else { continue }
            if value.count >= threshold, let subnode = subnodes[column.tag.id] {
                share(column.tag, subnode: subnode)
            } else {
                set(column.tag, value)
            }
        }
    }

    /// The row with its id and version set and the references of its variable cells as given.
    func bytes(id: UInt32, version: UInt32, references: [UInt32]) -> [UInt8] {
        var row = bytes
        row.store(littleEndian: id, at: 0)
        row.store(littleEndian: version, at: 4)
        row[schema.bitmapOffset] |= 0xC0
        for (variable, reference) in zip(variables, references) {
            row.store(littleEndian: reference, at: variable.offset)
        }
        return row
    }
}
