import BinaryIO
import MAPI
public import PSTNDB

/// TC, [MS-PST] 2.3.4: a table of rows with fixed columns, an index over the row ids, and the values of variable size.
///
/// The same type makes small tables in memory (``build(into:)``) and keeps the tables of folders in a database, where a
/// change writes only the blocks it touches (``write(to:)``).
public struct TableContext {
    public let schema: TableSchema
    var heap: HeapOnNode
    var index: BTreeOnHeap
    var rows: RowMatrix
    /// Records of the row index that are not in the BTH yet.
    private var pending: [(id: UInt32, row: UInt32)] = []
    /// Subnodes with the data of large cells, and what else the node has below it but the row matrix.
    var cells: [NodeID: SubnodeEntry] = [:]
    var cellImages: [(id: NodeID, node: NodeImage)] = []
    /// The HNID of the row matrix.
    var rowsReference: UInt32 = 0
    /// What the subnode of the row matrix has below it: nothing, in any file that is known.
    var matrixSubnodes = BlockID.none
    var subnodeTree = StoredSubnodeTree()
    /// Whether no other node has the blocks of the subnode tree.
    var ownsSubnodes = false

    /// The subnode of a row matrix too large for the heap: what Outlook uses, type 0x1F index 1.
    static let rowMatrixNode = NodeID(type: .ltp, index: 1)
    /// Blocks of a table kept in memory; beyond that they are moved out to the database.
    static let residentBlocks = 128
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
        let indexHeader = HeapID(rawValue: info.loadLittleEndian(UInt32.self, at: TableSchema.rowIndexField) ?? 0)
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
            matrixSubnodes = matrix?.subnodes ?? .none
            let tree = try inDatabase { () throws(NDBError) in try StoredDataTree(top: top, in: database) }
            rows = try RowMatrix(rowSize: schema.rowSize, tree: tree, read: read)
        }
        for entry in subnodeTree.entries where entry.id.rawValue != rowsReference { cells[entry.id] = entry }
    }

    public var rowCount: Int { rows.count }

    /// Adds a row whose variable cells beyond the heap have the references that `subnode` gives.
    mutating func append(
        _ row: TableRow, id: UInt32, version: UInt32,
        subnode: (TableRow.Variable, TableRow) throws(LTPError) -> NodeID
    ) throws(LTPError) {
        let row = row.laidOut(as: schema)
        var references: [UInt32] = []
        references.reserveCapacity(row.variables.count)
        for variable in row.variables {
            if case .bytes(let range) = variable.content, range.count <= HeapLimits.item {
                references.append(
                    try row.values.withBytes { (bytes) throws(LTPError) in
                        try heap.allocate(UnsafeRawBufferPointer(rebasing: bytes[range])).rawValue
                    })
            } else {
                references.append(try subnode(variable.content, row).rawValue)
            }
        }
        guard rows.count < Int(UInt32.max) else { throw .limit("a table of more than 2^32 rows") }
        pending.append((id, UInt32(rows.count)))
        try rows.append(row.bytes(id: id, version: version, references: references))
        if pending.count >= Self.pendingRows { try indexPending() }
    }

    mutating func indexPending() throws(LTPError) {
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

    mutating func setRowsReference(_ reference: UInt32) throws(LTPError) {
        guard reference != rowsReference else { return }
        rowsReference = reference
        try heap.overwrite(heap.userRoot, at: TableSchema.rowsField, with: reference)
    }

    /// The position of a row in the matrix; nil where there is no such row.
    mutating func rowNumber(of id: UInt32) throws(LTPError) -> Int? {
        try indexPending()
        return try index.value(id, in: &heap)?.loadLittleEndian(UInt32.self, at: 0).map { Int($0) }
    }

    /// The row with `id`, which is at `number` as the index has it.
    mutating func row(_ id: UInt32, at number: Int) throws(LTPError) -> [UInt8] {
        let row = try rows.row(number)
        guard let stored = row.loadLittleEndian(UInt32.self, at: 0), stored == id else {
            throw .damaged(
                structure: "TCROWID", field: "dwRowID", found: "another row at \(number)", expected: "row \(id)")
        }
        return row
    }
}
