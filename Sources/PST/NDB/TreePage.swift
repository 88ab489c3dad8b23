import BinaryIO

/// The stored form of a B-tree page of any format, checked — BTPAGE, [MS-PST] 2.2.2.7.7.1.
struct TreePage: Sendable {
    let kind: BTreeKind
    let format: FileFormat
    let level: UInt8
    let count: Int
    /// cbEnt: entries are this far apart.
    let entrySize: Int
    private let bytes: [UInt8]

    /// From the bytes of a page whose trailer is right.
    /// - Parameter offset: where it lies, for the error.
    init(kind: BTreeKind, bytes: [UInt8], offset: UInt64, format: FileFormat) throws(NDBError) {
        self.kind = kind
        self.format = format
        self.bytes = bytes
        let counters = format.pageEntries
        if format == .unicode4K {
            count = Int(bytes.loadLittleEndian(UInt16.self, at: counters) ?? 0)
            entrySize = Int(bytes.loadLittleEndian(UInt8.self, at: counters + 4) ?? 0)
            level = bytes.loadLittleEndian(UInt8.self, at: counters + 5) ?? 0
        } else {
            count = Int(bytes.loadLittleEndian(UInt8.self, at: counters) ?? 0)
            entrySize = Int(bytes.loadLittleEndian(UInt8.self, at: counters + 2) ?? 0)
            level = bytes.loadLittleEndian(UInt8.self, at: counters + 3) ?? 0
        }
        guard level < NDBLimits.treeDepth else {
            throw .damaged("BTPAGE", "cLevel", at: offset, found: level, expected: "below \(NDBLimits.treeDepth)")
        }
        let smallest = level == 0 ? kind.leafEntrySize(in: format) : format.indexEntrySize
        guard entrySize >= smallest, count * entrySize <= counters else {
            throw .damaged(
                "BTPAGE", "cEnt", at: offset, found: "\(count) entries of \(entrySize)",
                expected: "entries of \(smallest) that fit in \(counters) bytes")
        }
        for index in 0..<max(0, count - 1) where key(at: index) >= key(at: index + 1) {
            throw .damaged(
                "BTPAGE", "rgentries", at: offset, found: "key \(key(at: index + 1)) after \(key(at: index))",
                expected: "keys that rise")
        }
    }

    var isLeaf: Bool { level == 0 }

    func key(at index: Int) -> UInt64 { word(index, 0) }

    private func word(_ index: Int, _ number: Int) -> UInt64 {
        format.word(bytes, at: index * entrySize + number * format.wordSize)
    }

    /// The entry with the highest key that is not above `key`; nil where all are.
    func position(notAbove key: UInt64) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self.key(at: middle) <= key {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low > 0 ? low - 1 : nil
    }

    /// The page below an entry of an index page.
    func child(at index: Int) -> BlockReference { BlockReference(bid: word(index, 1), offset: word(index, 2)) }

    /// NBTENTRY.
    func node(at index: Int) -> (id: NodeID, entry: NodeEntry) {
        let entry = NodeEntry(
            data: BlockID(rawValue: word(index, 1)), subnodes: BlockID(rawValue: word(index, 2)),
            parent: NodeID(rawValue: UInt32(truncatingIfNeeded: word(index, 3))))
        return (NodeID(rawValue: UInt32(truncatingIfNeeded: key(at: index))), entry)
    }

    /// BBTENTRY.
    func block(at index: Int) -> BlockEntry {
        let sizes = index * entrySize + 2 * format.wordSize
        func number(_ position: Int) -> UInt16 { bytes.loadLittleEndian(UInt16.self, at: sizes + 2 * position) ?? 0 }
        let is4K = format == .unicode4K
        var entry = BlockEntry(offset: word(index, 1), count: number(0), references: number(is4K ? 2 : 1))
        if is4K { entry.inflatedCount = number(1) }
        return entry
    }
}
