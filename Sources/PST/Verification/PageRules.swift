import BinaryIO
import PSTNDB

/// PAGETRAILER, [MS-PST] 2.2.2.7.1.
extension Rule {
    static let pagePlace = Rule(
        "page-place", .error, "[MS-PST] 2.2.2.7", "a page lies outside the file or is not aligned", .makeAgain)
    static let pageType = Rule(
        "page-type", .error, "[MS-PST] 2.2.2.7.1", "ptype or ptypeRepeat is wrong", .makeAgain)
    static let pageSignature = Rule("page-signature", .error, "[MS-PST] 5.5", "wSig of a page is wrong", .makeAgain)
    static let pageChecksum = Rule("page-checksum", .error, "[MS-PST] 5.3", "dwCRC of a page is wrong", .makeAgain)
    static let pageID = Rule(
        "page-id", .error, "[MS-PST] 2.2.2.7.1", "the page's BID is not the one of the reference", .makeAgain)

    static let pages: [Rule] = [pagePlace, pageType, pageSignature, pageChecksum, pageID]
}

extension PageType {
    /// As people call the page.
    var name: String {
        switch self {
        case .blockTree: "BBT page"
        case .nodeTree: "NBT page"
        case .freeMap: "FMap page"
        case .pageMap: "PMap page"
        case .allocationMap: "AMap page"
        case .freePageMap: "FPMap page"
        case .densityList: "DList page"
        }
    }
}

extension FileUnderCheck {
    /// Reads a page and checks its trailer. `mildly` makes what is wrong a warning.
    /// - Returns: the page, valid until the next read; nil where it cannot be used.
    func page(at offset: UInt64, _ kind: PageType, id: UInt64?, mildly: Bool = false) -> UnsafeRawBufferPointer? {
        let place = Place(kind.name, offset: offset)
        guard offset % 512 == 0, offset >= (layout.is4K ? 512 : 0x4200),
            let page = windows.bytes(at: offset, count: layout.pageSize)
        else {
            log.report(
                .pagePlace, place, mildly: mildly, found: hexadecimal(offset),
                expected: "a multiple of 512 below \(windows.size)")
            return nil
        }
        let trailer = layout.pageData
        guard page[trailer] == kind.rawValue, page[trailer + 1] == kind.rawValue else {
            log.report(
                .pageType, place, mildly: mildly,
                found: "\(hexadecimal(page[trailer])), \(hexadecimal(page[trailer + 1]))",
                expected: hexadecimal(kind.rawValue))
            return nil
        }
        let wide = layout.isUnicode
        let mark = page.loadLittleEndian(UInt16.self, at: trailer + 2) ?? 0
        let stored = page.loadLittleEndian(UInt32.self, at: trailer + (wide ? 4 : 8)) ?? 0
        let pageID =
            wide
            ? page.loadLittleEndian(UInt64.self, at: trailer + 8) ?? 0
            : UInt64(page.loadLittleEndian(UInt32.self, at: trailer + 4) ?? 0)
        let computed = pstChecksum(UnsafeRawBufferPointer(rebasing: page[..<layout.pageData]))
        if stored != computed {
            log.report(
                .pageChecksum, place, mildly: mildly, found: hexadecimal(stored), expected: hexadecimal(computed))
        }
        let expectedMark = kind.isMap ? 0 : signature(offset: offset, bid: pageID)
        if mark != expectedMark {
            log.report(
                .pageSignature, place, mildly: mildly, found: hexadecimal(mark), expected: hexadecimal(expectedMark))
        }
        if let expectedID = kind.isMap ? offset : id, pageID != expectedID {
            log.report(.pageID, place, mildly: mildly, found: hexadecimal(pageID), expected: hexadecimal(expectedID))
        }
        return page
    }
}
