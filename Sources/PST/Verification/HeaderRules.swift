import BinaryIO
import PSTNDB

/// HEADER and ROOT, [MS-PST] 2.2.2.5 and 2.2.2.6.
extension Rule {
    static let fileTooShort = Rule(
        "file-too-short", .error, "[MS-PST] 2.2.2.6", "the file is shorter than its header", .makeAgain)
    static let headerMagic = Rule(
        "header-magic", .error, "[MS-PST] 2.2.2.6", "the file does not begin like a PST", .makeAgain)
    static let headerVersion = Rule(
        "header-version", .error, "[MS-PST] 2.2.2.6", "wVer is not a known version", .makeAgain)
    static let headerOldVersion = Rule(
        "header-unusual-version", any: .warning, fresh: .error, "[MS-PST] 2.2.2.6",
        "not a Unicode PST with 512-byte pages", .none)
    static let headerClient = Rule(
        "header-client", any: .warning, fresh: .error, "[MS-PST] 2.2.2.6",
        "wMagicClient, wVerClient or the platform bytes are not those of a PST", .makeAgain)
    static let headerChecksum = Rule(
        "header-checksum", .error, "[MS-PST] 2.2.2.6", "dwCRCPartial or dwCRCFull is wrong", .makeAgain)
    static let headerSentinel = Rule(
        "header-sentinel", .error, "[MS-PST] 2.2.2.6", "bSentinel is not 0x80", .makeAgain)
    static let headerEncoding = Rule(
        "header-encoding", .error, "[MS-PST] 2.2.2.6", "bCryptMethod is not a known method", .makeAgain)
    static let headerFileSize = Rule(
        "header-file-size", .error, "[MS-PST] 2.2.2.5", "ibFileEof is not the size of the file", .makeAgain)
    static let headerMapState = Rule(
        "header-map-state", any: .warning, fresh: .error, "[MS-PST] 2.2.2.5",
        "fAMapValid does not say that the maps are valid: the file was not closed cleanly", .repairMaps)
    static let headerMapData = Rule(
        "header-map-data", any: .warning, fresh: .error, "[MS-PST] 2.2.2.6", "rgbFM or rgbFP is not all ones", .none)
    static let headerReserved = Rule(
        "header-reserved", any: nil, fresh: .warning, "[MS-PST] 2.2.2.6", "a reserved field is not zero", .none)

    static let header: [Rule] = [
        fileTooShort, headerMagic, headerVersion, headerOldVersion, headerClient, headerChecksum, headerSentinel,
        headerEncoding, headerFileSize, headerMapState, headerMapData, headerReserved,
    ]
}

/// What the header says, with every field that a check needs.
struct HeaderFields {
    let layout: FileLayout
    let encoding: ContentEncoding
    let clientVersion: UInt16
    let nextPage: UInt64
    let nextBlock: UInt64
    let unique: UInt32
    let highestIndex: [UInt32]
    let lastMap: UInt64
    let freeBytes: UInt64
    let freePageBytes: UInt64
    let nodeTree: (id: UInt64, offset: UInt64)
    let blockTree: (id: UInt64, offset: UInt64)
    let mapState: UInt8
    let freeMap: [UInt8]
    let freePageMap: [UInt8]

    var isOST: Bool { clientVersion == 12 }

    /// Reads and checks the header.
    /// - Returns: nil where there is no sense in going on.
    init?(_ bytes: UnsafeRawBufferPointer, fileSize: UInt64, log: FindingLog) {
        func number<Value: FixedWidthInteger>(_ type: Value.Type, _ offset: Int) -> Value {
            bytes.loadLittleEndian(type, at: offset) ?? 0
        }
        func place(_ offset: Int) -> Place { Place("HEADER", offset: UInt64(offset)) }
        guard bytes.count >= 564 else {
            log.report(.fileTooShort, place(0), found: "\(bytes.count) bytes", expected: "at least 564")
            return nil
        }
        guard number(UInt32.self, 0) == 0x4E44_4221 else {
            log.report(.headerMagic, place(0), found: hexadecimal(number(UInt32.self, 0)), expected: "\"!BDN\"")
            return nil
        }
        let version = number(UInt16.self, 10)
        guard let layout = FileLayout(version: version) else {
            log.report(.headerVersion, place(10), found: "\(version)", expected: "14, 15, 23 or 36")
            return nil
        }
        self.layout = layout
        if version != 23 {
            log.report(.headerOldVersion, place(10), mildly: log.profile == .any, found: "\(version)", expected: "23")
        }
        clientVersion = number(UInt16.self, 12)
        let wide = layout.isUnicode
        func id(_ offset: Int) -> UInt64 { wide ? number(UInt64.self, offset) : UInt64(number(UInt32.self, offset)) }
        nextPage = id(wide ? 32 : 28)
        nextBlock = id(wide ? 516 : 24)
        unique = number(UInt32.self, wide ? 40 : 32)
        highestIndex = (0..<32).map { number(UInt32.self, (wide ? 44 : 36) + 4 * $0) }
        let root = wide ? 184 : 168
        let step = layout.idSize
        let size = id(root)
        lastMap = id(root + step)
        freeBytes = id(root + 2 * step)
        freePageBytes = id(root + 3 * step)
        nodeTree = (id(root + 4 * step), id(root + 5 * step))
        blockTree = (id(root + 6 * step), id(root + 7 * step))
        mapState = bytes[root + 8 * step]
        let maps = wide ? 256 : 204
        freeMap = Array(bytes[maps..<maps + 128])
        freePageMap = Array(bytes[maps + 128..<maps + 256])
        let sentinel = maps + 256
        guard let encoding = ContentEncoding(rawValue: bytes[sentinel + 1]) else {
            log.report(
                .headerEncoding, place(sentinel + 1), found: hexadecimal(bytes[sentinel + 1]), expected: "0, 1 or 2")
            return nil
        }
        self.encoding = encoding
        if bytes[sentinel] != 0x80 {
            log.report(.headerSentinel, place(sentinel), found: hexadecimal(bytes[sentinel]), expected: "0x80")
        }
        if size != fileSize {
            log.report(.headerFileSize, place(root), found: "\(size)", expected: "\(fileSize)")
        }
        checkClient(bytes, log)
        Self.checkChecksums(bytes, wide, log)
        checkState(log)
        if !(wide ? bytes[root + 65] == 0 && number(UInt16.self, root + 66) == 0 : true) {
            log.report(.headerReserved, place(root + 65), found: "a value", expected: "0")
        }
    }

    private func checkClient(_ bytes: UnsafeRawBufferPointer, _ log: FindingLog) {
        let client = bytes.loadLittleEndian(UInt16.self, at: 8) ?? 0
        if client != 0x4D53, client != 0x4F53 || log.profile == .fresh {
            log.report(.headerClient, Place("HEADER", offset: 8), found: hexadecimal(client), expected: "\"SM\"")
        }
        if clientVersion != 19 {
            log.report(.headerClient, Place("HEADER", offset: 12), found: "\(clientVersion)", expected: "19")
        }
        if bytes[14] != 1 || bytes[15] != 1 {
            log.report(
                .headerClient, Place("HEADER", offset: 14), found: "\(bytes[14]), \(bytes[15])", expected: "1, 1")
        }
    }

    private static func checkChecksums(_ bytes: UnsafeRawBufferPointer, _ isUnicode: Bool, _ log: FindingLog) {
        func check(_ range: Range<Int>, at offset: Int) {
            let stored = bytes.loadLittleEndian(UInt32.self, at: offset) ?? 0
            let computed = pstChecksum(UnsafeRawBufferPointer(rebasing: bytes[range]))
            guard stored != computed else { return }
            log.report(
                .headerChecksum, Place("HEADER", offset: UInt64(offset)), found: hexadecimal(stored),
                expected: hexadecimal(computed))
        }
        check(8..<479, at: 4)
        if isUnicode { check(8..<524, at: 524) }
    }

    private func checkState(_ log: FindingLog) {
        let place = Place("ROOT")
        if mapState != 2, layout.isUnicode || mapState != 1 {
            log.report(.headerMapState, place, found: "\(mapState)", expected: "2")
        }
        if layout.isUnicode, !layout.is4K, !(freeMap + freePageMap).allSatisfy({ $0 == 0xFF }) {
            log.report(.headerMapData, place, found: "map data", expected: "all ones")
        }
    }
}
