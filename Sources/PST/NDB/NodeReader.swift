public import BinaryIO
import Synchronization

/// The node database of a PST of any format, read only — [MS-PST] 2.2. May be used from several threads at once;
/// nothing may write to its storage meanwhile.
public final class NodeReader: Sendable {
    public let format: FileFormat
    public let encoding: ContentEncoding
    /// Bytes of the storage.
    public let fileSize: UInt64
    /// A name for messages to people.
    public let path: String

    private let storage: ReadOnlyStorage
    private let summary: FileSummary
    private let checksums: Bool
    private let cache = Mutex(PageCache())
    /// Memory for extents on their way, used again and again; never more than are in use at a time.
    private let windows = Mutex<[[UInt8]]>([])
    /// Bytes that are read at once; no block of any format is larger.
    static let windowSize = 128 << 10

    /// Opens a PST.
    /// - Parameter isLenient: accept wrong checksums.
    /// - Throws: ``NDBError`` for a file that is none, or whose header is damaged.
    public static func open(_ storage: any Storage, isLenient: Bool = false) throws(NDBError) -> NodeReader {
        try NodeReader(ReadOnlyStorage(storage), isLenient: isLenient)
    }

    private init(_ storage: ReadOnlyStorage, isLenient: Bool) throws(NDBError) {
        self.storage = storage
        path = storage.path
        checksums = !isLenient
        let size = try storage.size()
        fileSize = size
        let header = try storage.read(Int(min(size, UInt64(FileSummary.size))), at: 0)
        summary = try FileSummary(bytes: header, checksums: !isLenient)
        format = summary.format
        encoding = summary.encoding
    }

    /// Bytes that the header says the file has beyond its end: more than 0 where it was cut off.
    public var missingBytes: UInt64 { summary.fileSize > fileSize ? summary.fileSize - fileSize : 0 }

    /// A budget for reading one object: more than it can hold without naming the same blocks many times.
    public func budget() -> ReadBudget {
        let enough = 16 << 20
        let most: UInt64 = 1 << 30
        // Compressed blocks hold more than their size.
        let (held, overflow) = fileSize.multipliedReportingOverflow(by: format == .unicode4K ? 16 : 2)
        return ReadBudget(bytes: max(enough, Int(overflow ? most : min(held, most))))
    }

    private func bytes(_ count: Int, at offset: UInt64, _ structure: String) throws(NDBError) -> [UInt8] {
        try checkPlace(count, at: offset, structure)
        return try storage.read(count, at: offset)
    }

    private func checkPlace(_ count: Int, at offset: UInt64, _ structure: String) throws(NDBError) {
        guard offset <= fileSize, UInt64(count) <= fileSize - offset else {
            throw .damaged(
                structure, "ib", at: offset, found: "\(count) bytes there", expected: "a place inside \(fileSize) bytes"
            )
        }
    }
}

/// The trees.
extension NodeReader {
    /// Pages by their offset, until there are too many.
    private struct PageCache {
        var pages: [UInt64: TreePage] = [:]
    }

    private func page(_ reference: BlockReference, _ kind: BTreeKind) throws(NDBError) -> TreePage {
        let cached = cache.withLock { $0.pages[reference.offset] }
        if let cached, cached.kind == kind { return cached }
        let bytes = try bytes(format.pageSize, at: reference.offset, "BTPAGE")
        try Page.verify(bytes, type: kind.pageType, reference: reference, format: format, checksums: checksums)
        let page = try TreePage(kind: kind, bytes: bytes, offset: reference.offset, format: format)
        let limit = NDBLimits.cachedPageBytes / format.pageSize
        cache.withLock { cache in
            if cache.pages.count >= limit { cache.pages.removeAll(keepingCapacity: true) }
            cache.pages[reference.offset] = page
        }
        return page
    }

    private func root(_ kind: BTreeKind) throws(NDBError) -> TreePage {
        try page(kind == .nodes ? summary.nodeTree : summary.blockTree, kind)
    }

    private func child(_ index: Int, of page: TreePage) throws(NDBError) -> TreePage {
        let reference = page.child(at: index)
        let child = try self.page(reference, page.kind)
        guard child.level + 1 == page.level else {
            throw .damaged(
                "BTPAGE", "cLevel", at: reference.offset, found: child.level, expected: "\(Int(page.level) - 1)")
        }
        return child
    }

    /// The leaf that has `key`, and where.
    private func leaf(_ kind: BTreeKind, _ key: UInt64) throws(NDBError) -> (page: TreePage, index: Int)? {
        var page = try root(kind)
        // Levels fall by one with every step, which bounds the loop.
        while let index = page.position(notAbove: key) {
            if page.isLeaf { return page.key(at: index) == key ? (page, index) : nil }
            page = try child(index, of: page)
        }
        return nil
    }

    /// The entry of a node; nil where there is no such node.
    public func node(_ id: NodeID) throws(NDBError) -> NodeEntry? {
        guard let (page, index) = try leaf(.nodes, UInt64(id.rawValue)) else { return nil }
        return page.node(at: index).entry
    }

    /// The entry of a block; nil where there is none.
    /// - Parameter cursor: where the look-up before this one ended, and then where this one did.
    private func blockEntry(_ id: BlockID, near cursor: inout LeafCursor?) throws(NDBError) -> BlockEntry? {
        if let entry = cursor?.next(id.rawValue) { return entry }
        guard let (page, index) = try leaf(.blocks, id.rawValue) else { return nil }
        cursor = LeafCursor(page: page, index: index)
        return page.block(at: index)
    }

    /// Calls `body` with every node in ascending order of the ids.
    /// - Returns: what is damaged; the nodes below such a page are left out.
    public func forEachNode(_ body: (NodeID, NodeEntry) -> Void) -> [NDBError] {
        var walk = Walk()
        visit(.nodes, &walk) { page, index in
            let (id, entry) = page.node(at: index)
            body(id, entry)
        }
        return walk.problems
    }

    /// Calls `body` with the id, offset in bytes, stored size in bytes and reference count of every block.
    /// - Returns: what is damaged; the blocks below such a page are left out.
    public func forEachBlock(
        _ body: (_ id: BlockID, _ offset: UInt64, _ count: Int, _ references: Int) -> Void
    ) -> [NDBError] {
        var walk = Walk()
        visit(.blocks, &walk) { page, index in
            let entry = page.block(at: index)
            body(BlockID(rawValue: page.key(at: index)), entry.offset, Int(entry.count), Int(entry.references))
        }
        return walk.problems
    }

    private struct Walk {
        var problems: [NDBError] = []
        /// No page is visited twice, whatever the file says.
        var seen: Set<UInt64> = []
    }

    private func visit(_ kind: BTreeKind, _ walk: inout Walk, _ body: (TreePage, Int) -> Void) {
        do {
            visit(try root(kind), &walk, body)
        } catch {
            walk.problems.append(error)
        }
    }

    private func visit(_ page: TreePage, _ walk: inout Walk, _ body: (TreePage, Int) -> Void) {
        for index in 0..<page.count {
            if page.isLeaf {
                body(page, index)
                continue
            }
            let reference = page.child(at: index)
            guard walk.seen.insert(reference.offset).inserted else {
                walk.problems.append(
                    .damaged(
                        "BTENTRY", "BREF", at: reference.offset, found: "a page for the second time",
                        expected: "every page once"))
                continue
            }
            do {
                visit(try child(index, of: page), &walk, body)
            } catch {
                walk.problems.append(error)
            }
        }
    }
}

/// Blocks.
extension NodeReader {
    /// The decoded data of a block.
    /// - Throws: ``NDBError`` naming the field of BLOCKTRAILER or BBTENTRY that is wrong.
    public func block(_ id: BlockID, budget: ReadBudget? = nil) throws(NDBError) -> [UInt8] {
        let block = try stored(id)
        try budget?.spend(block.dataSize)
        return try read(block.extent(in: format), at: block.entry.offset) { (extent) throws(NDBError) in
            try withData(of: block, in: extent) { Array($0) }
        }
    }

    /// What is known of a block before it is read, checked as far as that goes.
    func stored(_ id: BlockID) throws(NDBError) -> StoredBlock {
        var cursor: LeafCursor?
        return try stored(id, near: &cursor)
    }

    func stored(_ id: BlockID, near cursor: inout LeafCursor?) throws(NDBError) -> StoredBlock {
        guard let entry = try blockEntry(id, near: &cursor) else {
            throw .damaged("BBTENTRY", "bid", at: nil, found: "no entry", expected: "block \(id)")
        }
        let block = StoredBlock(id: id, entry: entry)
        guard entry.count > 0, entry.count <= format.blockData else {
            throw .damaged("BBTENTRY", "cb", at: entry.offset, found: entry.count, expected: "1 to \(format.blockData)")
        }
        try checkPlace(block.extent(in: format), at: entry.offset, "BBTENTRY")
        return block
    }

    /// Reads blocks that lie one behind the other, and appends the data of each to `bytes`.
    /// - Parameter run: not empty, and at most ``windowSize`` bytes of extents.
    /// - Returns: how many of them were read: fewer than all where one is damaged that is not the first.
    func append(_ run: [StoredBlock], to bytes: inout [UInt8]) throws(NDBError) -> Int {
        guard let first = run.first else { return 0 }
        var size = 0
        for block in run { size += block.extent(in: format) }
        return try read(size, at: first.entry.offset) { (window) throws(NDBError) in
            var start = 0
            for (number, block) in run.enumerated() {
                let end = start + block.extent(in: format)
                let extent = UnsafeMutableRawBufferPointer(rebasing: window[start..<end])
                do throws(NDBError) {
                    try withData(of: block, in: extent) { bytes.append(contentsOf: $0) }
                } catch {
                    if number == 0 { throw error }
                    return number
                }
                start = end
            }
            return run.count
        }
    }

    /// Checks and decodes the block in `extent`, in place.
    private func withData<Result>(
        of block: StoredBlock, in extent: UnsafeMutableRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(NDBError) -> Result {
        let (id, entry) = (block.id, block.entry)
        try BlockTrailer.verify(
            UnsafeRawBufferPointer(extent), of: entry, id: id, format: format, checksums: checksums)
        let stored = UnsafeMutableRawBufferPointer(rebasing: extent[..<Int(entry.count)])
        guard format == .unicode4K, entry.inflatedCount > 0, entry.inflatedCount != entry.count else {
            if !id.isInternal { encoding.decode(stored, bid: id.rawValue) }
            return body(UnsafeRawBufferPointer(stored))
        }
        guard var data = inflate(UnsafeRawBufferPointer(stored), to: Int(entry.inflatedCount)) else {
            throw .damaged(
                "BLOCK", "data", at: entry.offset, found: "no zlib stream of \(entry.inflatedCount) bytes",
                expected: "one")
        }
        return data.withUnsafeMutableBytes { data in
            if !id.isInternal { encoding.decode(data, bid: id.rawValue) }
            return body(UnsafeRawBufferPointer(data))
        }
    }

    /// Calls `body` with `count` bytes of the file, at most ``windowSize``, which it may change.
    private func read<Result>(
        _ count: Int, at offset: UInt64, _ body: (UnsafeMutableRawBufferPointer) throws(NDBError) -> Result
    ) throws(NDBError) -> Result {
        var window = windows.withLock { $0.popLast() } ?? [UInt8](repeating: 0, count: Self.windowSize)
        defer { windows.withLock { $0.append(window) } }
        return try window.withMutableBytes { (buffer) throws(NDBError) in
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            try storage.read(into: part, at: offset)
            return try body(part)
        }
    }

    /// The data below `top`, block by block; no blocks for none.
    public func dataBlocks(of top: BlockID, budget: ReadBudget? = nil) throws(NDBError) -> DataBlocks {
        try DataBlocks(top: top, in: self, budget: budget)
    }

    /// All data below `top`, at most `limit` bytes.
    public func data(of top: BlockID, limit: Int = 1 << 30, budget: ReadBudget? = nil) throws(NDBError) -> [UInt8] {
        var blocks = try dataBlocks(of: top, budget: budget)
        guard blocks.size <= UInt64(limit) else { throw .limit("more than \(limit) bytes below block \(top)") }
        var result: [UInt8] = []
        // What the file says of the size is not to cost memory before the data are there.
        result.reserveCapacity(Int(min(blocks.size, UInt64(NDBLimits.reservedData))))
        while try blocks.next(appendingTo: &result) {
            guard result.count <= limit else { throw .limit("more than \(limit) bytes below block \(top)") }
        }
        return result
    }

    /// The subnodes below `top`, in ascending order of their ids.
    public func subnodes(of top: BlockID, budget: ReadBudget? = nil) throws(NDBError) -> [SubnodeEntry] {
        guard !top.isNone else { return [] }
        switch try SubnodeBlock(bytes: block(top, budget: budget), id: top, format: format) {
        case .leaf(let entries): return entries
        case .index(let entries):
            var result: [SubnodeEntry] = []
            for entry in entries {
                let bytes = try block(entry.block, budget: budget)
                guard case .leaf(let below) = try SubnodeBlock(bytes: bytes, id: entry.block, format: format) else {
                    throw .damaged("SIBLOCK", "cLevel", at: nil, found: "an SIBLOCK", expected: "an SLBLOCK")
                }
                result += below
                guard result.count <= NDBLimits.subnodes else { throw .limit("too many subnodes below block \(top)") }
            }
            return result
        }
    }
}

/// A storage of which only the calls are used that change nothing.
private struct ReadOnlyStorage: @unchecked Sendable {
    // Safe: reading and the size are pread(2) and fstat(2), or look at bytes that nobody writes while a reader exists.
    private let storage: any Storage

    init(_ storage: any Storage) {
        self.storage = storage
    }

    var path: String { storage.path }

    func size() throws(NDBError) -> UInt64 { try storing { () throws(StorageError) in try storage.size() } }

    func read(_ count: Int, at offset: UInt64) throws(NDBError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withMutableBytes { (buffer) throws(NDBError) in try read(into: buffer, at: offset) }
        return bytes
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(NDBError) {
        try storing { () throws(StorageError) in try storage.read(into: buffer, at: offset) }
    }
}

/// A place in a leaf of the block B-tree. The blocks of a data tree mostly have ids that follow one another, and so do
/// their entries.
struct LeafCursor {
    private let page: TreePage
    private var index: Int

    init(page: TreePage, index: Int) {
        self.page = page
        self.index = index
    }

    /// The entry behind the present one, which is then the present one, if it has that key.
    mutating func next(_ key: UInt64) -> BlockEntry? {
        guard index + 1 < page.count, page.key(at: index + 1) == key else { return nil }
        index += 1
        return page.block(at: index)
    }
}

/// A block of which the block B-tree knows.
struct StoredBlock {
    let id: BlockID
    let entry: BlockEntry

    /// Bytes of the decoded data.
    var dataSize: Int { max(Int(entry.count), Int(entry.inflatedCount)) }

    /// Bytes that it takes in the file, its trailer included.
    func extent(in format: FileFormat) -> Int { format.extent(ofData: Int(entry.count)) }

    /// Where it ends in the file; it lies inside.
    func end(in format: FileFormat) -> UInt64 { entry.offset + UInt64(extent(in: format)) }
}
