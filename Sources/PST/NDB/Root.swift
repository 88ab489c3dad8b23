import BinaryIO

/// ROOT, [MS-PST] 2.2.2.5: the state of the whole file.
struct Root: Equatable {
    var fileSize: UInt64 = 0
    /// ibAMapLast.
    var lastAllocationMap: UInt64 = 0
    /// cbAMapFree: 64 bytes for every clear bit of all AMaps.
    var freeBytes: UInt64 = 0
    var nodeTree = BlockReference(bid: 0, offset: 0)
    var blockTree = BlockReference(bid: 0, offset: 0)
    /// cbPMapFree: 0 but in files of Outlook 2007 and older, which keep pages in reserve.
    var freePageBytes: UInt64 = 0
    /// fAMapValid: 2 (VALID_AMAP2), in old files 1, or 0 while the maps are being changed.
    var mapState: UInt8 = 0

    var mapsAreValid: Bool {
        get { mapState != 0 }
        set { mapState = newValue ? 2 : 0 }
    }

    static let offset = 180
    static let size = 72

    func encode(into header: inout [UInt8]) {
        header.store(littleEndian: fileSize, at: 184)
        header.store(littleEndian: lastAllocationMap, at: 192)
        header.store(littleEndian: freeBytes, at: 200)
        header.store(littleEndian: freePageBytes, at: 208)
        header.store(littleEndian: nodeTree.bid, at: 216)
        header.store(littleEndian: nodeTree.offset, at: 224)
        header.store(littleEndian: blockTree.bid, at: 232)
        header.store(littleEndian: blockTree.offset, at: 240)
        header[248] = mapState
    }

    init() {}

    init(header: [UInt8]) {
        func number(_ offset: Int) -> UInt64 { header.loadLittleEndian(UInt64.self, at: offset) ?? 0 }
        fileSize = number(184)
        lastAllocationMap = number(192)
        freeBytes = number(200)
        nodeTree = BlockReference(bid: number(216), offset: number(224))
        blockTree = BlockReference(bid: number(232), offset: number(240))
        freePageBytes = number(208)
        mapState = header[248]
    }
}
