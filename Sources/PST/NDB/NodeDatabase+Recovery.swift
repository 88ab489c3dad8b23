public import BinaryIO

/// Opening, and what a crash left to be done — [MS-PST] 2.6.1.3.7.
extension NodeDatabase {
    /// The committed state of a PST, without opening it: a name that changes with every commit, by this program or by
    /// another. Cheap: reads the header only.
    /// - Throws: ``NDBError`` for a file that is no Unicode PST with 512-byte pages, or whose header is damaged.
    public static func generation(of storage: any Storage) throws(NDBError) -> String {
        try readHeader(storage).header.generation
    }

    /// A name of the state of the last commit; see ``generation(of:)``.
    public var generation: String { committed.generation }

    static func readHeader(_ storage: any Storage) throws(NDBError) -> (header: Header, isTorn: Bool) {
        let size = try storage.byteCount()
        let bytes = try storage.bytes(Int(min(size, UInt64(Header.size))), at: 0)
        let isTorn = Header.isTorn(bytes)
        return (try Header(bytes: bytes, isTorn: isTorn), isTorn)
    }

    /// Checks what the header says against the storage, and what can be checked at little cost.
    static func check(_ header: Header, size: UInt64) throws(NDBError) {
        let root = header.root
        guard root.fileSize > FileGeometry.firstSection + UInt64(2 * NDBLimits.pageSize) else {
            throw .damaged("ROOT", "ibFileEof", at: 184, found: root.fileSize, expected: "at least one section")
        }
        guard root.fileSize <= size else {
            throw .damaged(
                "ROOT", "ibFileEof", at: 184, found: root.fileSize, expected: "at most the \(size) bytes of the file")
        }
        guard FileGeometry.sectionCount(ofFile: root.fileSize) <= NDBLimits.sections else {
            throw .limit("a PST of more than 248 GiB")
        }
        guard header.nextPageID < NDBLimits.highestID, header.nextBlockID < NDBLimits.highestID else {
            throw .damaged(
                "HEADER", "bidNextB", at: 516, found: header.nextBlockID, expected: "below \(NDBLimits.highestID)")
        }
    }

    /// Brings a file to rights that a crash, or another program, left in between. A healthy file is not written to.
    func recover(isTorn: Bool) throws(NDBError) {
        if isTorn { repairs.append("the header was half written; its second part was restored") }
        let highest = try CommittedTrees(storage: storage, root: committed.root).highestBlockID()
        let next = max(highest | 3, committed.nextBlockID &- 1 | 3) &+ 1
        guard next < NDBLimits.highestID else {
            throw .damaged("BBTENTRY", "bid", at: nil, found: highest, expected: "below \(NDBLimits.highestID)")
        }
        // Whatever the header says, a new block must not take the place of one that is there.
        committed.nextBlockID = next
        header = committed
        firstBlockOfTransaction = next

        if try storage.byteCount() > committed.root.fileSize {
            repairs.append("the file was longer than its header says; the rest was cut off")
            try storage.setByteCount(committed.root.fileSize)
        }
        if committed.root.mapsAreValid {
            if isTorn {
                try write(committed)
                try storage.makeDurable()
            }
        } else {
            isMarked = true
            repairs.append("the allocation maps were marked invalid; they were made anew")
            try rebuildMaps()
        }
    }

    /// Makes sure, before the first change, that what the maps call free is free. Programs that do not keep to the
    /// specification leave maps that lie; a write into such space would destroy mail.
    func prepareSpace() throws(NDBError) {
        isSpaceKnown = true
        let expected = ExpectedMaps(storage: storage, root: committed.root)
        let survey = try expected.survey()
        let root = committed.root
        let isRight =
            survey.isRight && root.freeBytes == UInt64(survey.sections.knownFreeSlots) * FileGeometry.slotSize
            && root.lastAllocationMap == FileGeometry.offset(ofSection: expected.sectionCount - 1)
        if isRight, committed.usesDensityList, root.fileSize == FileGeometry.fileSize(sections: expected.sectionCount) {
            allocator = SpaceAllocator(sections: survey.sections)
            return
        }
        repairs.append(
            committed.usesDensityList
                ? "the allocation maps did not agree with the trees; they were made anew"
                : "the allocation maps were those of an old version of Outlook; they were made anew")
        try rebuildMaps()
    }

    /// Writes every allocation page anew, as the committed trees demand; the header is marked meanwhile.
    func rebuildMaps() throws(NDBError) {
        let expected = ExpectedMaps(storage: storage, root: committed.root)
        if !isMarked {
            // Trees that contradict themselves are found before anything is written.
            try expected.forEachSection { _, _ in }
            try mark()
        }
        let size = FileGeometry.fileSize(sections: expected.sectionCount)
        if try storage.byteCount() != size { try storage.setByteCount(size) }
        let sections = try expected.write()
        try storage.put(
            sections.densityList.pageBytes(pageID: committed.nextPageID), at: FileGeometry.densityList)
        try storage.makeDurable()

        committed.useDensityList()
        committed.root.fileSize = size
        committed.root.lastAllocationMap = FileGeometry.offset(ofSection: expected.sectionCount - 1)
        committed.root.freeBytes = UInt64(sections.knownFreeSlots) * FileGeometry.slotSize
        committed.root.mapsAreValid = true
        try write(committed)
        try storage.makeDurable()
        isMarked = false
        isSpaceKnown = true
        header.useDensityList()
        header.root = committed.root
        allocator = SpaceAllocator(sections: sections)
    }

    /// A section's map for the allocator. One that is damaged is made anew from the trees of the committed state, which
    /// say all there is to know: nothing was allocated from a map that could not be read.
    func loadMap(_ section: Int) throws(NDBError) -> AllocationMap {
        let offset = FileGeometry.offset(ofSection: section)
        let page = try readPage(at: offset)
        do {
            try Page.verify(page, type: .allocationMap, reference: BlockReference(bid: offset, offset: offset))
        } catch {
            repairs.append("the allocation map at \(offset) was damaged; it was made anew")
            let expected = ExpectedMaps(storage: storage, root: committed.root)
            guard section < expected.sectionCount else { throw error }
            return try expected.maps(of: section..<section + 1)[0]
        }
        return AllocationMap(pageBytes: page)
    }
}
