import BinaryIO
import PSTNDB

/// AMap pages and what they say, [MS-PST] 2.2.2.7.2.
extension Rule {
    static let mapPage = Rule(
        "map-page", .error, "[MS-PST] 2.2.2.7.2", "an AMap page cannot be used", .repairMaps)
    static let mapInUseFree = Rule(
        "map-in-use-marked-free", .error, "[MS-PST] 2.2.2.7.2",
        "space in use is marked free: the next writer overwrites it", .repairMaps)
    static let mapLeak = Rule(
        "map-leak", any: .warning, fresh: .error, "[MS-PST] 2.2.2.7.2", "space is marked allocated that nothing uses",
        .none)
    static let mapOverlap = Rule(
        "map-overlap", .error, "[MS-PST] 2.2.2.7.2", "two structures lie in the same place", .makeAgain)
    static let mapOutside = Rule(
        "map-outside", .error, "[MS-PST] 2.2.2.7.2", "a structure lies outside the mapped space", .makeAgain)
    static let mapLast = Rule(
        "map-last", .error, "[MS-PST] 2.2.2.5", "ibAMapLast is not the last AMap page", .repairMaps)
    static let mapFreeBytes = Rule(
        "map-free-bytes", .error, "[MS-PST] 2.2.2.5", "cbAMapFree is not the free space of the AMaps", .repairMaps)
    static let mapSections = Rule(
        "map-sections", .error, "[MS-PST] 2.2.2.7.2", "the file is not a whole number of AMap sections", .makeAgain)

    static let allocation: [Rule] = [
        mapPage, mapInUseFree, mapLeak, mapOverlap, mapOutside, mapLast, mapFreeBytes, mapSections,
    ]
}

/// A bit for each slot of 64 bytes: the longest table of a check, one byte for 512 bytes of the file.
struct SlotMap {
    private var words: [UInt64]
    static let wordsPerSection = FileLayout.slotsPerSection / 64

    init(sections: Int) {
        words = Array(repeating: 0, count: sections * Self.wordsPerSection)
    }

    /// Sets slots.
    /// - Returns: whether one of them was set before.
    mutating func set(_ range: Range<Int>) -> Bool {
        var overlaps = false
        for slot in range {
            let bit = UInt64(0x8000_0000_0000_0000) >> UInt64(slot % 64)
            if words[slot / 64] & bit != 0 { overlaps = true }
            words[slot / 64] |= bit
        }
        return overlaps
    }

    func word(_ index: Int) -> UInt64 { words[index] }
    func isSet(_ slot: Int) -> Bool { words[slot / 64] << UInt64(slot % 64) & 1 << 63 != 0 }
}

/// Compares the allocation maps with what the trees say is in use.
final class AllocationCheck {
    let file: FileUnderCheck
    let sections: Int
    var used: SlotMap
    /// The AMaps as stored; a page that cannot be used is all ones.
    var maps: [UInt64] = []
    var unusable: Set<Int> = []
    /// Pages that a PMap holds in reserve: the AMap has them taken, the PMap free.
    var reserved: SlotMap
    var freeSlots: [Int] = []
    private let treePages: [UInt64]

    init(file: FileUnderCheck, treePages: [UInt64]) {
        self.file = file
        self.treePages = treePages
        let mapped = file.windows.size > FileLayout.firstMap ? file.windows.size - FileLayout.firstMap : 0
        sections = Int((mapped + FileLayout.section - 1) / FileLayout.section)
        used = SlotMap(sections: sections)
        reserved = SlotMap(sections: sections)
    }

    var log: FindingLog { file.log }
    /// Maps of a file that was not closed cleanly are rebuilt by Outlook.
    var areStale: Bool { file.header.mapState == 0 && log.profile == .any }

    static func offset(_ section: Int) -> UInt64 { FileLayout.firstMap + UInt64(section) * FileLayout.section }

    func run() {
        guard sections > 0 else { return }
        let last = Self.offset(sections - 1)
        if file.header.lastMap != last {
            log.report(.mapLast, Place("ROOT"), found: hexadecimal(file.header.lastMap), expected: hexadecimal(last))
        }
        if file.layout.isUnicode, (file.windows.size - FileLayout.firstMap) % FileLayout.section != 0 {
            log.report(.mapSections, Place("ROOT"), found: "\(file.windows.size) bytes")
        }
        for section in 0..<sections { readHead(of: section) }
        for page in treePages { take(page, file.layout.pageSize, "B-tree page") }
        for index in 0..<file.blocks.count {
            let size = Int(file.blocks.sizes[index])
            guard size <= file.layout.blockData else { continue }
            take(file.blocks.offsets[index], file.layout.extent(ofData: size), "block")
        }
        checkPageMaps()
        compare()
        checkFreeMaps()
        checkDensityList()
    }

    /// The allocation pages at the head of a section.
    static func headPages(ofSection section: Int) -> [PageType] {
        var pages: [PageType] = [.allocationMap]
        if section % 8 == 0 { pages.append(.pageMap) }
        if section >= 128, (section - 128) % 496 == 0 { pages.append(.freeMap) }
        if section >= 8192, (section - 8192) % 31744 == 0 { pages.append(.freePageMap) }
        return pages
    }

    private func readHead(of section: Int) {
        let offset = Self.offset(section)
        if let page = file.page(at: offset, .allocationMap, id: nil) {
            let padding = file.layout.mapPadding
            for word in 0..<SlotMap.wordsPerSection {
                let bits: UInt64 = page.loadLittleEndian(UInt64.self, at: padding + word * 8) ?? 0
                maps.append(bits.byteSwapped)
            }
        } else {
            log.report(.mapPage, Place("AMap page", offset: offset), mildly: areStale, found: "damage")
            unusable.insert(section)
            maps.append(contentsOf: repeatElement(.max, count: SlotMap.wordsPerSection))
        }
        for position in Self.headPages(ofSection: section).indices { take(offset + UInt64(position * 512), 512, "map") }
    }

    /// Marks an extent as used.
    private func take(_ offset: UInt64, _ bytes: Int, _ what: String) {
        let slots = (bytes + 63) / 64
        guard offset >= FileLayout.firstMap else {
            log.report(.mapOutside, Place(what, offset: offset), found: "\(bytes) bytes before the first section")
            return
        }
        let first = Int((offset - FileLayout.firstMap) / 64)
        let inside = first % FileLayout.slotsPerSection
        guard first + slots <= sections * FileLayout.slotsPerSection, inside + slots <= FileLayout.slotsPerSection
        else {
            log.report(.mapOutside, Place(what, offset: offset), found: "\(bytes) bytes")
            return
        }
        if used.set(first..<first + slots) {
            log.report(.mapOverlap, Place(what, offset: offset), found: "\(bytes) bytes that something else uses")
        }
    }

    private func compare() {
        var free = 0
        for section in 0..<sections {
            var taken = 0
            for word in 0..<SlotMap.wordsPerSection {
                let index = section * SlotMap.wordsPerSection + word
                taken += maps[index].nonzeroBitCount
                let missing = used.word(index) & ~maps[index]
                let excess = maps[index] & ~used.word(index) & ~reserved.word(index)
                if missing != 0 {
                    log.report(
                        .mapInUseFree, Place("AMap", offset: place(index, missing)), mildly: areStale,
                        found: "\(missing.nonzeroBitCount * 64) bytes in use")
                }
                if excess != 0, !unusable.contains(section), place(index, excess) < file.windows.size {
                    log.report(
                        .mapLeak, Place("AMap", offset: place(index, excess)),
                        found: "\(excess.nonzeroBitCount * 64) bytes")
                }
            }
            freeSlots.append(FileLayout.slotsPerSection - taken)
            if !unusable.contains(section) { free += (FileLayout.slotsPerSection - taken) * 64 }
        }
        if UInt64(free) != file.header.freeBytes {
            log.report(
                .mapFreeBytes, Place("ROOT"), mildly: areStale, found: "\(file.header.freeBytes)", expected: "\(free)")
        }
    }

    /// Offset of the first bit of a word.
    private func place(_ word: Int, _ bits: UInt64) -> UInt64 {
        FileLayout.firstMap + UInt64(word * 64 + bits.leadingZeroBitCount) * 64
    }
}
