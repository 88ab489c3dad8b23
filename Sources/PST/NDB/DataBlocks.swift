/// The data blocks of a node, read one after the other: data of any size in little memory — [MS-PST] 2.2.2.8.3.2.
public struct DataBlocks {
    /// Bytes of all the data, as the top block says.
    public let size: UInt64
    private let nodes: NodeReader
    private let budget: ReadBudget?
    /// XBLOCKs not yet opened, the next one last.
    private var indexes: [BlockID] = []
    /// Data blocks of the open XBLOCK, the next one last.
    private var blocks: [BlockID] = []

    init(top: BlockID, in nodes: NodeReader, budget: ReadBudget?) throws(NDBError) {
        self.nodes = nodes
        self.budget = budget
        guard !top.isNone else {
            size = 0
            return
        }
        guard top.isInternal else {
            blocks = [top]
            guard let entry = try nodes.blockEntry(top) else {
                throw .damaged("BBTENTRY", "bid", at: nil, found: "no entry", expected: "block \(top)")
            }
            size = UInt64(entry.inflatedCount > 0 ? entry.inflatedCount : entry.count)
            return
        }
        let index = try DataTreeBlock(bytes: nodes.block(top, budget: budget), id: top, format: nodes.format)
        size = UInt64(index.total)
        if index.level == 1 {
            blocks = index.children.reversed()
        } else {
            indexes = index.children.reversed()
        }
    }

    /// The id of the next data block; nil at the end.
    public mutating func nextID() throws(NDBError) -> BlockID? {
        while blocks.isEmpty, let id = indexes.popLast() {
            let index = try DataTreeBlock(bytes: nodes.block(id, budget: budget), id: id, format: nodes.format)
            guard index.level == 1 else {
                throw .damaged("XBLOCK", "cLevel", at: nil, found: index.level, expected: "1 below an XXBLOCK")
            }
            blocks = index.children.reversed()
        }
        guard let id = blocks.popLast() else { return nil }
        guard !id.isInternal else {
            throw .damaged("XBLOCK", "rgbid", at: nil, found: "block \(id)", expected: "a data block")
        }
        return id
    }

    /// The data of the next block; nil at the end.
    public mutating func next() throws(NDBError) -> [UInt8]? {
        guard let id = try nextID() else { return nil }
        return try nodes.block(id, budget: budget)
    }
}
