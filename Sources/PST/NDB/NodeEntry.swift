/// NBTENTRY, [MS-PST] 2.2.2.7.7.4.
public struct NodeEntry: Hashable, Sendable {
    public var data: BlockID
    public var subnodes: BlockID
    /// The folder a message or folder lies in; 0 for tables, templates and queues, as Outlook has it.
    public var parent: NodeID

    public init(data: BlockID, subnodes: BlockID, parent: NodeID) {
        self.data = data
        self.subnodes = subnodes
        self.parent = parent
    }

    init(_ words: BTree.Entry) {
        data = BlockID(rawValue: words.1)
        subnodes = BlockID(rawValue: words.2)
        parent = NodeID(rawValue: UInt32(truncatingIfNeeded: words.3))
    }

    func words(_ id: NodeID) -> BTree.Entry {
        (UInt64(id.rawValue), data.rawValue, subnodes.rawValue, UInt64(parent.rawValue))
    }
}

/// BBTENTRY, [MS-PST] 2.2.2.7.7.3.
struct BlockEntry: Hashable {
    var offset: UInt64
    /// Bytes of data.
    var count: UInt16
    /// cRef: 1 and the number of references to the block.
    var references: UInt16
    /// Bytes of the data when decompressed; 0 but for 4K-page files.
    var inflatedCount: UInt16 = 0

    init(offset: UInt64, count: UInt16, references: UInt16) {
        self.offset = offset
        self.count = count
        self.references = references
    }

    init(_ words: BTree.Entry) {
        offset = words.1
        count = UInt16(truncatingIfNeeded: words.2)
        references = UInt16(truncatingIfNeeded: words.2 >> 16)
    }

    func words(_ id: BlockID) -> BTree.Entry {
        (id.rawValue, offset, UInt64(count) | UInt64(references) << 16, 0)
    }
}
