/// What is known of the free space of every section: how much, and in how long a run. Sections of an older file whose
/// map has not been looked at have an upper bound only.
struct SectionIndex {
    /// Free slots; ``unknown`` where the map has not been read.
    private var free: [UInt16] = []
    /// An upper bound of the longest run of free slots.
    private var runs = MaximumTree()
    /// 1 where a page may have room.
    private var pages = MaximumTree()
    /// The sum of the known ones.
    private(set) var knownFreeSlots = 0
    private var unknownCount = 0
    /// No section that is not known has more free slots.
    private(set) var unknownBound = 0

    private static let unknown = UInt16.max

    init() {}

    /// The sections of a file with valid maps, of which the DList names the emptiest.
    init(sections count: Int, list: DensityList, freeSlots: Int) {
        unknownBound = list.boundOfOthers(freeSlots: freeSlots)
        unknownCount = count
        for _ in 0..<count {
            free.append(Self.unknown)
            runs.append(UInt16(unknownBound))
            pages.append(unknownBound >= FileGeometry.slotsPerPage ? 1 : 0)
        }
        for entry in list.entries where entry.section < count {
            know(entry.section, freeSlots: entry.freeSlots)
            setBounds(of: entry.section, run: entry.freeSlots, hasPage: true)
        }
    }

    var count: Int { free.count }

    mutating func append(_ map: AllocationMap) {
        let slots = map.freeSlots
        free.append(UInt16(slots))
        runs.append(UInt16(map.longestFreeRun))
        pages.append(map.hasFreePage ? 1 : 0)
        knownFreeSlots += slots
    }

    func isKnown(_ section: Int) -> Bool { free[section] != Self.unknown }

    /// Notes what a section's map says.
    mutating func know(_ section: Int, freeSlots: Int) {
        if isKnown(section) { knownFreeSlots -= Int(free[section]) } else { unknownCount -= 1 }
        free[section] = UInt16(freeSlots)
        knownFreeSlots += freeSlots
        if unknownCount == 0 { unknownBound = 0 }
    }

    /// A known section has `slots` more free, or fewer.
    mutating func add(_ slots: Int, to section: Int) {
        know(section, freeSlots: Int(free[section]) + slots)
    }

    mutating func setBounds(of section: Int, run: Int, hasPage: Bool) {
        runs[section] = UInt16(min(run, FileGeometry.slotsPerSection))
        pages[section] = hasPage ? 1 : 0
    }

    mutating func setRunBound(of section: Int, _ run: Int) { runs[section] = UInt16(run) }
    mutating func setHasNoPage(_ section: Int) { pages[section] = 0 }

    func runBound(of section: Int) -> Int { Int(runs[section]) }

    func mayHave(_ slots: Int, forPage: Bool, in section: Int) -> Bool {
        Int(runs[section]) >= slots && (!forPage || pages[section] == 1)
    }

    /// The first section that may have room.
    func first(with slots: Int, forPage: Bool) -> Int? {
        forPage ? pages.first(atLeast: 1) : runs.first(atLeast: UInt16(slots))
    }

    /// All sections that are not known have together no more than `slots` free.
    mutating func boundUnknown(to slots: Int) {
        guard unknownCount > 0, slots < unknownBound else { return }
        unknownBound = slots
        for section in free.indices where !isKnown(section) {
            runs[section] = min(runs[section], UInt16(slots))
            if slots < FileGeometry.slotsPerPage { pages[section] = 0 }
        }
    }

    /// The emptiest sections.
    var densityList: DensityList {
        // How many sections have so many free slots; from it, the number that the last entry has.
        var counts = [Int](repeating: 0, count: FileGeometry.slotsPerSection + 1)
        for slots in free where slots != Self.unknown { counts[Int(slots)] += 1 }
        var room = NDBLimits.densityListEntries
        var least = FileGeometry.slotsPerSection + 1
        let lowest = max(1, unknownBound)
        while room > 0, least > lowest {
            least -= 1
            room -= counts[least]
        }
        var entries: [DensityList.Entry] = []
        for (section, slots) in free.enumerated() where slots != Self.unknown && Int(slots) >= least {
            entries.append(DensityList.Entry(section: section, freeSlots: Int(slots)))
        }
        entries.sort { ($1.freeSlots, $0.section) < ($0.freeSlots, $1.section) }
        return DensityList(
            entries: Array(entries.prefix(NDBLimits.densityListEntries)),
            isComplete: unknownCount == 0 || !entries.isEmpty)
    }
}
