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
    /// fAMapValid: 2 (VALID_AMAP2), or 0 while the maps are being changed.
    var mapsAreValid = false

    static let offset = 180
    static let size = 72

    func encode(into header: inout [UInt8]) {
        header.store(littleEndian: fileSize, at: 184)
        header.store(littleEndian: lastAllocationMap, at: 192)
        header.store(littleEndian: freeBytes, at: 200)
        header.store(littleEndian: UInt64(0), at: 208)  // cbPMapFree: PMaps are not used
        header.store(littleEndian: nodeTree.bid, at: 216)
        header.store(littleEndian: nodeTree.offset, at: 224)
        header.store(littleEndian: blockTree.bid, at: 232)
        header.store(littleEndian: blockTree.offset, at: 240)
        header[248] = mapsAreValid ? 2 : 0
    }

    init() {}

    init(header: [UInt8]) {
        func number(_ offset: Int) -> UInt64 { header.loadLittleEndian(UInt64.self, at: offset) ?? 0 }
        fileSize = number(184)
        lastAllocationMap = number(192)
        freeBytes = number(200)
        nodeTree = BlockReference(bid: number(216), offset: number(224))
        blockTree = BlockReference(bid: number(232), offset: number(240))
        mapsAreValid = header[248] != 0
    }
}
