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
    private var cursor: LeafCursor?
    /// Blocks that are read at once.
    private var run: [StoredBlock] = []

    init(top: BlockID, in nodes: NodeReader, budget: ReadBudget?) throws(NDBError) {
        self.nodes = nodes
        self.budget = budget
        guard !top.isNone else {
            size = 0
            return
        }
        guard top.isInternal else {
            blocks = [top]
            let entry = try nodes.stored(top, near: &cursor).entry
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

    /// Appends data to `bytes`: those of the next block, and those of blocks behind it as far as they can be read at once.
    /// - Returns: false at the end, where there is nothing to append.
    public mutating func next(appendingTo bytes: inout [UInt8]) throws(NDBError) -> Bool {
        guard let id = try nextID() else { return false }
        let first = try nodes.stored(id, near: &cursor)
        try budget?.spend(first.dataSize)
        run.removeAll(keepingCapacity: true)
        run.append(first)
        extendRun(first)
        var done = 0
        do throws(NDBError) {
            done = try nodes.append(run, to: &bytes)
        } catch {
            // The file may end within the run, which is no fault of its first block.
            guard run.count > 1 else { throw error }
            let alone = [first]
            putBack(from: 1)
            done = try nodes.append(alone, to: &bytes)
        }
        putBack(from: done)
        return true
    }

    /// Adds the blocks that lie behind `first` in the file as they do in the data.
    private mutating func extendRun(_ first: StoredBlock) {
        var end = first.end(in: nodes.format)
        var stored = first.extent(in: nodes.format)
        var size = first.dataSize
        // What is wrong with a block shows when it is the first one.
        while let id = blocks.last, !id.isInternal, let block = try? nodes.stored(id, near: &cursor),
            block.entry.offset == end
        {
            stored += block.extent(in: nodes.format)
            size += block.dataSize
            guard max(stored, size) <= NodeReader.windowSize, isAffordable(block) else { return }
            end = block.end(in: nodes.format)
            run.append(block)
            blocks.removeLast()
        }
    }

    private func isAffordable(_ block: StoredBlock) -> Bool {
        guard let budget else { return true }
        return (try? budget.spend(block.dataSize)) != nil
    }

    /// The blocks of the run from `number` on are the next ones again.
    private mutating func putBack(from number: Int) {
        while run.count > number, let block = run.popLast() { blocks.append(block.id) }
    }
}
