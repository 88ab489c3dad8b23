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

    func bytes(_ count: Int, at offset: UInt64, _ structure: String) throws(NDBError) -> [UInt8] {
        guard offset <= fileSize, UInt64(count) <= fileSize - offset else {
            throw .damaged(
                structure, "ib", at: offset, found: "\(count) bytes there", expected: "a place inside \(fileSize) bytes"
            )
        }
        return try storage.read(count, at: offset)
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

    func blockEntry(_ id: BlockID) throws(NDBError) -> BlockEntry? {
        guard let (page, index) = try leaf(.blocks, id.rawValue) else { return nil }
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
        guard let entry = try blockEntry(id) else {
            throw .damaged("BBTENTRY", "bid", at: nil, found: "no entry", expected: "block \(id)")
        }
        let count = Int(entry.count)
        guard count > 0, count <= format.blockData else {
            throw .damaged("BBTENTRY", "cb", at: entry.offset, found: count, expected: "1 to \(format.blockData)")
        }
        try budget?.spend(max(count, Int(entry.inflatedCount)))
        var bytes = try bytes(format.extent(ofData: count), at: entry.offset, "BBTENTRY")
        try BlockTrailer.verify(bytes, of: entry, id: id, format: format, checksums: checksums)
        bytes.removeLast(bytes.count - count)
        let inflated = Int(entry.inflatedCount)
        if format == .unicode4K, inflated > 0, inflated != count {
            guard let data = inflate(bytes, to: inflated) else {
                throw .damaged(
                    "BLOCK", "data", at: entry.offset, found: "no zlib stream of \(inflated) bytes",
                    expected: "one")
            }
            bytes = data
        }
        if !id.isInternal {
            bytes.withUnsafeMutableBytes { encoding.decode($0, bid: id.rawValue) }
        }
        return bytes
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
        while let block = try blocks.next() {
            guard result.count + block.count <= limit else {
                throw .limit("more than \(limit) bytes below block \(top)")
            }
            if result.isEmpty { result = block } else { result += block }
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
        try bytes.withMutableBytes { (buffer) throws(NDBError) in
            try storing { () throws(StorageError) in try storage.read(into: buffer, at: offset) }
        }
        return bytes
    }
}
