import BinaryIO

/// What the header of any PST says that is needed to read it — HEADER and ROOT, [MS-PST] 2.2.2.6 and 2.2.2.5.
struct FileSummary: Equatable {
    let format: FileFormat
    let version: UInt16
    let encoding: ContentEncoding
    /// ibFileEof.
    let fileSize: UInt64
    let nodeTree: BlockReference
    let blockTree: BlockReference

    /// Bytes of the longest header.
    static let size = 564
    /// The checksums' ranges; the first was fixed when the header was smaller.
    static let partialRange = 8..<479
    static let fullRange = 8..<524

    /// Reads and checks a header.
    /// - Parameters:
    ///   - bytes: the start of the file, 564 bytes if it has as many.
    ///   - checksums: whether a wrong one is an error.
    init(bytes: [UInt8], checksums: Bool = true) throws(NDBError) {
        func damaged(_ field: String, _ found: some CustomStringConvertible, _ expected: String) -> NDBError {
            .damaged("HEADER", field, at: 0, found: found, expected: expected)
        }
        let magic = bytes.loadLittleEndian(UInt32.self, at: 0) ?? 0
        guard magic == 0x4E44_4221 else { throw damaged("dwMagic", magic, "\"!BDN\"") }
        let version = bytes.loadLittleEndian(UInt16.self, at: 10) ?? 0
        guard let format = FileFormat(version: version) else { throw damaged("wVer", version, "14 to 37") }
        let isANSI = format == .ansi
        let size = isANSI ? 512 : Self.size
        guard bytes.count >= size else { throw damaged("size", bytes.count, "\(size)") }
        if checksums {
            try Self.check(bytes, Self.partialRange, at: 4, "dwCRCPartial")
            if !isANSI { try Self.check(bytes, Self.fullRange, at: 524, "dwCRCFull") }
        }
        let method = bytes[isANSI ? 461 : 513]
        guard let encoding = ContentEncoding(rawValue: method) else {
            throw damaged("bCryptMethod", method, "0, 1 or 2 (16: encrypted by Windows, readable there only)")
        }
        self.format = format
        self.version = version
        self.encoding = encoding
        let root = isANSI ? 164 : 180
        let word = format.wordSize
        func field(_ number: Int) -> UInt64 { format.word(bytes, at: root + 4 + number * word) }
        fileSize = field(0)
        nodeTree = BlockReference(bid: field(4), offset: field(5))
        blockTree = BlockReference(bid: field(6), offset: field(7))
    }

    private static func check(
        _ bytes: [UInt8], _ range: Range<Int>, at offset: Int, _ field: String
    ) throws(NDBError) {
        let computed = bytes.withUnsafeBytes { pstChecksum(UnsafeRawBufferPointer(rebasing: $0[range])) }
        let stored = bytes.loadLittleEndian(UInt32.self, at: offset) ?? 0
        guard stored == computed else {
            throw .damaged("HEADER", field, at: 0, found: stored, expected: "\(computed)")
        }
    }
}
