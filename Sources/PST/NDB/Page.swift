import BinaryIO

/// ptype, [MS-PST] 2.2.2.7.1.
enum PageType: UInt8 {
    case blockTree = 0x80
    case nodeTree = 0x81
    case freeMap = 0x82
    case pageMap = 0x83
    case allocationMap = 0x84
    case freePageMap = 0x85
    case densityList = 0x86

    /// Map pages carry no signature, and their own offset as id; Outlook refuses the file otherwise.
    var isMap: Bool {
        switch self {
        case .freeMap, .pageMap, .allocationMap, .freePageMap: true
        case .blockTree, .nodeTree, .densityList: false
        }
    }
}

/// PAGETRAILER, [MS-PST] 2.2.2.7.1, and the 496 bytes before it.
enum Page {
    /// Completes a page: `bytes` has 512 bytes of which the first 496 are set.
    static func seal(_ bytes: inout [UInt8], type: PageType, reference: BlockReference) {
        let checksum = bytes.withUnsafeBytes { pstChecksum(UnsafeRawBufferPointer(rebasing: $0[..<NDBLimits.pageData])) }
        bytes[496] = type.rawValue
        bytes[497] = type.rawValue
        let mark = type.isMap ? 0 : signature(offset: reference.offset, bid: reference.bid)
        bytes.store(littleEndian: mark, at: 498)
        bytes.store(littleEndian: checksum, at: 500)
        bytes.store(littleEndian: type.isMap ? reference.offset : reference.bid, at: 504)
    }

    /// Checks a page that was read from `reference`.
    /// - Throws: ``NDBError`` naming the field of PAGETRAILER that is wrong.
    static func verify(_ bytes: [UInt8], type: PageType, reference: BlockReference) throws(NDBError) {
        let offset = reference.offset
        func damaged(_ field: String, found: UInt64, expected: UInt64) -> NDBError {
            .damaged("PAGETRAILER", field, at: offset, found: found, expected: "\(expected)")
        }
        guard bytes[496] == type.rawValue, bytes[497] == type.rawValue else {
            throw damaged("ptype", found: UInt64(bytes[496]), expected: UInt64(type.rawValue))
        }
        let checksum = bytes.withUnsafeBytes { pstChecksum(UnsafeRawBufferPointer(rebasing: $0[..<NDBLimits.pageData])) }
        let stored = bytes.loadLittleEndian(UInt32.self, at: 500) ?? 0
        guard stored == checksum else {
            throw damaged("dwCRC", found: UInt64(stored), expected: UInt64(checksum))
        }
        let bid = bytes.loadLittleEndian(UInt64.self, at: 504) ?? 0
        let expectedID = type.isMap ? offset : reference.bid
        guard bid == expectedID else {
            throw damaged("bid", found: bid, expected: expectedID)
        }
    }
}
