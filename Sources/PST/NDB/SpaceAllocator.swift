import BinaryIO

/// Gives out and takes back space in the file: the AMaps of all sections together — [MS-PST] 2.6.1.3.
///
/// Space that a transaction frees is reused only after its commit; see ``free(offset:bytes:)``. Of the maps only
/// those in use are in memory.
struct SpaceAllocator {
    private(set) var sectionCount: Int
    /// The sum of all free slots in bytes: ROOT.cbAMapFree.
    private(set) var freeBytes: UInt64

    private var maps: [Int: AllocationMap] = [:]
    /// Sections whose map differs from the file.
    private var changed: Set<Int> = []
    /// For each section an upper bound of its longest free run in slots.
    private var longestRun: [UInt16]
    /// Sections tried first, oldest first.
    private var open: [Int] = []
    private var reuseCursor = 0
    /// Extents that the committed state still uses and the next one does not.
    private var pendingFree: [(offset: UInt64, slots: Int)] = []

    /// How many sections with gaps are tried before a new one is begun.
    private static let openSections = 6

    /// A new file.
    init() {
        sectionCount = 0
        freeBytes = 0
        longestRun = []
        appendSection()
    }

    /// An existing file with maps that are valid.
    init(sections: Int, freeBytes: UInt64) {
        sectionCount = sections
        self.freeBytes = freeBytes
        longestRun = Array(repeating: UInt16(FileGeometry.slotsPerSection), count: sections)
    }

    static func slots(forBytes count: Int) -> Int {
        (count + Int(FileGeometry.slotSize) - 1) / Int(FileGeometry.slotSize)
    }

    private mutating func appendSection() {
        let section = sectionCount
        let map = AllocationMap(freshSection: section)
        freeBytes += UInt64(map.freeSlots) * FileGeometry.slotSize
        maps[section] = map
        changed.insert(section)
        longestRun.append(UInt16(FileGeometry.slotsPerSection))
        open.append(section)
        sectionCount += 1
    }

    /// Takes `bytes` (at most 8,192) of space, aligned to a page if it is for one.
    /// - Returns: the offset in the file.
    mutating func allocate(
        bytes: Int, forPage: Bool, load: (Int) throws(NDBError) -> AllocationMap
    ) throws(NDBError) -> UInt64 {
        let slots = Self.slots(forBytes: bytes)
        let alignment = forPage ? NDBLimits.pageSize / Int(FileGeometry.slotSize) : 1
        var position = open.startIndex
        while position < open.endIndex {
            let section = open[position]
            if Int(longestRun[section]) >= slots {
                if let offset = try take(slots, alignment, in: section, load: load) { return offset }
            }
            position += 1
        }
        while let section = nextCandidate(for: slots) {
            makeOpen(section)
            if let offset = try take(slots, alignment, in: section, load: load) { return offset }
        }
        appendSection()
        trimOpen()
        // A fresh section has room for any extent, whose size is bounded by the block size.
        guard let offset = try take(slots, alignment, in: sectionCount - 1, load: load) else {
            throw .limit("an extent of \(bytes) bytes does not fit into a section")
        }
        return offset
    }

    /// The next section, in the order of the file and around, that may have room.
    private mutating func nextCandidate(for slots: Int) -> Int? {
        // Only worth a look where an earlier transaction left that much space at all.
        while reuseCursor < sectionCount {
            let section = reuseCursor
            reuseCursor += 1
            if Int(longestRun[section]) >= slots, !open.contains(section) { return section }
        }
        return nil
    }

    private mutating func makeOpen(_ section: Int) {
        open.append(section)
        trimOpen()
    }

    private mutating func trimOpen() {
        if open.count > Self.openSections { open.removeFirst(open.count - Self.openSections) }
    }

    private mutating func take(
        _ slots: Int, _ alignment: Int, in section: Int, load: (Int) throws(NDBError) -> AllocationMap
    ) throws(NDBError) -> UInt64? {
        if maps[section] == nil { maps[section] = try load(section) }
        // Modified in place: `maps` holds the only reference.
        let found = maps[section]?.freeRun(of: slots, alignment: alignment, from: 0)
        switch found {
        case .found(let slot)?:
            maps[section]?.mark(slot..<slot + slots, taken: true)
            changed.insert(section)
            freeBytes -= UInt64(slots) * FileGeometry.slotSize
            return FileGeometry.offset(ofSection: section) + UInt64(slot) * FileGeometry.slotSize
        case .none(let longest)?:
            // With an alignment the run may have been long enough but for it.
            longestRun[section] = UInt16(alignment == 1 ? longest : min(longest, Int(longestRun[section])))
            return nil
        case nil:
            return nil
        }
    }

    /// Gives back an extent that only the running transaction knew: it can be used again at once.
    mutating func freeUncommitted(
        offset: UInt64, bytes: Int, load: (Int) throws(NDBError) -> AllocationMap
    ) throws(NDBError) {
        try release(offset: offset, slots: Self.slots(forBytes: bytes), load: load)
    }

    /// Gives back an extent that the committed state uses; it stays untouched until ``applyPendingFrees(load:)``.
    mutating func free(offset: UInt64, bytes: Int) {
        pendingFree.append((offset, Self.slots(forBytes: bytes)))
    }

    /// Clears the bits of what the transaction freed. Called when nothing more will be allocated before the commit.
    mutating func applyPendingFrees(load: (Int) throws(NDBError) -> AllocationMap) throws(NDBError) {
        for extent in pendingFree {
            try release(offset: extent.offset, slots: extent.slots, load: load)
        }
        if !pendingFree.isEmpty { reuseCursor = 0 }
        pendingFree.removeAll()
    }

    private mutating func release(
        offset: UInt64, slots: Int, load: (Int) throws(NDBError) -> AllocationMap
    ) throws(NDBError) {
        let section = FileGeometry.section(at: offset)
        let first = Int((offset - FileGeometry.offset(ofSection: section)) / FileGeometry.slotSize)
        if maps[section] == nil { maps[section] = try load(section) }
        guard maps[section]?.state(of: first..<first + slots) == true else {
            throw .damaged("AMap", "rgbAMapBits", at: offset, found: "free space", expected: "an allocated extent")
        }
        maps[section]?.mark(first..<first + slots, taken: false)
        changed.insert(section)
        longestRun[section] = UInt16(min(FileGeometry.slotsPerSection, Int(longestRun[section]) + slots))
        freeBytes += UInt64(slots) * FileGeometry.slotSize
    }

    /// The maps that must be written, in the order of the file; they count as unchanged afterwards.
    mutating func takeChangedMaps() -> [(section: Int, map: AllocationMap)] {
        let result = changed.sorted().compactMap { section in maps[section].map { (section, $0) } }
        changed.removeAll()
        // Keep what is likely to be allocated from next.
        let keep = Set(open)
        maps = maps.filter { keep.contains($0.key) }
        return result
    }
}
