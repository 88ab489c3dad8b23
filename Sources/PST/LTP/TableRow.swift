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
        /// The cell shares a data tree of the database.
        case block(BlockID)
    }

    let schema: TableSchema
    /// The row's bytes; HNIDs are 0 until the row is in the table.
    private(set) var bytes: [UInt8]
    private(set) var values: [UInt8] = []
    private(set) var variables: [(offset: Int, content: Variable)] = []

    public init(schema: TableSchema) {
        self.schema = schema
        bytes = Array(repeating: 0, count: schema.rowSize)
        variables.reserveCapacity(16)
        values.reserveCapacity(512)
    }

    /// A row of a table with `schema` that has the cells of a row of any table, as far as it has columns for them.
    public init(_ stored: StoredRow, schema: TableSchema) {
        self.init(schema: schema)
        for (tag, content) in stored.cells {
            switch content {
            case .bytes(let bytes): set(tag, bytes[...])
            case .block(let block): share(tag, block: block)
            }
        }
    }

    /// The same cells in a row of another layout.
    func laidOut(as other: TableSchema) -> TableRow {
        guard schema != other else { return self }
        var row = TableRow(schema: other)
        for column in schema.columns where schema.exists(column, in: bytes) {
            guard let place = other.column(column.tag) else { continue }
            let variable = variables.first { $0.offset == column.offset }
            if PropertyValueEncoding.isReference(column.tag.type), let variable {
                switch variable.content {
                case .bytes(let range): row.set(column.tag, values[range])
                case .shared, .block: row.setVariable(place, variable.content)
                }
            } else {
                row.set(column.tag, bytes[column.offset..<column.offset + column.size])
            }
        }
        return row
    }

    private mutating func setVariable(_ column: TableSchema.Column, _ content: Variable) {
        if schema.exists(column, in: bytes) { variables.removeAll { $0.offset == column.offset } }
        schema.mark(column, exists: true, in: &bytes)
        variables.append((column.offset, content))
    }

    /// Bytes of the variable cells.
    public var variableSize: Int { values.count }

    /// Sets the cell of a column from a stored value; no such column, no cell.
    public mutating func set(_ tag: PropertyTag, _ value: ArraySlice<UInt8>) {
        guard let column = schema.column(tag) else { return }
        if PropertyValueEncoding.isReference(tag.type) {
            let start = values.count
            values += value
            setVariable(column, .bytes(start..<values.count))
        } else {
            schema.mark(column, exists: true, in: &bytes)
            for position in 0..<min(value.count, column.size) {
                bytes[column.offset + position] = value[value.startIndex + position]
            }
        }
    }

    public mutating func set(_ tag: PropertyTag, _ value: PropertyValue) {
        if PropertyValueEncoding.isReference(tag.type) {
            guard let column = schema.column(tag) else { return }
            let start = values.count
            PropertyValueEncoding.append(value, to: &values)
            setVariable(column, .bytes(start..<values.count))
            return
        }
        guard let column = schema.column(tag), let (word, size) = PropertyValueEncoding.fixed(value) else { return }
        schema.mark(column, exists: true, in: &bytes)
        for position in 0..<min(size, column.size) {
            bytes[column.offset + position] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(position)))
        }
    }

    /// Sets a cell that shares the data of one of the mirrored object's subnodes.
    public mutating func share(_ tag: PropertyTag, subnode: NodeID) {
        if let column = schema.column(tag) { setVariable(column, .shared(subnode)) }
    }

    /// Sets a cell of variable size that shares a data tree of the database; adding the row to a table makes a
    /// reference to it.
    public mutating func share(_ tag: PropertyTag, block: BlockID) {
        guard let column = schema.column(tag), PropertyValueEncoding.isReference(tag.type) else { return }
        setVariable(column, .block(block))
    }

    /// Gives every column for which the property context has a value the same value, byte for byte.
    /// - Parameters:
    ///   - subnodes: the context's large values that became subnodes; these are shared from `sharingFrom` bytes on.
    public mutating func mirror(
        _ context: PropertyContextBuilder, subnodes: [(property: UInt16, subnode: NodeID)] = [],
        sharingFrom threshold: Int = Int.max
    ) {
        for column in schema.columns {
            guard let value = context.bytes(column.tag) else { continue }
            if value.count >= threshold, let large = subnodes.first(where: { $0.property == column.tag.id }) {
                share(column.tag, subnode: large.subnode)
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
