import BinaryIO
import MAPI
public import PSTNDB

/// Adding and removing rows in a database, and writing what has changed.
extension TableContext {
    /// Adds a row, also one made for a table of other columns: cells without a column are left out.
    /// - Parameter block: the data of a subnode of the mirrored object, for a cell that shares it.
    /// - Throws: ``LTPError``, now or when the table is next used, if there is a row with this id.
    public mutating func append(
        _ row: TableRow, id: UInt32, version: UInt32, in database: NodeDatabase,
        sharing block: (NodeID) -> BlockID? = { _ in nil }
    ) throws(LTPError) {
        var cells = self.cells
        self.cells = [:]
        defer { self.cells = cells }
        try append(row, id: id, version: version) { (content, row) throws(LTPError) in
            switch content {
            case .bytes(let range):
                return try Self.addCell(in: database, to: &cells) { () throws(NDBError) in
                    var writer = DataTreeWriter()
                    try row.values.withBytes { (bytes) throws(NDBError) in
                        try writer.append(UnsafeRawBufferPointer(rebasing: bytes[range]), to: database)
                    }
                    return try writer.finish(in: database)
                }
            case .shared(let subnode):
                guard let data = block(subnode) else { throw .limit("subnode \(subnode) to share is not there") }
                return try Self.share(data, in: database, with: &cells)
            case .block(let data): return try Self.share(data, in: database, with: &cells)
            }
        }
        try trim(in: database)
    }

    /// Adds a cell whose data tree is there already.
    static func share(
        _ data: BlockID, in database: NodeDatabase, with cells: inout [NodeID: SubnodeEntry]
    ) throws(LTPError) -> NodeID {
        try addCell(in: database, to: &cells) { () throws(NDBError) in try database.share(data) }
    }

    static func addCell(
        in database: NodeDatabase, to cells: inout [NodeID: SubnodeEntry], data: () throws(NDBError) -> BlockID
    ) throws(LTPError) -> NodeID {
        try inDatabase { () throws(NDBError) in
            var id = try database.newNodeID(.ltp)
            // The header's counter should be above all ids; a file whose is not loses no cell.
            while cells[id] != nil { id = try database.newNodeID(.ltp) }
            cells[id] = SubnodeEntry(id: id, data: try data(), subnodes: .none)
            return id
        }
    }

    mutating func trim(in database: NodeDatabase) throws(LTPError) {
        try heap.trim(to: Self.residentBlocks, database: database)
        try rows.trim(to: Self.residentBlocks, database: database)
    }

    /// Removes a row; the last one takes its place. Values in the heap are freed, those in subnodes released.
    /// - Returns: whether there was such a row.
    public mutating func removeRow(id: UInt32, in database: NodeDatabase) throws(LTPError) -> Bool {
        guard let number = try rowNumber(of: id) else { return false }
        let row = try row(id, at: number)
        try removeUnlistedRows(behind: number, in: database)
        let last = rows.count - 1
        for column in schema.columns
        where schema.exists(column, in: row) && PropertyValueEncoding.isReference(column.tag.type) {
            try release(row.loadLittleEndian(UInt32.self, at: column.offset) ?? 0, in: database)
        }
        _ = try index.remove(id, from: &heap)
        if number != last {
            let moved = try rows.row(last)
            if let place = try index.locate(moved.loadLittleEndian(UInt32.self, at: 0) ?? 0, in: &heap) {
                try heap.overwrite(place.item, at: place.offset, with: UInt32(number))
            }
            try rows.replace(number, with: moved)
        }
        try rows.removeLast(in: database)
        if rows.count == 0 { try becomeEmpty(in: database) }
        try trim(in: database)
        return true
    }

    /// Rows at the end that the index does not have are nobody's, and must not take the place of one that is.
    private mutating func removeUnlistedRows(behind number: Int, in database: NodeDatabase) throws(LTPError) {
        while rows.count - 1 > number {
            let id = try rows.row(rows.count - 1).loadLittleEndian(UInt32.self, at: 0) ?? 0
            guard try rowNumber(of: id) != rows.count - 1 else { return }
            try rows.removeLast(in: database)
        }
    }

    /// Frees what a HNID refers to.
    mutating func release(_ reference: UInt32, in database: NodeDatabase) throws(LTPError) {
        let id = HeapID(rawValue: reference)
        if id.isHeapItem { return try heap.free(id) }
        try ownSubnodes(in: database)
        guard let entry = cells.removeValue(forKey: NodeID(rawValue: reference)) else { return }
        try inDatabase { () throws(NDBError) in
            try database.release(entry.data)
            try database.release(entry.subnodes)
        }
    }

    /// Makes the blocks of the subnode tree those of this table alone, before anything that they refer to is released:
    /// a program that copies a node may have shared them. What they refer to has two owners then.
    private mutating func ownSubnodes(in database: NodeDatabase) throws(LTPError) {
        guard !ownsSubnodes else { return }
        ownsSubnodes = true
        let old = subnodeTree
        guard !old.top.isNone else { return }
        try inDatabase { () throws(NDBError) in
            // Of several leaves any may be shared, and their counts are not ours to see.
            let isShared = try database.referenceCount(of: old.top) > 1
            guard isShared || old.entries.count > TableLimits.subnodesOfOneBlock else { return }
            for entry in old.entries {
                try database.retain(entry.data)
                try database.retain(entry.subnodes)
            }
            let top = try database.writeSubnodes(old.entries)
            try database.release(old.top)
            subnodeTree = try StoredSubnodeTree(top: top, in: database)
        }
    }

    /// The heap of a table without rows is what it is in a new one.
    private mutating func becomeEmpty(in database: NodeDatabase) throws(LTPError) {
        try releaseMatrix(in: database)
        var info = try heap.bytes(of: heap.userRoot)
        try heap.removeAll(in: database)
        index = try BTreeOnHeap(keySize: 4, valueSize: 4, in: &heap)
        info.store(littleEndian: index.header.rawValue, at: TableSchema.rowIndexField)
        heap.userRoot = try heap.allocate(info)
        try setRowsReference(0)
    }

    private mutating func releaseMatrix(in database: NodeDatabase) throws(LTPError) {
        try ownSubnodes(in: database)
        try rows.releaseBlocks(in: database)
        try inDatabase { () throws(NDBError) in try database.release(matrixSubnodes) }
        matrixSubnodes = .none
    }

    /// Writes what has changed; nothing where nothing has.
    /// - Returns: the node's new top blocks; the caller enters them.
    public mutating func write(to database: NodeDatabase) throws(LTPError) -> (data: BlockID, subnodes: BlockID) {
        try indexPending()
        if rows.isChanged { try writeRows(to: database) }
        var entries = Array(cells.values)
        if !HeapID(rawValue: rowsReference).isHeapItem {
            let id = NodeID(rawValue: rowsReference)
            entries.append(SubnodeEntry(id: id, data: rows.tree.top, subnodes: matrixSubnodes))
        }
        try heap.write(to: database)
        entries.sort { $0.id < $1.id }
        if entries != subnodeTree.entries { try ownSubnodes(in: database) }
        try inDatabase { () throws(NDBError) in try subnodeTree.update(to: entries, in: database) }
        return (heap.tree.top, subnodeTree.top)
    }

    private mutating func writeRows(to database: NodeDatabase) throws(LTPError) {
        let old = HeapID(rawValue: rowsReference)
        guard !rows.fitsHeapItem else {
            let item = try rows.heapItem()
            if !old.isHeapItem { try releaseMatrix(in: database) }
            return try setRowsReference(heap.replace(old.isHeapItem ? old : .none, with: item).rawValue)
        }
        try ownSubnodes(in: database)
        try rows.write(to: database)
        guard old.isHeapItem else { return }
        try heap.free(old)
        var node = Self.rowMatrixNode
        while cells[node] != nil {
            node = try inDatabase { () throws(NDBError) in try database.newNodeID(.ltp) }
        }
        try setRowsReference(node.rawValue)
    }
}
