import BinaryIO
import PSTNDB

/// The rows of a table, [MS-PST] 2.3.4.4: cut into blocks so that no row crosses a border.
struct RowMatrix {
    private struct Block {
        /// The rows without the fill of a full block; nil where they are only in the database.
        var rows: [UInt8]?
        var stored: BlockID
        var isChanged: Bool
    }

    let rowSize: Int
    private(set) var count: Int
    private var blocks: [Block]
    /// The matrix as it is in the database.
    private(set) var tree = StoredDataTree()
    /// Whether the rows differ from what was read or written last.
    private(set) var isChanged = false
    /// Blocks in memory, in the order in which they came there.
    private var resident: [Int] = []
    private let read: ((BlockID) throws(NDBError) -> [UInt8])?

    var rowsPerBlock: Int { NDBLimits.blockData / rowSize }

    /// No rows.
    init(rowSize: Int, read: ((BlockID) throws(NDBError) -> [UInt8])? = nil) {
        self.rowSize = rowSize
        self.read = read
        count = 0
        blocks = []
    }

    /// Rows held in memory, from a heap item.
    init(rowSize: Int, rows: [UInt8], read: ((BlockID) throws(NDBError) -> [UInt8])?) {
        self.rowSize = rowSize
        self.read = read
        count = rows.count / rowSize
        blocks = rows.isEmpty ? [] : [Block(rows: rows, stored: .none, isChanged: false)]
    }

    /// Rows in data blocks of a database.
    init(
        rowSize: Int, tree: StoredDataTree, read: @escaping (BlockID) throws(NDBError) -> [UInt8]
    ) throws(LTPError) {
        self.rowSize = rowSize
        self.read = read
        self.tree = tree
        blocks = tree.blocks.map { Block(rows: nil, stored: $0, isChanged: false) }
        count = 0
        guard let last = blocks.indices.last else { return }
        count = last * (NDBLimits.blockData / rowSize)
        count += try rows(of: last).count / rowSize
    }

    private mutating func rows(of index: Int) throws(LTPError) -> [UInt8] {
        if let rows = blocks[index].rows { return rows }
        guard let read else { throw .limit("row block \(index) has been moved out") }
        let stored = blocks[index].stored
        let data = try inDatabase { () throws(NDBError) in try read(stored) }
        let rows = Array(data.prefix(min(data.count / rowSize, rowsPerBlock) * rowSize))
        blocks[index].rows = rows
        resident.append(index)
        return rows
    }

    /// Whether all rows fit in one heap item.
    var fitsHeapItem: Bool { count * rowSize <= HeapLimits.item }

    mutating func append(_ row: [UInt8]) throws(LTPError) {
        isChanged = true
        if count % rowsPerBlock == 0 {
            // What was the last block is filled up now.
            if let last = blocks.indices.last {
                _ = try rows(of: last)
                blocks[last].isChanged = true
            }
            var rows: [UInt8] = []
            rows.reserveCapacity(count == 0 ? rowSize : NDBLimits.blockData)
            blocks.append(Block(rows: rows, stored: .none, isChanged: true))
            resident.append(blocks.count - 1)
        }
        let last = blocks.count - 1
        _ = try rows(of: last)
        blocks[last].rows?.append(contentsOf: row)
        blocks[last].isChanged = true
        count += 1
    }

    mutating func row(_ index: Int) throws(LTPError) -> [UInt8] {
        guard index >= 0, index < count else {
            throw .damaged(structure: "TCROWID", field: "dwRowIndex", found: "\(index)", expected: "below \(count)")
        }
        let rows = try rows(of: index / rowsPerBlock)
        let start = index % rowsPerBlock * rowSize
        guard start + rowSize <= rows.count else {
            throw .damaged(
                structure: "TCROWID", field: "dwRowIndex", found: "\(index)", expected: "a row that is there")
        }
        return Array(rows[start..<start + rowSize])
    }

    mutating func replace(_ index: Int, with row: [UInt8]) throws(LTPError) {
        _ = try self.row(index)
        let block = index / rowsPerBlock
        let start = index % rowsPerBlock * rowSize
        blocks[block].rows?.replaceSubrange(start..<start + rowSize, with: row)
        blocks[block].isChanged = true
        isChanged = true
    }

    /// Takes the last row away.
    mutating func removeLast(in database: NodeDatabase) throws(LTPError) {
        let last = blocks.count - 1
        guard count > 0, last >= 0 else { return }
        let kept = try rows(of: last).count - rowSize
        isChanged = true
        count -= 1
        guard kept <= 0 else {
            blocks[last].rows?.removeLast(rowSize)
            blocks[last].isChanged = true
            return
        }
        try releaseMovedOut(last, in: database)
        blocks.removeLast()
        resident.removeAll { $0 == last }
        // The last block is not filled up.
        if last > 0 { blocks[last - 1].isChanged = true }
    }

    /// All rows, where they fit in one heap item.
    mutating func heapItem() throws(LTPError) -> [UInt8] {
        isChanged = false
        return blocks.isEmpty ? [] : try rows(of: 0)
    }

    /// Gives up the blocks in the database: the rows are an item of the heap now.
    mutating func releaseBlocks(in database: NodeDatabase) throws(LTPError) {
        for index in blocks.indices {
            _ = try rows(of: index)
            try releaseMovedOut(index, in: database)
            blocks[index].stored = .none
        }
        try inDatabase { () throws(NDBError) in try tree.update(to: [], size: 0, in: database) }
    }

    /// Releases a block that was moved out since ``tree`` was written; those of the tree go with it.
    private func releaseMovedOut(_ index: Int, in database: NodeDatabase) throws(LTPError) {
        let stored = blocks[index].stored
        if index < tree.blocks.count, tree.blocks[index] == stored { return }
        try inDatabase { () throws(NDBError) in try database.release(stored) }
    }

    /// The data of each block; every one but the last is filled up.
    mutating func encodedBlocks() throws(LTPError) -> [[UInt8]] {
        var result: [[UInt8]] = []
        for index in blocks.indices { result.append(try encoded(index)) }
        return result
    }

    private mutating func encoded(_ index: Int) throws(LTPError) -> [UInt8] {
        var data = try rows(of: index)
        if index < blocks.count - 1 {
            data.append(contentsOf: repeatElement(0, count: NDBLimits.blockData - data.count))
        }
        return data
    }

    /// Writes the changed blocks; ``tree`` is the matrix afterwards.
    mutating func write(to database: NodeDatabase) throws(LTPError) {
        for index in blocks.indices where blocks[index].isChanged || blocks[index].stored.isNone {
            try write(index, to: database)
        }
        let stored = blocks.map(\.stored)
        let lastRows = count - max(0, blocks.count - 1) * rowsPerBlock
        let size = UInt64(max(0, blocks.count - 1)) * UInt64(NDBLimits.blockData) + UInt64(lastRows * rowSize)
        try inDatabase { () throws(NDBError) in try tree.update(to: stored, size: size, in: database) }
        isChanged = false
    }

    private mutating func write(_ index: Int, to database: NodeDatabase) throws(LTPError) {
        let data = try encoded(index)
        try releaseMovedOut(index, in: database)
        blocks[index].stored = try inDatabase { () throws(NDBError) in
            try data.withBytes { (bytes) throws(NDBError) in try database.writeBlock(bytes) }
        }
        blocks[index].isChanged = false
    }

    /// Moves full blocks out of memory when more than `bound` are in it.
    mutating func trim(to bound: Int, database: NodeDatabase) throws(LTPError) {
        guard resident.count > bound, blocks.count > 1 else { return }
        // The older half: the newer blocks are likelier to be changed again.
        let leaving = resident.dropLast(bound / 2).filter { $0 < blocks.count - 1 }
        resident.removeAll { leaving.contains($0) }
        for index in leaving {
            if blocks[index].isChanged { try write(index, to: database) }
            blocks[index].rows = nil
        }
    }
}
