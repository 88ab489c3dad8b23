/// A data tree in the database that is changed block by block: only the index blocks over changed blocks are
/// written anew.
public struct StoredDataTree: Sendable {
    /// The top block; none for no data.
    public private(set) var top = BlockID.none
    /// The data blocks, in order.
    public private(set) var blocks: [BlockID] = []
    private var size: UInt64 = 0
    /// XBLOCKs and, over more than one of them, the XXBLOCK.
    private var indexes: [BlockID] = []
    private var topIndex = BlockID.none

    public init() {}

    /// The tree below `top`.
    public init(top: BlockID, in database: NodeDatabase) throws(NDBError) {
        self.top = top
        guard top.isInternal else {
            blocks = top.isNone ? [] : [top]
            return
        }
        let block = try DataTreeBlock(bytes: database.readBlock(top), id: top)
        size = UInt64(block.total)
        if block.level == 1 {
            indexes = [top]
        } else {
            topIndex = top
            indexes = block.children
        }
        blocks = try database.dataBlocks(of: top)
    }

    /// Makes the tree consist of `newBlocks`, `newSize` bytes in all. Blocks that are no longer in it are released;
    /// those that are new in it give it the reference they were written with.
    public mutating func update(
        to newBlocks: [BlockID], size newSize: UInt64, in database: NodeDatabase
    ) throws(NDBError) {
        guard newBlocks != blocks || newSize != size else { return }
        guard newSize <= NDBLimits.nodeData else { throw .limit("more than 4 GiB of data in one node") }
        try unshare(in: database)
        for (position, old) in blocks.enumerated() where position >= newBlocks.count || newBlocks[position] != old {
            try database.release(old)
        }
        let span = NDBLimits.dataTreeEntries
        let isLarge = newBlocks.count > 1
        let count = isLarge ? (newBlocks.count + span - 1) / span : 0
        let oldIndexes = indexes
        var newIndexes: [BlockID] = []
        for number in 0..<count {
            let range = number * span..<min((number + 1) * span, newBlocks.count)
            let isLast = number == count - 1
            let total =
                isLast ? newSize - UInt64(number * span * NDBLimits.blockData) : UInt64(span * NDBLimits.blockData)
            let isSame =
                !isLast && number < oldIndexes.count - 1
                && range.upperBound <= blocks.count && newBlocks[range] == blocks[range]
            if isSame {
                newIndexes.append(oldIndexes[number])
            } else {
                let block = DataTreeBlock(level: 1, total: UInt32(total), children: Array(newBlocks[range]))
                newIndexes.append(try database.writeInternalBlock(block.bytes))
            }
        }
        for (number, old) in oldIndexes.enumerated() where number >= newIndexes.count || newIndexes[number] != old {
            try database.releaseAlone(old)
        }
        if !topIndex.isNone { try database.releaseAlone(topIndex) }
        topIndex = .none
        if count > 1 {
            guard count <= span else { throw .limit("more than 4 GiB of data in one node") }
            topIndex = try database.writeInternalBlock(
                DataTreeBlock(level: 2, total: UInt32(newSize), children: newIndexes).bytes)
        }
        (blocks, size, indexes) = (newBlocks, newSize, newIndexes)
        top = count > 1 ? topIndex : count == 1 ? newIndexes[0] : newBlocks.first ?? .none
    }

    /// Makes the index blocks those of this tree alone, where another node shares them.
    private mutating func unshare(in database: NodeDatabase) throws(NDBError) {
        if !topIndex.isNone { topIndex = try database.unshared(topIndex) }
        for number in indexes.indices { indexes[number] = try database.unshared(indexes[number]) }
    }
}

/// A subnode tree in the database whose entries are changed. What the entries refer to is the caller's. The blocks of the
/// tree must be of this node alone: see ``NodeDatabase/unshared(_:)``.
public struct StoredSubnodeTree: Sendable {
    public private(set) var top = BlockID.none
    public private(set) var entries: [SubnodeEntry] = []

    public init() {}

    public init(top: BlockID, in database: NodeDatabase) throws(NDBError) {
        self.top = top
        entries = try database.subnodes(of: top)
    }

    /// Makes the tree consist of `newEntries`, which are in ascending order.
    public mutating func update(to newEntries: [SubnodeEntry], in database: NodeDatabase) throws(NDBError) {
        guard newEntries != entries else { return }
        let old = top
        top = try database.writeSubnodes(newEntries)
        for entry in newEntries { database.cover(entry.id) }
        if !old.isNone {
            if case .index(let leaves) = try SubnodeBlock(bytes: database.readBlock(old), id: old) {
                for leaf in leaves { try database.releaseAlone(leaf.block) }
            }
            try database.releaseAlone(old)
        }
        entries = newEntries
    }
}
