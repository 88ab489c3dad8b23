/// The sizes that differ between ANSI files (wVer 14, 15), Unicode files (23) and files with 4K pages (36 and up) —
/// [MS-PST] 2.2.2.
struct FileLayout {
    let isUnicode: Bool
    let is4K: Bool

    /// - Returns: nil for a version that is none of these.
    init?(version: UInt16) {
        switch version {
        case 14, 15: (isUnicode, is4K) = (false, false)
        case 20...23: (isUnicode, is4K) = (true, false)
        case 36...: (isUnicode, is4K) = (true, true)
        default: return nil
        }
    }

    var pageSize: Int { is4K ? 4096 : 512 }
    var pageTrailer: Int { is4K ? 24 : isUnicode ? 16 : 12 }
    /// Bytes that dwCRC of a page covers.
    var pageData: Int { pageSize - pageTrailer }
    /// Bytes of entries in a BTPAGE.
    var treePageData: Int { pageData - (is4K ? 16 : isUnicode ? 8 : 4) }
    /// Bytes of a BID or IB.
    var idSize: Int { isUnicode ? 8 : 4 }
    var blockTrailer: Int { is4K ? 24 : isUnicode ? 16 : 12 }
    var blockAlignment: Int { is4K ? 512 : 64 }
    /// Most bytes of data in a block.
    var blockData: Int { (is4K ? 65_536 : 8192) - blockTrailer }
    var nodeEntrySize: Int { isUnicode ? 32 : 16 }
    var blockEntrySize: Int { isUnicode ? 24 : 12 }
    var indexEntrySize: Int { 3 * idSize }
    /// Bytes before the entries of an SLBLOCK or SIBLOCK.
    var subnodeHeader: Int { isUnicode ? 8 : 4 }
    /// Bits of hidIndex in an HID.
    var heapIndexBits: UInt32 { is4K ? 14 : 11 }
    /// cbEnt of a table's row index.
    var rowIndexValue: Int { isUnicode ? 4 : 2 }
    /// Bytes before the bits of an allocation page.
    var mapPadding: Int { isUnicode ? 0 : 4 }

    static let firstMap: UInt64 = 0x4400
    /// Bytes of the file that one AMap describes.
    static let section: UInt64 = 0x3E000
    static let mapBytes = 496
    static let slotsPerSection = 3968

    /// A block's extent in the file, trailer and padding included.
    func extent(ofData count: Int) -> Int {
        (count + blockTrailer + blockAlignment - 1) / blockAlignment * blockAlignment
    }

    func isString(_ type: UInt16) -> Bool { type == (isUnicode ? 0x1F : 0x1E) }
}
