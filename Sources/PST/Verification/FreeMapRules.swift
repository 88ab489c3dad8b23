import BinaryIO
import PSTNDB

/// PMap, FMap and FPMap pages and the DList, [MS-PST] 2.2.2.7.3 to 2.2.2.7.6: no longer used for allocation, but
/// still in place.
extension Rule {
    static let pageMapPage = Rule(
        "page-map-page", .error, "[MS-PST] 2.2.2.7.3", "a PMap, FMap or FPMap page cannot be used", .repairMaps)
    static let pageMapInUse = Rule(
        "page-map", any: .warning, fresh: .error, "[MS-PST] 2.2.2.7.3",
        "a PMap has a page free that is in use, or that the AMap has free", .repairMaps)
    static let pageMapFreeBytes = Rule(
        "page-map-free-bytes", any: .warning, fresh: .error, "[MS-PST] 2.2.2.5",
        "cbPMapFree is not the free space of the PMaps", .repairMaps)
    static let pageMapNotFull = Rule(
        "page-map-not-full", any: nil, fresh: .error, "scanpst", "a PMap or FPMap is not all ones", .repairMaps)
    static let freeMapValue = Rule(
        "free-map", any: nil, fresh: .error, "scanpst",
        "a byte of an FMap is neither 255 nor the longest free run of its section", .repairMaps)
    static let densityPage = Rule(
        "density-list-page", any: .warning, fresh: .error, "[MS-PST] 2.2.2.7.4", "the DList page is blank or damaged",
        .repairMaps)
    static let densityEntry = Rule(
        "density-list-entry", .error, "[MS-PST] 2.2.2.7.4", "a DList entry names no AMap page, or one a second time",
        .repairMaps)
    static let densityCount = Rule(
        "density-list-count", any: .warning, fresh: .error, "[MS-PST] 2.2.2.7.4",
        "free slots in the DList differ from the AMap, or its entries are not sorted", .repairMaps)

    static let freeMaps: [Rule] = [
        pageMapPage, pageMapInUse, pageMapFreeBytes, pageMapNotFull, freeMapValue, densityPage, densityEntry,
        densityCount,
    ]
}

extension AllocationCheck {
    private func pageBody(_ section: Int, _ kind: PageType) -> [UInt8]? {
        guard let position = Self.headPages(ofSection: section).firstIndex(of: kind) else { return nil }
        let offset = Self.offset(section) + UInt64(position * 512)
        guard let page = file.page(at: offset, kind, id: nil) else {
            log.report(.pageMapPage, Place(kind.name, offset: offset), found: "damage")
            return nil
        }
        let padding = file.layout.mapPadding
        return Array(page[padding..<padding + FileLayout.mapBytes])
    }

    func checkPageMaps() {
        var freePages = 0
        for section in stride(from: 0, to: sections, by: 8) {
            guard let body = pageBody(section, .pageMap) else { continue }
            guard !body.allSatisfy({ $0 == 0xFF }) else { continue }
            log.report(
                .pageMapNotFull, Place("PMap page", offset: Self.offset(section) + 512), found: "a page marked free")
            freePages += reserve(body, from: section)
        }
        for section in 0..<sections {
            guard let body = pageBody(section, .freePageMap), !body.allSatisfy({ $0 == 0xFF }) else { continue }
            log.report(.pageMapNotFull, Place("FPMap page", offset: Self.offset(section)), found: "not all ones")
        }
        if UInt64(freePages * 512) != file.header.freePageBytes {
            log.report(
                .pageMapFreeBytes, Place("ROOT"), found: "\(file.header.freePageBytes)", expected: "\(freePages * 512)")
        }
    }

    /// - Returns: the number of pages that the PMap has free.
    private func reserve(_ body: [UInt8], from section: Int) -> Int {
        var count = 0
        for page in 0..<FileLayout.mapBytes * 8 where body[page / 8] & 0x80 >> UInt8(page % 8) == 0 {
            let first = section * FileLayout.slotsPerSection + page * 8
            guard first + 8 <= sections * FileLayout.slotsPerSection else { break }
            count += 1
            let slots = first..<first + 8
            let place = Place("PMap", offset: FileLayout.firstMap + UInt64(first) * 64)
            if slots.contains(where: { used.isSet($0) }) {
                log.report(.pageMapInUse, place, found: "a page in use")
            } else if slots.contains(where: { maps[$0 / 64] << UInt64($0 % 64) & 1 << 63 == 0 }) {
                log.report(.pageMapInUse, place, found: "a page that the AMap has free")
            }
            _ = reserved.set(slots)
        }
        return count
    }

    func checkFreeMaps() {
        guard log.profile == .fresh else { return }
        check(file.header.freeMap, from: 0, Place("rgbFM"))
        for section in 0..<sections where Self.headPages(ofSection: section).contains(.freeMap) {
            if let body = pageBody(section, .freeMap) {
                check(body, from: section, Place("FMap page", offset: Self.offset(section)))
            }
        }
    }

    private func check(_ values: [UInt8], from section: Int, _ place: Place) {
        for (position, value) in values.enumerated() where value != 0xFF {
            guard section + position < sections else { return }
            let longest = min(255, longestRun(section + position))
            if Int(value) != longest {
                log.report(.freeMapValue, place, found: "\(value)", expected: "255 or \(longest)")
            }
        }
    }

    private func longestRun(_ section: Int) -> Int {
        var longest = 0
        var run = 0
        let start = section * FileLayout.slotsPerSection
        for slot in start..<start + FileLayout.slotsPerSection {
            run = maps[slot / 64] << UInt64(slot % 64) & 1 << 63 == 0 ? run + 1 : 0
            longest = max(longest, run)
        }
        return longest
    }

    func checkDensityList() {
        let offset: UInt64 = 0x4200
        let place = Place("DList page", offset: offset)
        let isCurrent = file.layout.isUnicode && file.header.mapState == 2
        guard let raw = file.windows.bytes(at: offset, count: 512) else { return }
        guard raw.contains(where: { $0 != 0 }) else {
            if isCurrent { log.report(.densityPage, place, found: "a blank page") }
            return
        }
        guard raw[file.layout.pageData] == PageType.densityList.rawValue,
            let page = file.page(at: offset, .densityList, id: nil, mildly: log.profile == .any && !isCurrent)
        else {
            log.report(.densityPage, place, found: "ptype \(hexadecimal(raw[file.layout.pageData]))", expected: "0x86")
            return
        }
        let count = Int(page[1])
        guard count <= (file.layout.isUnicode ? 119 : 120) else {
            log.report(.densityEntry, place, found: "\(count) entries", expected: "at most 119")
            return
        }
        let hasOddBody = page[0] > 1 || page[2] != 0 || page[3] != 0 || page[(8 + 4 * count)..<496].contains { $0 != 0 }
        if log.profile == .fresh, hasOddBody { log.report(.densityPage, place, found: "bytes beside the entries") }
        var seen: Set<Int> = []
        var last = Int.max
        for position in 0..<count {
            let entry = page.loadLittleEndian(UInt32.self, at: 8 + 4 * position) ?? 0
            let section = Int(entry & 0xF_FFFF)
            let free = Int(entry >> 20)
            guard section < sections, seen.insert(section).inserted else {
                log.report(.densityEntry, place, found: "AMap page \(section)", expected: "one of \(sections), once")
                continue
            }
            if !unusable.contains(section), free != freeSlots[section] {
                log.report(
                    .densityCount, place, found: "\(free) free slots of AMap page \(section)",
                    expected: "\(freeSlots[section])")
            }
            if free > last { log.report(.densityCount, place, found: "\(free) after \(last)", expected: "sorted") }
            last = free
        }
    }
}
