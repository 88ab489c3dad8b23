import BinaryIO

/// HEADER of a Unicode file, [MS-PST] 2.2.2.6.
struct Header: Equatable {
    /// bidNextP: the id of the next page; pages count by 1.
    var nextPageID: UInt64 = 1
    /// bidNextB: the id of the next block, a multiple of 4.
    var nextBlockID: UInt64 = 4
    /// dwUnique: grows with every header that is written, and lies above every row version of the file.
    var unique: UInt32 = 1
    /// rgnid: the highest index in use, by node type.
    var highestIndex: [UInt32]
    var root = Root()
    var encoding: ContentEncoding

    /// What the fields that this program does not understand held when the file was opened.
    private var template: [UInt8]

    static let size = FileSummary.size

    /// The header of a new file.
    init(encoding: ContentEncoding) {
        self.encoding = encoding
        highestIndex = Array(repeating: 0x400, count: NodeType.count)
        highestIndex[Int(NodeType.searchFolder.rawValue)] = 0x4000
        highestIndex[Int(NodeType.normalMessage.rawValue)] = 0x1_0000
        highestIndex[Int(NodeType.associatedMessage.rawValue)] = 0x8000
        template = Array(repeating: 0, count: Self.size)
        template.store(littleEndian: UInt32(0x4E44_4221), at: 0)  // dwMagic "!BDN"
        template.store(littleEndian: UInt16(0x4D53), at: 8)  // wMagicClient "SM"
        template.store(littleEndian: UInt16(23), at: 10)  // wVer: Unicode
        template.store(littleEndian: UInt16(19), at: 12)  // wVerClient
        template[14] = 1  // bPlatformCreate
        template[15] = 1  // bPlatformAccess
        template.store(littleEndian: UInt64(0x1_0000_0004), at: 24)  // bidUnused, as most Outlook files have it
        template[512] = Self.sentinel
        useDensityList()
    }

    /// Reads and checks the header of an existing file that is to be updated.
    /// - Parameter isTorn: ``isTorn(_:)`` holds for it; ``nextBlockID`` may then be too low.
    /// - Throws: ``NDBError`` for a file that is not a Unicode PST with 512-byte pages, or is damaged.
    init(bytes: [UInt8], isTorn: Bool = false) throws(NDBError) {
        func number<Value: FixedWidthInteger>(_ type: Value.Type, _ offset: Int) -> Value {
            bytes.loadLittleEndian(type, at: offset) ?? 0
        }
        let summary = try FileSummary(bytes: bytes, checksums: !isTorn)
        guard bytes.count == Self.size, summary.version == 23 else {
            throw .unsupported(
                "a PST with wVer \(summary.version) is read but not changed; only Unicode files with 512-byte pages "
                    + "(wVer 23) are")
        }
        guard number(UInt16.self, 8) == 0x4D53 else {
            throw .unsupported("a file with wMagicClient \(number(UInt16.self, 8)) is not a PST (an OST, perhaps)")
        }
        encoding = summary.encoding
        nextPageID = number(UInt64.self, 32)
        nextBlockID = number(UInt64.self, 516)
        unique = number(UInt32.self, 40)
        highestIndex = (0..<NodeType.count).map { number(UInt32.self, 44 + 4 * $0) }
        root = Root(header: bytes)
        template = bytes
    }

    /// Whether `bytes` is a header whose two sectors are of different versions, because a crash came between them: the
    /// first, with roots and counters, is whole (dwCRCPartial); the second, which has but bidNextB and constants, is not
    /// of the same version (dwCRCFull).
    static func isTorn(_ bytes: [UInt8]) -> Bool {
        guard bytes.count == size, bytes.loadLittleEndian(UInt16.self, at: 10) == 23 else { return false }
        let partial = bytes.withUnsafeBytes {
            pstChecksum(UnsafeRawBufferPointer(rebasing: $0[FileSummary.partialRange]))
        }
        return bytes.loadLittleEndian(UInt32.self, at: 4) == partial
            && bytes.loadLittleEndian(UInt32.self, at: 524) != fullChecksum(bytes)
            && bytes[512] == sentinel
    }

    private static let sentinel: UInt8 = 0x80
    /// rgbFM and rgbFP, [MS-PST] 2.2.2.6.
    private static let freeMaps = 256..<512

    /// Whether only AMaps and the DList say what is free, as in files of Outlook 2010 and later: rgbFM and rgbFP hold
    /// nothing, and PMaps keep no pages in reserve.
    var usesDensityList: Bool {
        root.freePageBytes == 0 && root.mapState != 1 && template[Self.freeMaps].allSatisfy { $0 == 0xFF }
    }

    mutating func useDensityList() {
        root.freePageBytes = 0
        for offset in Self.freeMaps { template[offset] = 0xFF }
    }

    /// Names the committed state: another one after every commit, by whatever program.
    var generation: String { "\(nextPageID)-\(unique)" }

    private static func fullChecksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBytes { pstChecksum(UnsafeRawBufferPointer(rebasing: $0[FileSummary.fullRange])) }
    }

    /// The 564 bytes, with both checksums.
    var bytes: [UInt8] {
        var bytes = template
        bytes.store(littleEndian: nextPageID, at: 32)
        bytes.store(littleEndian: unique, at: 40)
        for (type, index) in highestIndex.enumerated() {
            bytes.store(littleEndian: index, at: 44 + 4 * type)
        }
        root.encode(into: &bytes)
        bytes[513] = encoding.rawValue
        bytes.store(littleEndian: nextBlockID, at: 516)
        let partial = bytes.withUnsafeBytes {
            pstChecksum(UnsafeRawBufferPointer(rebasing: $0[FileSummary.partialRange]))
        }
        bytes.store(littleEndian: partial, at: 4)
        bytes.store(littleEndian: Self.fullChecksum(bytes), at: 524)
        return bytes
    }

    /// Makes the counter of `id`'s type cover it.
    mutating func cover(_ id: NodeID) {
        let type = Int(id.type.rawValue)
        highestIndex[type] = max(highestIndex[type], id.index)
    }
}
