/// Where the allocation pages lie — [MS-PST] 2.2.2.7. A section is what one AMap describes; the file is a
/// header area and a whole number of sections.
enum FileGeometry {
    /// Offset of the DList page, [MS-PST] 2.2.2.7.4.
    static let densityList: UInt64 = 0x4200
    static let firstSection: UInt64 = 0x4400
    /// 496 bytes of map, one bit for 64 bytes.
    static let sectionSize: UInt64 = 0x3E000
    static let slotsPerSection = 3968
    static let slotSize: UInt64 = 64
    static let slotsPerPage = 8

    static func offset(ofSection section: Int) -> UInt64 {
        firstSection + UInt64(section) * sectionSize
    }

    static func section(at offset: UInt64) -> Int {
        Int((offset - firstSection) / sectionSize)
    }

    /// The allocation pages at the head of a section, in their order; all of them are 512 bytes.
    ///
    /// FMap and FPMap follow the PMap directly, also against the letter of the specification's figures: other
    /// positions were refused by the repair tool.
    static func headPages(ofSection section: Int) -> [PageType] {
        var pages: [PageType] = [.allocationMap]
        if section % 8 == 0 { pages.append(.pageMap) }
        if section >= 128, (section - 128) % 496 == 0 { pages.append(.freeMap) }
        if section >= 8192, (section - 8192) % 31744 == 0 { pages.append(.freePageMap) }
        return pages
    }

    static func headSlots(ofSection section: Int) -> Int {
        headPages(ofSection: section).count * slotsPerPage
    }

    /// Sections of a file of `size` bytes, the last one perhaps cut short.
    static func sectionCount(ofFile size: UInt64) -> Int {
        size <= firstSection ? 0 : Int((size - firstSection + sectionSize - 1) / sectionSize)
    }

    static func fileSize(sections: Int) -> UInt64 { offset(ofSection: sections) }
}
