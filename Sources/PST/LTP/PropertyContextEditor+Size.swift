import BinaryIO
import MAPI
import PSTNDB

/// Sizes that other structures repeat.
extension PropertyContextEditor {
    /// PidTagMessageSize as Outlook and its repair tool compute it, in bytes: the data of the object and of everything
    /// below it, as they will be written; index blocks do not count.
    public func objectSize() throws(LTPError) -> UInt64 {
        var heap = heap
        try heap.dropEmptyPages(in: database)
        var sum = SizeSum(database: database)
        sum.bytes = try heap.storedSize()
        for entry in entries.values {
            if let value = newValues[entry.id] {
                sum.bytes += UInt64(value.count)
            } else {
                try sum.add(entry, depth: 0)
            }
        }
        return sum.bytes
    }

    /// PidTagAttachSize, [MS-OXCMSG] 2.2.2.5 as the repair tool computes it: the sum of the sizes of all values, in
    /// bytes; PidTagAttachSize itself counts if it is there.
    public func valueSize() throws(LTPError) -> UInt64 {
        var sum = SizeSum(database: database)
        for record in records.values {
            if PropertyValueEncoding.isInline(record.type) {
                sum.bytes += UInt64(PropertyValueEncoding.cellSize(record.type))
            } else if record.type == .object {
                let object = try bytes(of: record, limit: 64)
                sum.bytes += UInt64(object.loadLittleEndian(UInt32.self, at: 4) ?? 0)
            } else if let node = subnode(of: record), newValues[node] == nil {
                sum.bytes += try sum.size(of: entries[node]?.data ?? .none)
            } else if Self.isReference(record.type) {
                sum.bytes += UInt64(try bytes(of: record, limit: 1 << 30).count)
            }
        }
        return sum.bytes
    }
}

/// Adds up the data of subnodes.
private struct SizeSum {
    let database: NodeDatabase
    var bytes: UInt64 = 0
    private var count = 0

    init(database: NodeDatabase) {
        self.database = database
    }

    /// Bytes of a data tree: lcbTotal of its index, or the one block.
    func size(of data: BlockID) throws(LTPError) -> UInt64 {
        guard !data.isNone else { return 0 }
        let block = try inDatabase { () throws(NDBError) in try database.readBlock(data) }
        guard data.isInternal else { return UInt64(block.count) }
        guard block.first == 1, let total = block.loadLittleEndian(UInt32.self, at: 4) else {
            throw .damaged(structure: "XBLOCK", field: "btype", found: "block \(data)", expected: "a data tree block")
        }
        return UInt64(total)
    }

    mutating func add(_ entry: SubnodeEntry, depth: Int) throws(LTPError) {
        count += 1
        guard depth < HeapLimits.subnodeDepth, count <= HeapLimits.countedSubnodes else {
            throw .limit("subnodes nested too deeply or too many, below subnode \(entry.id)")
        }
        bytes += try size(of: entry.data)
        for below in try inDatabase({ () throws(NDBError) in try database.subnodes(of: entry.subnodes) }) {
            try add(below, depth: depth + 1)
        }
    }
}
