import BinaryIO
public import MAPI
public import PSTNDB

/// TC, [MS-PST] 2.3.4: a table of rows with fixed columns, an index over the row ids, and the values of variable size.
///
/// The same type makes small tables in memory (``build(into:)``) and keeps the tables of folders in a database, where a
/// change writes only the blocks it touches (``write(to:)``).
public struct TableContext {
    public let schema: TableSchema
    private var heap: HeapOnNode
    private var index: BTreeOnHeap
    private var rows: RowMatrix
    /// Records of the row index that are not in the BTH yet.
    private var pending: [(id: UInt32, row: UInt32)] = []
    /// Subnodes with the data of large cells.
    private var cells: [NodeID: BlockID] = [:]
    private var cellImages: [(id: NodeID, node: NodeImage)] = []
    /// The HNID of the row matrix.
    private var rowsReference: UInt32 = 0
    private var subnodeTree = StoredSubnodeTree()

    /// The subnode of a row matrix too large for the heap: what Outlook uses, type 0x1F index 1.
    static let rowMatrixNode = NodeID(type: .ltp, index: 1)
    /// Blocks of a table kept in memory; beyond that they are moved out to the database.
    private static let residentBlocks = 24
    private static let pendingRows = 4096

    /// An empty table in memory.
    public init(schema: TableSchema) throws(LTPError) {
        try self.init(schema: schema, heap: HeapOnNode(client: .tableContext), read: nil)
    }

    /// An empty table that will be written to `database`.
    public init(schema: TableSchema, in database: NodeDatabase) throws(LTPError) {
        let read = Self.reader(database)
        try self.init(schema: schema, heap: HeapOnNode(client: .tableContext, read: read), read: read)
    }

    private init(
        schema: TableSchema, heap: HeapOnNode, read: ((BlockID) throws(NDBError) -> [UInt8])?
    ) throws(LTPError) {
        self.schema = schema
        self.heap = heap
        index = try BTreeOnHeap(keySize: 4, valueSize: 4, in: &self.heap)
        self.heap.userRoot = try self.heap.allocate(schema.encodedInfo(rowIndex: index.header))
        rows = RowMatrix(rowSize: schema.rowSize, read: read)
    }

    private static func reader(_ database: NodeDatabase) -> (BlockID) throws(NDBError) -> [UInt8] {
        { (id) throws(NDBError) in try database.readBlock(id) }
    }

    /// The table of the node with `entry`; its columns are those it has, whatever its template.
    public init(_ entry: NodeEntry, in database: NodeDatabase) throws(LTPError) {
        let read = Self.reader(database)
        let tree = try inDatabase { () throws(NDBError) in try StoredDataTree(top: entry.data, in: database) }
        heap = try HeapOnNode(client: .tableContext, tree: tree, read: read)
        let info = try heap.bytes(of: heap.userRoot)
        schema = try TableSchema(info: info)
        let indexHeader = HeapID(rawValue: info.loadLittleEndian(UInt32.self, at: 10) ?? 0)
        index = try BTreeOnHeap(header: indexHeader, keySize: 4, valueSize: 4, in: &heap)
        rowsReference = info.loadLittleEndian(UInt32.self, at: TableSchema.rowsField) ?? 0
        subnodeTree = try inDatabase { () throws(NDBError) in
            try StoredSubnodeTree(top: entry.subnodes, in: database)
        }
        if rowsReference & 0x1F == 0 {
            let item = try heap.bytes(of: HeapID(rawValue: rowsReference))
            rows = RowMatrix(rowSize: schema.rowSize, rows: item, read: read)
        } else {
            let matrix = subnodeTree.entries.first { [rowsReference] in $0.id.rawValue == rowsReference }
            let top = matrix?.data ?? .none
            let tree = try inDatabase { () throws(NDBError) in try StoredDataTree(top: top, in: database) }
            rows = try RowMatrix(rowSize: schema.rowSize, tree: tree, read: read)
        }
        for entry in subnodeTree.entries where entry.id.rawValue != rowsReference { cells[entry.id] = entry.data }
    }

    public var rowCount: Int { rows.count }

    private mutating func append(
        _ row: TableRow, id: UInt32, version: UInt32,
        large: (UnsafeRawBufferPointer) throws(LTPError) -> NodeID, shared: (NodeID) throws(LTPError) -> NodeID
    ) throws(LTPError) {
        var references: [UInt32] = []
        references.reserveCapacity(row.variables.count)
        for variable in row.variables {
            switch variable.content {
            case .shared(let subnode): references.append(try shared(subnode).rawValue)
            case .bytes(let range) where range.count > HeapLimits.item:
                references.append(
                    try row.values.withBytes { (bytes) throws(LTPError) in
                        try large(UnsafeRawBufferPointer(rebasing: bytes[range])).rawValue
                    })
            case .bytes(let range):
                references.append(
                    try row.values.withBytes { (bytes) throws(LTPError) in
                        try heap.allocate(UnsafeRawBufferPointer(rebasing: bytes[range])).rawValue
                    })
            }
        }
        guard rows.count < Int(UInt32.max) else { throw .limit("a table of more than 2^32 rows") }
        pending.append((id, UInt32(rows.count)))
        try rows.append(row.bytes(id: id, version: version, references: references))
        if pending.count >= Self.pendingRows { try indexPending() }
    }

    private mutating func indexPending() throws(LTPError) {
        guard !pending.isEmpty else { return }
        var records: [UInt8] = []
        records.reserveCapacity(pending.count * 8)
        for entry in pending.sorted(by: { $0.id < $1.id }) {
            records.append(littleEndian: entry.id)
            records.append(littleEndian: entry.row)
        }
        pending.removeAll(keepingCapacity: true)
        try index.insert(records, into: &heap)
    }

    private mutating func setRowsReference(_ reference: UInt32) throws(LTPError) {
        guard reference != rowsReference else { return }
        rowsReference = reference
        try heap.overwrite(heap.userRoot, at: TableSchema.rowsField, with: reference)
    }
}

/// In memory.
extension TableContext {
    /// Adds a row; cells above 3,580 bytes become subnodes with their data in `images`.
    public mutating func append(
        _ row: TableRow, id: UInt32, version: UInt32, images: inout BlockImages
    ) throws(LTPError) {
        // Copies, because a closure cannot take the parameter and `self` by reference at once.
        var large: [(id: NodeID, node: NodeImage)] = []
        var next = UInt32(0x401 + cellImages.count)
        try append(
            row, id: id, version: version,
            large: { (bytes) throws(LTPError) in
                let id = NodeID(type: .ltp, index: next)
                next += 1
                large.append((id, NodeImage(data: images.appendData(bytes), dataSize: UInt64(bytes.count))))
                return id
            },
            shared: { (_) throws(LTPError) in throw .limit("a shared cell in a table that is not in a database") })
        cellImages += large
    }

    /// The whole table as a node.
    public mutating func build(into images: inout BlockImages) throws(LTPError) -> NodeImage {
        try indexPending()
        var subnodes = cellImages
        if rows.count > 0 {
            if rows.fitsHeapItem {
                try setRowsReference(heap.allocate(rows.heapItem()).rawValue)
            } else {
                var matrix = NodeImage()
                for block in try rows.encodedBlocks() {
                    let part = block.withUnsafeBytes { images.appendData($0) }
                    matrix.dataSize += UInt64(block.count)
                    switch (matrix.data, part) {
                    case (.blocks(let before), .blocks(let range)):
                        matrix.data = .blocks(before.lowerBound..<range.upperBound)
                    default: matrix.data = part
                    }
                }
                subnodes.append((Self.rowMatrixNode, matrix))
                try setRowsReference(Self.rowMatrixNode.rawValue)
            }
        }
        subnodes.sort { $0.id < $1.id }
        return NodeImage(
            data: try appendHeap(&heap, to: &images), dataSize: UInt64(heap.encodedSize), subnodes: subnodes)
    }
}

/// In a database.
extension TableContext {
    /// Adds a row.
    /// - Parameter block: the data of a subnode of the mirrored object, for a cell that shares it.
    public mutating func append(
        _ row: TableRow, id: UInt32, version: UInt32, in database: NodeDatabase,
        sharing block: (NodeID) -> BlockID? = { _ in nil }
    ) throws(LTPError) {
        var added: [NodeID: BlockID] = [:]
        try append(
            row, id: id, version: version,
            large: { (bytes) throws(LTPError) in
                try inDatabase { () throws(NDBError) in
                    let id = try database.newNodeID(.ltp)
                    var writer = DataTreeWriter()
                    try writer.append(bytes, to: database)
                    added[id] = try writer.finish(in: database)
                    return id
                }
            },
            shared: { (subnode) throws(LTPError) in
                guard let data = block(subnode) else { throw .limit("subnode \(subnode) to share is not there") }
                return try inDatabase { () throws(NDBError) in
                    let id = try database.newNodeID(.ltp)
                    try database.retain(data)
                    added[id] = data
                    return id
                }
            })
        cells.merge(added) { $1 }
        try heap.trim(to: Self.residentBlocks, database: database)
        try rows.trim(to: Self.residentBlocks, database: database)
    }

    /// Replaces the row with `id`: fixed cells only, the references of the variable ones stay.
    public mutating func updateFixedCells(
        id: UInt32, version: UInt32, _ values: [(tag: PropertyTag, value: PropertyValue)]
    ) throws(LTPError) {
        try indexPending()
        guard let value = try index.value(id, in: &heap), let number = value.loadLittleEndian(UInt32.self, at: 0) else {
            throw .damaged(structure: "TCROWID", field: "dwRowID", found: "no row", expected: "row \(id)")
        }
        var row = try rows.row(Int(number))
        for (tag, value) in values {
            guard let column = schema.column(tag), !PropertyValueEncoding.isReference(tag.type) else { continue }
            var stored: [UInt8] = []
            PropertyValueEncoding.append(value, to: &stored)
            row.replaceSubrange(column.offset..<column.offset + column.size, with: stored.prefix(column.size))
            row[schema.bitmapOffset + column.bit / 8] |= 0x80 >> UInt8(column.bit % 8)
        }
        row.store(littleEndian: version, at: 4)
        try rows.replace(Int(number), with: row)
    }

    /// Writes what has changed.
    /// - Returns: the node's new top blocks; the caller enters them.
    public mutating func write(to database: NodeDatabase) throws(LTPError) -> (data: BlockID, subnodes: BlockID) {
        try indexPending()
        var entries = cells.map { SubnodeEntry(id: $0.key, data: $0.value, subnodes: .none) }
        if rows.fitsHeapItem {
            let item = try rows.heapItem()
            let reference = HeapID(rawValue: rowsReference)
            try setRowsReference(heap.replace(reference, with: item).rawValue)
        } else {
            let old = HeapID(rawValue: rowsReference)
            if rowsReference & 0x1F == 0 { try heap.free(old) }
            try rows.write(to: database)
            let node = rowsReference & 0x1F == 0 ? Self.rowMatrixNode.rawValue : rowsReference
            try setRowsReference(node)
            entries.append(SubnodeEntry(id: NodeID(rawValue: node), data: rows.tree.top, subnodes: .none))
        }
        try heap.write(to: database)
        entries.sort { $0.id < $1.id }
        try inDatabase { () throws(NDBError) in try subnodeTree.update(to: entries, in: database) }
        return (heap.tree.top, subnodeTree.top)
    }
}

/// Reading rows.
extension TableContext {
    /// The stored bytes of the existing cells of a row; nil where there is no such row.
    public mutating func cells(ofRow id: UInt32) throws(LTPError) -> [PropertyTag: [UInt8]]? {
        try indexPending()
        guard let value = try index.value(id, in: &heap), let number = value.loadLittleEndian(UInt32.self, at: 0) else {
            return nil
        }
        let row = try rows.row(Int(number))
        var cells: [PropertyTag: [UInt8]] = [:]
        for column in schema.columns {
            let bit = UInt8(0x80) >> UInt8(column.bit % 8)
            guard row[schema.bitmapOffset + column.bit / 8] & bit != 0 else { continue }
            let cell = Array(row[column.offset..<column.offset + column.size])
            guard PropertyValueEncoding.isReference(column.tag.type) else {
                cells[column.tag] = cell
                continue
            }
            let reference = cell.loadLittleEndian(UInt32.self, at: 0) ?? 0
            // Cells in subnodes are the reader's.
            if reference & 0x1F == 0 { cells[column.tag] = try heap.bytes(of: HeapID(rawValue: reference)) }
        }
        return cells
    }
}

extension TableSchema {
    /// From TCINFO and its columns.
    init(info: [UInt8], largestRow: Int = NDBLimits.blockData) throws(LTPError) {
        func damaged(_ field: String, _ found: some CustomStringConvertible, _ expected: String) -> LTPError {
            .damaged(structure: "TCINFO", field: field, found: found.description, expected: expected)
        }
        guard info.count >= 22, info[0] == 0x7C else { throw damaged("bType", info.first ?? 0, "0x7C") }
        let count = Int(info[1])
        guard info.count >= 22 + 8 * count else { throw damaged("cCols", count, "columns that fit the item") }
        groupEnds = (0..<4).map { Int(info.loadLittleEndian(UInt16.self, at: 2 + 2 * $0) ?? 0) }
        guard count > 0, groupEnds == groupEnds.sorted(), groupEnds[3] >= groupEnds[2] + (count + 7) / 8 else {
            throw damaged("rgib", groupEnds, "ends that rise, with room for the bitmap")
        }
        guard groupEnds[3] <= largestRow else { throw damaged("TCI_bm", groupEnds[3], "at most \(largestRow)") }
        columns = (0..<count).map { position in
            let start = 22 + 8 * position
            return Column(
                tag: PropertyTag(rawValue: info.loadLittleEndian(UInt32.self, at: start) ?? 0),
                offset: Int(info.loadLittleEndian(UInt16.self, at: start + 4) ?? 0), size: Int(info[start + 6]),
                bit: Int(info[start + 7]))
        }
        for column in columns {
            guard column.offset + column.size <= groupEnds[2], column.bit < count,
                column.size == PropertyValueEncoding.cellSize(column.tag.type)
            else { throw damaged("rgTCOLDESC", column.tag, "a cell inside the row") }
        }
    }
}
