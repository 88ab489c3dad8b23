import BinaryIO

/// Gives out and takes back space in the file: the AMaps of all sections together — [MS-PST] 2.6.1.3.
///
/// Space that a transaction frees is reused only after its commit; see ``free(offset:bytes:)``. Of the maps only
/// those in use are in memory. The file grows only when no section has room.
struct SpaceAllocator {
    /// The sum of all free slots.
    private var freeSlots: Int
    private var sections: SectionIndex

    private var maps: [Int: AllocationMap] = [:]
    /// Sections whose map differs from the file.
    private var changed: Set<Int> = []
    /// Sections tried first, oldest first.
    private var open: [Int] = []
    /// Sections tried next, the best one last.
    private var preferred: [Int]
    /// Extents that the committed state still uses and the next one does not.
    private var pendingFree: [(offset: UInt64, slots: Int)] = []

    /// How many sections are tried first.
    private static let openSections = 6

    /// A new file.
    init() {
        freeSlots = 0
        sections = SectionIndex()
        preferred = []
        appendFreshSection()
    }

    /// An existing file with maps that are valid, and all known.
    init(sections: SectionIndex) {
        self.sections = sections
        freeSlots = sections.knownFreeSlots
        preferred = sections.densityList.entries.reversed().map(\.section)
    }

    /// An existing file with maps that are valid.
    /// - Parameter freeBytes: cbAMapFree, which is relied upon.
    init(sections count: Int, freeBytes: UInt64, list: DensityList) {
        freeSlots = Int(clamping: freeBytes / FileGeometry.slotSize)
        sections = SectionIndex(sections: count, list: list, freeSlots: freeSlots)
        preferred = list.entries.reversed().map(\.section)
    }

    var sectionCount: Int { sections.count }

    /// ROOT.cbAMapFree.
    var freeBytes: UInt64 { UInt64(max(0, freeSlots)) * FileGeometry.slotSize }

    /// The emptiest sections, for the DList.
    var densityList: DensityList { sections.densityList }

    /// Whether space was taken or given back since the last commit.
    var hasChanges: Bool { !changed.isEmpty || !pendingFree.isEmpty }

    static func slots(forBytes count: Int) -> Int {
        (count + Int(FileGeometry.slotSize) - 1) / Int(FileGeometry.slotSize)
    }

    private mutating func appendFreshSection() {
        let section = sectionCount
        let map = AllocationMap(freshSection: section)
        freeSlots += map.freeSlots
        maps[section] = map
        changed.insert(section)
        sections.append(map)
        makeOpen(section)
    }

    private mutating func makeOpen(_ section: Int) {
        open.append(section)
        if open.count > Self.openSections { open.removeFirst(open.count - Self.openSections) }
    }

    /// Takes `bytes` (at most 8,192) of space, aligned to a page if it is for one.
    /// - Returns: the offset in the file.
    mutating func allocate(
        bytes: Int, forPage: Bool, load: (Int) throws(NDBError) -> AllocationMap
    ) throws(NDBError) -> UInt64 {
        let slots = Self.slots(forBytes: bytes)
        for section in open where sections.mayHave(slots, forPage: forPage, in: section) {
            if let offset = try take(slots, forPage, in: section, load: load) { return offset }
        }
        // A section that had no room after all is not found again: its bounds are lower now.
        while let section = candidate(for: slots, forPage: forPage) {
            guard let offset = try take(slots, forPage, in: section, load: load) else {
                if !changed.contains(section), !open.contains(section) { maps[section] = nil }
                continue
            }
            if !open.contains(section) { makeOpen(section) }
            return offset
        }
        guard sectionCount < NDBLimits.sections else { throw .limit("a PST of more than 248 GiB") }
        appendFreshSection()
        guard let offset = try take(slots, forPage, in: sectionCount - 1, load: load) else {
            throw .limit("an extent of \(bytes) bytes does not fit into a section")
        }
        return offset
    }

    /// A section that may have room: one of the emptiest, or else the first in the file.
    private mutating func candidate(for slots: Int, forPage: Bool) -> Int? {
        while let section = preferred.popLast() {
            if sections.mayHave(slots, forPage: forPage, in: section) { return section }
        }
        guard let section = sections.first(with: slots, forPage: forPage) else { return nil }
        guard !sections.isKnown(section) else { return section }
        // Maps that were never looked at are read only while the sum of all says that they have something.
        sections.boundUnknown(to: max(0, freeSlots - sections.knownFreeSlots))
        return sections.first(with: slots, forPage: forPage)
    }

    private mutating func ensureMap(
        _ section: Int, _ load: (Int) throws(NDBError) -> AllocationMap
    ) throws(NDBError) {
        guard maps[section] == nil else { return }
        let map = try load(section)
        maps[section] = map
        sections.know(section, freeSlots: map.freeSlots)
    }

    private mutating func take(
        _ slots: Int, _ forPage: Bool, in section: Int, load: (Int) throws(NDBError) -> AllocationMap
    ) throws(NDBError) -> UInt64? {
        try ensureMap(section, load)
        // Modified in place: `maps` holds the only reference.
        let found = maps[section]?.takeRun(of: slots, alignment: forPage ? FileGeometry.slotsPerPage : 1)
        switch found {
        case .found(let slot)?:
            changed.insert(section)
            freeSlots -= slots
            sections.add(-slots, to: section)
            return FileGeometry.offset(ofSection: section) + UInt64(slot) * FileGeometry.slotSize
        case .none(let longest)?:
            sections.setRunBound(of: section, min(longest, sections.runBound(of: section)))
            if forPage { sections.setHasNoPage(section) }
            return nil
        case nil:
            return nil
        }
    }

    /// Gives back an extent that only the running transaction knew: it can be used again at once.
    mutating func freeUncommitted(
        offset: UInt64, bytes: Int, load: (Int) throws(NDBError) -> AllocationMap
    ) throws(NDBError) {
        let section = try release(offset: offset, slots: Self.slots(forBytes: bytes), load: load)
        // The run before it, this one, and the run behind it may be one now.
        let longest = 2 * sections.runBound(of: section) + Self.slots(forBytes: bytes)
        sections.setBounds(of: section, run: longest, hasPage: true)
    }

    /// Gives back an extent that the committed state uses; it stays untouched until ``applyPendingFrees(load:)``.
    mutating func free(offset: UInt64, bytes: Int) {
        pendingFree.append((offset, Self.slots(forBytes: bytes)))
    }

    /// Clears the bits of what the transaction freed. Called when nothing more will be allocated before the commit.
    mutating func applyPendingFrees(load: (Int) throws(NDBError) -> AllocationMap) throws(NDBError) {
        var touched: Set<Int> = []
        for extent in pendingFree {
            touched.insert(try release(offset: extent.offset, slots: extent.slots, load: load))
        }
        pendingFree.removeAll()
        for section in touched {
            guard let map = maps[section] else { continue }
            sections.setBounds(of: section, run: map.longestFreeRun, hasPage: map.hasFreePage)
        }
    }

    private mutating func release(
        offset: UInt64, slots: Int, load: (Int) throws(NDBError) -> AllocationMap
    ) throws(NDBError) -> Int {
        guard offset >= FileGeometry.firstSection, offset < FileGeometry.fileSize(sections: sectionCount) else {
            throw .damaged("BBTENTRY", "ib", at: offset, found: "a place outside", expected: "one inside the file")
        }
        let section = FileGeometry.section(at: offset)
        let first = Int((offset - FileGeometry.offset(ofSection: section)) / FileGeometry.slotSize)
        try ensureMap(section, load)
        guard first + slots <= FileGeometry.slotsPerSection, maps[section]?.state(of: first..<first + slots) == true
        else {
            throw .damaged("AMap", "rgbAMapBits", at: offset, found: "free space", expected: "an allocated extent")
        }
        maps[section]?.mark(first..<first + slots, taken: false)
        changed.insert(section)
        freeSlots += slots
        sections.add(slots, to: section)
        return section
    }

    /// The maps that must be written, in the order of the file.
    var changedMaps: [(section: Int, map: AllocationMap)] {
        changed.sorted().compactMap { section in maps[section].map { (section, $0) } }
    }

    /// The maps are as in the file now.
    mutating func didCommit() {
        changed.removeAll()
        // Keep what is likely to be allocated from next.
        let keep = Set(open)
        maps = maps.filter { keep.contains($0.key) }
    }
}
