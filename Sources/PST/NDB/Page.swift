import BinaryIO

/// ptype, [MS-PST] 2.2.2.7.1.
package enum PageType: UInt8 {
    case blockTree = 0x80
    case nodeTree = 0x81
    case freeMap = 0x82
    case pageMap = 0x83
    case allocationMap = 0x84
    case freePageMap = 0x85
    case densityList = 0x86

    /// Map pages carry no signature, and their own offset as id; Outlook refuses the file otherwise.
    package var isMap: Bool {
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
        let checksum = bytes.withUnsafeBytes {
            pstChecksum(UnsafeRawBufferPointer(rebasing: $0[..<NDBLimits.pageData]))
        }
        bytes[496] = type.rawValue
        bytes[497] = type.rawValue
        let mark = type.isMap ? 0 : signature(offset: reference.offset, bid: reference.bid)
        bytes.store(littleEndian: mark, at: 498)
        bytes.store(littleEndian: checksum, at: 500)
        bytes.store(littleEndian: type.isMap ? reference.offset : reference.bid, at: 504)
    }

    /// Checks a page that was read from `reference`.
    /// - Parameter checksums: whether a wrong one is an error.
    /// - Throws: ``NDBError`` naming the field of PAGETRAILER that is wrong.
    static func verify(
        _ bytes: [UInt8], type: PageType, reference: BlockReference, format: FileFormat = .unicode,
        checksums: Bool = true
    ) throws(NDBError) {
        let offset = reference.offset
        func damaged(_ field: String, found: UInt64, expected: UInt64) -> NDBError {
            .damaged("PAGETRAILER", field, at: offset, found: found, expected: "\(expected)")
        }
        let trailer = format.pageData
        guard bytes.count == format.pageSize else {
            throw damaged("size", found: UInt64(bytes.count), expected: UInt64(format.pageSize))
        }
        guard bytes[trailer] == type.rawValue, bytes[trailer + 1] == type.rawValue else {
            throw damaged("ptype", found: UInt64(bytes[trailer]), expected: UInt64(type.rawValue))
        }
        // In ANSI files the id comes before the checksum.
        let isANSI = format == .ansi
        if checksums {
            let checksum = bytes.withUnsafeBytes { pstChecksum(UnsafeRawBufferPointer(rebasing: $0[..<trailer])) }
            let stored = bytes.loadLittleEndian(UInt32.self, at: trailer + (isANSI ? 8 : 4)) ?? 0
            guard stored == checksum else {
                throw damaged("dwCRC", found: UInt64(stored), expected: UInt64(checksum))
            }
        }
        let bid = format.word(bytes, at: trailer + (isANSI ? 4 : 8))
        let expectedID = type.isMap ? offset : reference.bid
        guard bid == expectedID else {
            throw damaged("bid", found: bid, expected: expectedID)
        }
    }
}
