import BinaryIO

/// The allocation maps as the trees of the committed state demand them — [MS-PST] 2.6.1.3.7.
///
/// Computed for a window of sections at a time, with one walk over the trees for each, so that memory is bounded
/// whatever the size of the file.
struct ExpectedMaps {
    let trees: CommittedTrees
    let sectionCount: Int

    init(storage: any Storage, root: Root) {
        trees = CommittedTrees(storage: storage, root: root)
        sectionCount = FileGeometry.sectionCount(ofFile: root.fileSize)
    }

    /// The maps of the sections in `window`.
    /// - Throws: ``NDBError`` where a page or block lies outside the file, across sections, or over something else.
    func maps(of window: Range<Int>) throws(NDBError) -> [AllocationMap] {
        var maps = window.map { AllocationMap(freshSection: $0) }
        try trees.forEachExtent { (offset, bytes) throws(NDBError) in
            let isPage = bytes == NDBLimits.pageSize
            guard offset >= FileGeometry.firstSection, offset % FileGeometry.slotSize == 0,
                FileGeometry.section(at: offset) < sectionCount
            else {
                throw .damaged(
                    isPage ? "BTENTRY" : "BBTENTRY", "ib", at: offset, found: "\(bytes) bytes there",
                    expected: "a place inside the file")
            }
            let section = FileGeometry.section(at: offset)
            let first = Int((offset - FileGeometry.offset(ofSection: section)) / FileGeometry.slotSize)
            let slots = first..<first + bytes / Int(FileGeometry.slotSize)
            guard slots.upperBound <= FileGeometry.slotsPerSection else {
                throw .damaged(
                    "BBTENTRY", "ib", at: offset, found: "\(bytes) bytes across sections",
                    expected: "a place inside one")
            }
            guard window.contains(section) else { return }
            guard maps[section - window.lowerBound].take(slots) else {
                throw .damaged(
                    "BBTENTRY", "ib", at: offset, found: "\(bytes) bytes over another page or block",
                    expected: "space of its own")
            }
        }
        return maps
    }

    /// Calls `body` with every section and its map, in the order of the file.
    func forEachSection(_ body: (Int, AllocationMap) throws(NDBError) -> Void) throws(NDBError) {
        for window in windows {
            let maps = try maps(of: window)
            for section in window { try body(section, maps[section - window.lowerBound]) }
        }
    }

    private var windows: [Range<Int>] {
        stride(from: 0, to: sectionCount, by: NDBLimits.sectionsPerWalk).map {
            $0..<min($0 + NDBLimits.sectionsPerWalk, sectionCount)
        }
    }

    /// Compares the maps in the file with these.
    /// - Returns: what is free, and whether all agree.
    func survey() throws(NDBError) -> (sections: SectionIndex, isRight: Bool) {
        var sections = SectionIndex()
        var isRight = true
        try forEachSection { (section, map) throws(NDBError) in
            sections.append(map)
            guard isRight else { return }
            let count = FileGeometry.headPages(ofSection: section).count * NDBLimits.pageSize
            let stored = try trees.storage.bytes(count, at: FileGeometry.offset(ofSection: section))
            isRight = SectionHead.isRight(stored, map, section: section)
        }
        return (sections, isRight)
    }

    /// Writes the allocation pages of every section. Nothing is written where the trees contradict themselves.
    func write() throws(NDBError) -> SectionIndex {
        if windows.count > 1 { try forEachSection { _, _ in } }
        var sections = SectionIndex()
        try forEachSection { (section, map) throws(NDBError) in
            sections.append(map)
            try trees.storage.put(
                SectionHead.bytes(map, section: section), at: FileGeometry.offset(ofSection: section))
        }
        return sections
    }
}
