import BinaryIO

/// DList, [MS-PST] 2.2.2.7.4: the sections with the most free space, the emptiest first.
struct DensityList: Equatable {
    struct Entry: Equatable {
        let section: Int
        let freeSlots: Int
    }

    /// At most 119.
    var entries: [Entry] = []
    /// bFlags/DFL_BACKFILL_COMPLETE: no section that is not listed has more free slots than the last one that is.
    var isComplete = true

    init(entries: [Entry], isComplete: Bool) {
        self.entries = entries
        self.isComplete = isComplete
    }

    /// How many free slots a section that is not listed can have, in a file with `freeSlots` in all.
    func boundOfOthers(freeSlots: Int) -> Int {
        let listed = entries.reduce(0) { $0 + $1.freeSlots }
        let others = min(max(0, freeSlots - listed), FileGeometry.slotsPerSection)
        guard isComplete, let last = entries.last else { return others }
        return min(others, last.freeSlots)
    }

    /// The page at ``FileGeometry/densityList``. Its id is that of the next page, which it does not use up.
    func pageBytes(pageID: UInt64) -> [UInt8] {
        var page = [UInt8](repeating: 0, count: NDBLimits.pageSize)
        page[0] = isComplete ? 1 : 0
        page[1] = UInt8(entries.count)
        page.store(littleEndian: UInt32(entries.first?.section ?? 0), at: 4)  // ulCurrentPage: where to allocate next
        for (index, entry) in entries.enumerated() {
            page.store(littleEndian: UInt32(entry.section) | UInt32(entry.freeSlots) << 20, at: 8 + 4 * index)
        }
        Page.seal(
            &page, type: .densityList, reference: BlockReference(bid: pageID, offset: FileGeometry.densityList))
        return page
    }

    /// From a stored page; nil where it is damaged, or none. It is only an optimisation.
    /// - Parameter sections: how many the file has.
    init?(pageBytes page: [UInt8], sections: Int) {
        let id = page.loadLittleEndian(UInt64.self, at: 504) ?? 0
        let place = BlockReference(bid: id, offset: FileGeometry.densityList)
        do {
            try Page.verify(page, type: .densityList, reference: place)
        } catch {
            return nil
        }
        let count = Int(page[1])
        guard count <= NDBLimits.densityListEntries else { return nil }
        isComplete = page[0] & 1 != 0
        entries = (0..<count).map { index in
            let word = page.loadLittleEndian(UInt32.self, at: 8 + 4 * index) ?? 0
            return Entry(section: Int(word & 0xF_FFFF), freeSlots: Int(word >> 20))
        }
        let isRight = entries.allSatisfy { $0.section < sections && $0.freeSlots <= FileGeometry.slotsPerSection }
        let isSorted = zip(entries, entries.dropFirst()).allSatisfy { $0.freeSlots >= $1.freeSlots }
        guard isRight, isSorted, Set(entries.map(\.section)).count == count else { return nil }
    }
}
