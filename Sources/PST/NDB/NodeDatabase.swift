public import BinaryIO

/// The node database of a PST: nodes made of blocks, changed in transactions — [MS-PST] 2.2 and 2.6.
///
/// Everything written since the last ``commit()`` lies in space that the committed state does not use, so that the
/// file is that state until the header is written. Not for use by several threads at once.
public final class NodeDatabase {
    let storage: any Storage
    /// The header of the committed state.
    var committed: Header
    /// The header of the running transaction.
    var header: Header
    var allocator: SpaceAllocator
    var nodes: BTree
    var blocks: BTree
    var buffer = WriteBuffer()
    /// Blocks with this id or a higher one are of the running transaction.
    var firstBlockOfTransaction: UInt64
    /// Bytes allocated for blocks since the last commit.
    public internal(set) var uncommittedBytes: UInt64 = 0
    /// The last copy of a block that so many share that no more can.
    var copies: [BlockID: BlockID] = [:]
    /// What had to be put right in the file when it was opened or first changed, for people to read.
    public internal(set) var repairs: [String] = []
    /// The header in the file, or what may have become of it, says that the maps are invalid.
    var isMarked = false
    /// ``allocator`` knows what is free.
    var isSpaceKnown = true
    /// Set by the first error; the state in memory is not to be trusted afterwards.
    var failure: NDBError?
    var isRolledBack = false

    /// How data blocks are encoded.
    public var encoding: ContentEncoding { header.encoding }

    private init(storage: any Storage, header: Header, allocator: SpaceAllocator, nodes: BTree, blocks: BTree) {
        self.storage = storage
        committed = header
        self.header = header
        self.allocator = allocator
        self.nodes = nodes
        self.blocks = blocks
        firstBlockOfTransaction = header.nextBlockID
    }

    /// An empty database in an empty storage. There is nothing to open before the first ``commit()``.
    public static func create(in storage: any Storage, encoding: ContentEncoding) -> NodeDatabase {
        NodeDatabase(
            storage: storage, header: Header(encoding: encoding), allocator: SpaceAllocator(),
            nodes: BTree(kind: .nodes, read: unreadable), blocks: BTree(kind: .blocks, read: unreadable)
        ).connectingTrees()
    }

    private static func unreadable(_ reference: BlockReference) throws(NDBError) -> [UInt8] {
        throw .limit("no page has been written yet")
    }

    private func connectingTrees() -> NodeDatabase {
        nodes = BTree(kind: .nodes, read: pageReader(.nodeTree))
        blocks = BTree(kind: .blocks, read: pageReader(.blockTree))
        return self
    }

    /// Opens an existing Unicode PST with 512-byte pages for updating, whatever program wrote it. What a crash left to be
    /// done is done first (see ``repairs``); a healthy file is not written to. Before the first change, the allocation
    /// maps are compared with the trees, which takes a walk over the block B-tree.
    /// - Parameter knownGeneration: the ``generation`` of the last commit of this program, if it is known. Where the file
    ///   is still in that state, its maps are relied upon and the walk is not needed.
    /// - Throws: ``NDBError/unsupported(_:)`` for ANSI and 4K-page files and OSTs; ``NDBError`` for a file that is no PST,
    ///   or whose header or root pages are damaged, or that is shorter than its header says. Nothing is then written.
    public static func open(
        _ storage: any Storage, knownGeneration: String? = nil
    ) throws(NDBError) -> NodeDatabase {
        let (header, isTorn) = try readHeader(storage)
        try check(header, size: storage.byteCount())
        let root = header.root
        let database = NodeDatabase(
            storage: storage, header: header, allocator: SpaceAllocator(),
            nodes: BTree(kind: .nodes, read: unreadable), blocks: BTree(kind: .blocks, read: unreadable))
        database.isSpaceKnown = false
        database.nodes = try BTree(kind: .nodes, root: root.nodeTree, read: database.pageReader(.nodeTree))
        database.blocks = try BTree(kind: .blocks, root: root.blockTree, read: database.pageReader(.blockTree))
        try database.recover(isTorn: isTorn)
        if database.repairs.isEmpty, knownGeneration == header.generation { try database.trustMaps() }
        return database
    }

    /// Takes the maps as they are: this program wrote them last.
    private func trustMaps() throws(NDBError) {
        let root = committed.root
        let sections = FileGeometry.sectionCount(ofFile: root.fileSize)
        guard committed.usesDensityList, root.fileSize == FileGeometry.fileSize(sections: sections) else { return }
        let page = try storage.bytes(NDBLimits.pageSize, at: FileGeometry.densityList)
        let list = DensityList(pageBytes: page, sections: sections) ?? DensityList(entries: [], isComplete: false)
        allocator = SpaceAllocator(sections: sections, freeBytes: root.freeBytes, list: list)
        isSpaceKnown = true
    }

    private func pageReader(_ type: PageType) -> (BlockReference) throws(NDBError) -> [UInt8] {
        // The trees belong to the database and must not keep it alive.
        { [unowned self] (reference) throws(NDBError) in
            let page = try self.readPage(at: reference.offset)
            try Page.verify(page, type: type, reference: reference)
            return page
        }
    }

    func readPage(at offset: UInt64) throws(NDBError) -> [UInt8] {
        guard offset >= FileGeometry.firstSection, offset % UInt64(NDBLimits.pageSize) == 0 else {
            throw .damaged("BTENTRY", "BREF", at: offset, found: "a page there", expected: "a place for a page")
        }
        try buffer.flushForReading(section: FileGeometry.section(at: offset), from: storage)
        return try storage.bytes(NDBLimits.pageSize, at: offset)
    }

    /// Runs a change; after one has failed nothing more is written.
    func changing<Result>(_ body: () throws(NDBError) -> Result) throws(NDBError) -> Result {
        if let failure { throw failure }
        do {
            if !isSpaceKnown { try prepareSpace() }
            return try body()
        } catch {
            failure = error
            throw error
        }
    }
}

/// Space.
extension NodeDatabase {
    /// Bytes of the file, with what the running transaction has added to it.
    public var allocatedBytes: UInt64 {
        isSpaceKnown ? FileGeometry.fileSize(sections: allocator.sectionCount) : committed.root.fileSize
    }

    /// Bytes of the file that are free.
    public var freeBytes: UInt64 { isSpaceKnown ? allocator.freeBytes : committed.root.freeBytes }

    /// By how many bytes the file grows.
    public static var growth: UInt64 { FileGeometry.sectionSize }
}

/// Nodes.
extension NodeDatabase {
    public func node(_ id: NodeID) throws(NDBError) -> NodeEntry? {
        try nodes.entry(UInt64(id.rawValue)).map { NodeEntry($0) }
    }

    /// Creates a node or replaces its entry. References to blocks are the caller's: writing a block made one.
    public func setNode(_ id: NodeID, _ entry: NodeEntry) throws(NDBError) {
        try changing { () throws(NDBError) in
            try nodes.set(entry.words(id))
            header.cover(id)
        }
    }

    public func removeNode(_ id: NodeID) throws(NDBError) {
        try changing { () throws(NDBError) in try nodes.remove(UInt64(id.rawValue)) }
    }

    /// Every node in ascending order of the ids.
    public func forEachNode(_ body: (NodeID, NodeEntry) throws(NDBError) -> Void) throws(NDBError) {
        try nodes.forEachEntry { (words) throws(NDBError) in
            try body(NodeID(rawValue: UInt32(truncatingIfNeeded: words.0)), NodeEntry(words))
        }
    }

    /// A fresh index for a node of `type`.
    /// - Throws: ``NDBError/limit(_:)`` when the type's 2^27 indexes are used up.
    public func newNodeID(_ type: NodeType) throws(NDBError) -> NodeID {
        guard header.highestIndex[Int(type.rawValue)] < NDBLimits.nodeIndex else {
            throw .limit("no node ids of type \(type.rawValue) are left")
        }
        let next = header.highestIndex[Int(type.rawValue)] + 1
        header.highestIndex[Int(type.rawValue)] = next
        return NodeID(type: type, index: next)
    }

    /// Makes the header's counters cover an id that lives in a subnode tree.
    public func cover(_ id: NodeID) { header.cover(id) }

    /// Makes dwUnique lie above a row version of a table inside a message.
    public func cover(rowVersion: UInt32) {
        header.unique = max(header.unique, rowVersion &+ 1)
    }

    /// A number no row of the file has had: PidTagLtpRowVer.
    public func newRowVersion() -> UInt32 {
        header.unique &+= 1
        return header.unique &- 1
    }
}
