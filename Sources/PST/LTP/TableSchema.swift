import BinaryIO
public import MAPI

/// The columns of a table context and the layout of its rows — TCINFO and TCOLDESC, [MS-PST] 2.3.4.1, 2.3.4.2.
public struct TableSchema: Hashable, Sendable {
    struct Column: Hashable, Sendable {
        let tag: PropertyTag
        /// ibData: where the cell begins in a row.
        let offset: Int
        /// cbData.
        let size: Int
        /// iBit: its bit in the cell existence bitmap.
        let bit: Int
    }

    /// In ascending order of the tags.
    let columns: [Column]
    /// TCI_4b, TCI_2b, TCI_1b, TCI_bm: where the groups of 8- and 4-byte, 2-byte, 1-byte cells and the bitmap end.
    let groupEnds: [Int]
    /// TCINFO with its columns: every small table has one.
    private let info: [UInt8]

    /// A layout as it was found: at most 255 columns, inside rows of at most 65,535 bytes.
    init(columns: [Column], groupEnds: [Int]) {
        self.columns = columns
        self.groupEnds = groupEnds
        info = Self.encodedInfo(columns, groupEnds)
    }

    /// Lays out columns in the order given, which is that of their bits: cells of 8 and 4 bytes first, then 2, then
    /// 1. PidTagLtpRowId and PidTagLtpRowVer come first of all and are not to be named.
    public init(_ tags: [PropertyTag]) {
        let all = [.ltpRowId, .ltpRowVer] + tags
        var offset = 0
        var columns: [Column] = []
        var ends: [Int] = []
        for width in [4, 2, 1] {
            for (bit, tag) in all.enumerated() {
                let size = PropertyValueEncoding.cellSize(tag.type)
                guard min(size, 4) == width else { continue }
                columns.append(Column(tag: tag, offset: offset, size: size, bit: bit))
                offset += size
            }
            ends.append(offset)
        }
        ends.append(offset + (all.count + 7) / 8)
        self.init(columns: columns.sorted { $0.tag < $1.tag }, groupEnds: ends)
    }

    public var tags: [PropertyTag] { columns.map(\.tag) }

    /// Bytes of a row.
    var rowSize: Int { groupEnds[3] }
    /// Where the cell existence bitmap begins.
    var bitmapOffset: Int { groupEnds[2] }

    func column(_ tag: PropertyTag) -> Column? { columns.first { $0.tag == tag } }

    /// Whether a row has the cell of a column.
    func exists(_ column: Column, in row: [UInt8]) -> Bool {
        let position = bitmapOffset + column.bit / 8
        return position < row.count && row[position] & Self.mask(column) != 0
    }

    /// Sets or clears the existence bit of a cell.
    func mark(_ column: Column, exists: Bool, in row: inout [UInt8]) {
        if exists {
            row[bitmapOffset + column.bit / 8] |= Self.mask(column)
        } else {
            row[bitmapOffset + column.bit / 8] &= ~Self.mask(column)
        }
    }

    private static func mask(_ column: Column) -> UInt8 { 0x80 >> UInt8(column.bit % 8) }

    /// TCINFO with its columns; the row matrix is set later, see ``TableContext``.
    func encodedInfo(rowIndex: HeapID) -> [UInt8] {
        var bytes = info
        bytes.store(littleEndian: rowIndex.rawValue, at: Self.rowIndexField)
        return bytes
    }

    private static func encodedInfo(_ columns: [Column], _ groupEnds: [Int]) -> [UInt8] {
        var bytes: [UInt8] = [0x7C, UInt8(columns.count)]
        for end in groupEnds { bytes.append(littleEndian: UInt16(end)) }
        bytes.append(littleEndian: UInt32(0))  // hidRowIndex
        bytes.append(littleEndian: UInt32(0))  // hnidRows
        bytes.append(littleEndian: UInt32(0))  // hidIndex, unused
        for column in columns {
            bytes.append(littleEndian: column.tag.rawValue)
            bytes.append(littleEndian: UInt16(column.offset))
            bytes.append(UInt8(column.size))
            bytes.append(UInt8(column.bit))
        }
        return bytes
    }

    /// Offset of hidRowIndex in TCINFO.
    static let rowIndexField = 10
    /// Offset of hnidRows in TCINFO.
    static let rowsField = 14
}
