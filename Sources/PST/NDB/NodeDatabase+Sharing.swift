import BinaryIO

/// Blocks that several nodes share — cRef, [MS-PST] 2.2.2.7.7.3. The references of what lies below a shared index block
/// are not counted again.
extension NodeDatabase {
    /// How many nodes, subnodes and index blocks refer to a block; 0 where there is no such block.
    public func referenceCount(of id: BlockID) throws(NDBError) -> Int {
        guard let words = try blocks.entry(id.rawValue) else { return 0 }
        return max(0, Int(BlockEntry(words).references) - 1)
    }

    /// Gives one more node the data of a block, as ``retain(_:)`` does, however many have it already: where cRef, which
    /// has 16 bits, comes to its end, the block is copied.
    /// - Returns: the block to refer to, `id` or a copy of it.
    public func share(_ id: BlockID) throws(NDBError) -> BlockID {
        guard !id.isNone else { return id }
        for candidate in [id, copies[id]] {
            guard let candidate else { continue }
            let references = try referenceCount(of: candidate)
            if references > 0, references < NDBLimits.sharedReferences {
                try retain(candidate)
                return candidate
            }
        }
        let copy = try copy(id)
        copies[id] = copy
        return copy
    }

    /// A data tree or subnode tree of which the top block has one owner only, so that what is below may be changed. To be
    /// called, level by level, before anything below a node's top blocks is released or replaced: programs copy an item
    /// by sharing its trees, and only the top block's count says so.
    /// - Parameter top: a reference that the caller has, and gives up.
    /// - Returns: `top`, or a copy of it with a reference for the caller.
    public func unshared(_ top: BlockID) throws(NDBError) -> BlockID {
        guard try referenceCount(of: top) > 1 else { return top }
        let copy = try copy(top)
        try release(top)
        return copy
    }

    /// Writes a block with the data of `id`; what it refers to has one more reference then.
    private func copy(_ id: BlockID) throws(NDBError) -> BlockID {
        let bytes = try readBlock(id)
        guard id.isInternal else {
            return try bytes.withBytes { (bytes) throws(NDBError) in try writeBlock(bytes) }
        }
        for child in try children(of: id, bytes) { try retain(child) }
        return try writeInternalBlock(bytes)
    }

    /// The blocks that an index block refers to.
    func children(of id: BlockID, _ bytes: [UInt8]) throws(NDBError) -> [BlockID] {
        if bytes.first == 1 { return try DataTreeBlock(bytes: bytes, id: id).children }
        switch try SubnodeBlock(bytes: bytes, id: id) {
        case .leaf(let entries): return entries.flatMap { [$0.data, $0.subnodes] }
        case .index(let entries): return entries.map(\.block)
        }
    }
}
