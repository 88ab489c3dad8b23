import PSTNDB

/// The layout of a file, and what follows from it for the check — [MS-PST] 2.2.2.
struct FileLayout {
    let format: FileFormat

    /// - Returns: nil for a version that no known program wrote.
    init?(version: UInt16) {
        guard let format = FileFormat(version: version) else { return nil }
        self.format = format
    }

    var isUnicode: Bool { format.variant != .ansi }
    var is4K: Bool { format.variant == .unicode4K }
    var pageSize: Int { format.pageSize }
    /// Bytes that dwCRC of a page covers.
    var pageData: Int { format.pageData }
    /// Bytes of entries in a BTPAGE.
    var treePageData: Int { format.pageEntries }
    /// Bytes of a BID or IB.
    var idSize: Int { format.wordSize }
    var blockTrailer: Int { format.blockTrailer }
    var blockAlignment: Int { format.blockAlignment }
    /// Most bytes of data in a block.
    var blockData: Int { format.blockData }
    var nodeEntrySize: Int { 4 * format.wordSize }
    var blockEntrySize: Int { isUnicode ? 24 : 12 }
    var indexEntrySize: Int { format.indexEntrySize }
    /// Bytes before the entries of an SLBLOCK or SIBLOCK.
    var subnodeHeader: Int { format.subnodeHeader }
    /// Bits of hidIndex in an HID.
    var heapIndexBits: UInt32 { format.heapItemBits }
    /// Bytes before the bits of an allocation page.
    var mapPadding: Int { isUnicode ? 0 : 4 }

    static let firstMap: UInt64 = 0x4400
    /// Bytes of the file that one AMap describes.
    static let section: UInt64 = 0x3E000
    static let mapBytes = 496
    static let slotsPerSection = 3968

    /// A block's extent in the file, trailer and padding included.
    func extent(ofData count: Int) -> Int { format.extent(ofData: count) }
}
