import BinaryIO
public import MAPI
public import PSTNDB

/// A table context that is only read, of any format — TC, [MS-PST] 2.3.4. For one thread.
public final class TableReader {
    /// A row: its id and its cells.
    public struct Row {
        /// dwRowID.
        public let id: UInt32
        /// The row's position in the matrix.
        public let number: Int
        fileprivate let bytes: ArraySlice<UInt8>
        fileprivate let table: TableReader

        /// Whether the row has a cell in that column.
        public func exists(_ tag: PropertyTag) -> Bool {
            table.schema.column(tag).map { table.exists($0, bytes) } ?? false
        }

        /// The value of a cell; nil where there is none.
        public func value(_ tag: PropertyTag) throws(LTPError) -> PropertyValue? {
            guard let column = table.schema.column(tag), table.exists(column, bytes) else { return nil }
            return try table.value(column, bytes)
        }
    }

    public let schema: TableSchema
    private let heap: HeapReader
    private let values: ValueSource
    /// The row matrix: an item of the heap, or data blocks.
    private let item: ArraySlice<UInt8>
    private let blocks: [BlockID]
    private let rowsPerBlock: Int
    private var loaded: (block: Int, bytes: [UInt8])?
    private let rowIndex: HeapID

    /// The table in the data tree `data`, with its large parts below `subnodes`.
    public init(data: BlockID, subnodes: BlockID, in nodes: NodeReader, budget: ReadBudget) throws(LTPError) {
        let heap = try HeapReader(data: data, client: .tableContext, in: nodes, budget: budget)
        self.heap = heap
        let info = Array(try heap.bytes(of: heap.userRoot))
        let schema = try TableSchema(info: info, largestRow: nodes.format.blockData)
        self.schema = schema
        rowIndex = HeapID(rawValue: info.loadLittleEndian(UInt32.self, at: 10) ?? 0)
        let rows = HeapID(rawValue: info.loadLittleEndian(UInt32.self, at: TableSchema.rowsField) ?? 0)
        let entries = try inDatabase { () throws(NDBError) in try nodes.subnodes(of: subnodes, budget: budget) }
        let values = ValueSource(heap: heap, subnodes: entries)
        self.values = values
        if rows.isHeapItem {
            item = try heap.bytes(of: rows)
            blocks = []
            rowsPerBlock = item.count / schema.rowSize
            return
        }
        item = []
        let top = try values.subnode(NodeID(rawValue: rows.rawValue)).data
        blocks = try inDatabase { () throws(NDBError) in
            var tree = try nodes.dataBlocks(of: top, budget: budget)
            var blocks: [BlockID] = []
            while let id = try tree.nextID() {
                try budget.spend(8)
                blocks.append(id)
            }
            return blocks
        }
        // A matrix without data has no rows.
        rowsPerBlock = blocks.isEmpty ? 0 : nodes.format.blockData / schema.rowSize
    }

    /// The rows that the row index has, in the order of the matrix; all rows where the index is damaged.
    /// - Returns: what is damaged; those rows are left out.
    public func forEachRow(_ body: (Row) throws(LTPError) -> Void) -> [LTPError] {
        var problems: [LTPError] = []
        var index: [(number: UInt32, id: UInt32)] = []
        do {
            index = try readIndex()
        } catch {
            problems.append(error)
            index = scanMatrix()
        }
        for entry in index {
            do throws(LTPError) {
                let bytes = try row(Int(entry.number))
                let id = bytes.number(UInt32.self, at: 0)
                guard id == entry.id else {
                    throw LTPError.damaged(
                        structure: "TCROWID", field: "dwRowID", found: "\(id) in row \(entry.number)",
                        expected: "\(entry.id)")
                }
                try body(Row(id: id, number: Int(entry.number), bytes: bytes, table: self))
            } catch {
                problems.append(error)
            }
        }
        return problems
    }

    /// dwRowID and dwRowIndex, [MS-PST] 2.3.4.3.1, sorted by the latter.
    private func readIndex() throws(LTPError) -> [(number: UInt32, id: UInt32)] {
        let size = heap.nodes.format.rowIndexSize
        let tree = try BTreeOnHeapReader(header: rowIndex, keySize: 4, valueSize: size, in: heap)
        var index: [(number: UInt32, id: UInt32)] = []
        try tree.forEachRecord { (bytes) throws(LTPError) in
            let number = size == 2 ? UInt32(bytes.number(UInt16.self, at: 4)) : bytes.number(UInt32.self, at: 4)
            index.append((number, bytes.number(UInt32.self, at: 0)))
        }
        index.sort { $0.number < $1.number }
        return index
    }

    /// What the index would have, from the rows themselves.
    private func scanMatrix() -> [(number: UInt32, id: UInt32)] {
        let count = blocks.isEmpty ? rowsPerBlock : blocks.count * rowsPerBlock
        var index: [(number: UInt32, id: UInt32)] = []
        for number in 0..<count {
            guard let bytes = try? row(number) else { continue }
            let id = bytes.number(UInt32.self, at: 0)
            if id != 0 { index.append((UInt32(clamping: number), id)) }
        }
        return index
    }

    private func row(_ number: Int) throws(LTPError) -> ArraySlice<UInt8> {
        let size = schema.rowSize
        func missing(_ count: Int) -> LTPError {
            .damaged(structure: "TCROWID", field: "dwRowIndex", found: "\(number)", expected: "below \(count)")
        }
        guard !blocks.isEmpty else {
            guard number < rowsPerBlock else { throw missing(rowsPerBlock) }
            let start = item.startIndex + number * size
            return item[start..<start + size]
        }
        let block = number / rowsPerBlock
        guard block < blocks.count else { throw missing(blocks.count * rowsPerBlock) }
        let bytes = try rows(ofBlock: block)
        let start = number % rowsPerBlock * size
        guard start + size <= bytes.count else { throw missing(block * rowsPerBlock + bytes.count / size) }
        return bytes[start..<start + size]
    }

    private func rows(ofBlock block: Int) throws(LTPError) -> [UInt8] {
        if let loaded, loaded.block == block { return loaded.bytes }
        let bytes = try inDatabase { () throws(NDBError) in
            try heap.nodes.block(blocks[block], budget: heap.budget)
        }
        loaded = (block, bytes)
        return bytes
    }

    fileprivate func exists(_ column: TableSchema.Column, _ row: ArraySlice<UInt8>) -> Bool {
        let position = row.startIndex + schema.bitmapOffset + column.bit / 8
        return position < row.endIndex && row[position] & (0x80 >> UInt8(column.bit % 8)) != 0
    }

    fileprivate func value(_ column: TableSchema.Column, _ row: ArraySlice<UInt8>) throws(LTPError) -> PropertyValue {
        let start = row.startIndex + column.offset
        guard start + column.size <= row.endIndex else {
            throw .damaged(
                structure: "TCOLDESC", field: "ibData", found: "\(column.offset)", expected: "inside the row")
        }
        let cell = row[start..<start + column.size]
        let isReference = PropertyValueEncoding.isReference(column.tag.type)
        let bytes = isReference ? try values.bytes(cell.number(UInt32.self, at: 0), limit: TableLimits.cell) : cell
        guard let value = PropertyValueEncoding.value(of: column.tag.type, bytes) else {
            throw .damaged(
                structure: "TC", field: "\(column.tag)", found: "\(bytes.count) bytes", expected: "a value of the type")
        }
        return value
    }
}

/// Bounds of tables that are read.
enum TableLimits {
    /// Bytes of one cell.
    static let cell = 64 << 20
    /// Entries of an SLBLOCK, [MS-PST] 2.2.2.8.3.3.
    static let subnodesOfOneBlock = 340
}
