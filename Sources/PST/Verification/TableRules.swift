import BinaryIO

/// TC, [MS-PST] 2.3.4.
extension Rule {
    static let tableInfo = Rule("table-info", .error, "[MS-PST] 2.3.4.1", "TCINFO is malformed", .repair)
    static let tableColumnOrder = Rule(
        "table-column-order", .error, "[MS-PST] 2.3.4.2", "columns are not sorted by tag, or one occurs twice", .repair)
    static let tableColumnSize = Rule(
        "table-column-size", .error, "[MS-PST] 2.3.4.2", "a column's type or cbData is wrong", .repair)
    static let tableColumnPlace = Rule(
        "table-column-place", .error, "[MS-PST] 2.3.4.2", "cells overlap or lie in the wrong group", .repair)
    static let tableColumnGap = Rule(
        "table-column-gap", .warning, "[MS-PST] 2.3.4.2", "there are gaps between the cells of a row", .none)
    static let tableColumnBit = Rule(
        "table-column-bit", .error, "[MS-PST] 2.3.4.2", "iBit is out of range or not unique", .repair)
    static let tableGroups = Rule("table-groups", .error, "[MS-PST] 2.3.4.1", "rgib is inconsistent", .repair)
    static let tableStandardColumns = Rule(
        "table-row-columns", .error, "[MS-PST] 2.3.4.1",
        "PidTagLtpRowId or PidTagLtpRowVer is missing or not in its place", .repair)
    static let tableHIDIndex = Rule(
        "table-hid-index", .warning, "[MS-PST] 2.3.4.1", "hidIndex is not zero", .none)
    static let tableRowIndex = Rule(
        "table-row-index", .error, "[MS-PST] 2.3.4.3", "the row index leads outside the rows, or twice to one", .repair)
    static let tableRowID = Rule(
        "table-row-id", .error, "[MS-PST] 2.3.4.3", "PidTagLtpRowId of a row is not the key of its index record",
        .repair)
    static let tableMatrixSize = Rule(
        "table-matrix-size", .error, "[MS-PST] 2.3.4.4", "the row matrix is no whole number of rows", .repair)
    static let tableMatrixMissing = Rule(
        "table-matrix-missing", .error, "[MS-PST] 2.3.4.4", "the row matrix of a table with rows is missing", .repair)
    static let tableUnlistedRows = Rule(
        "table-unlisted-rows", .warning, "[MS-PST] 2.3.4.4", "the matrix has rows that the index does not list", .repair
    )
    static let tableExistence = Rule(
        "table-cell-existence", .error, "[MS-PST] 2.3.4.4.1", "the existence bit of the row id or version is clear",
        .repair)
    static let tableSpareBits = Rule(
        "table-spare-bits", .warning, "[MS-PST] 2.3.4.4.1", "unused bits of the existence bitmap are set", .none)
    static let tableAbsentCell = Rule(
        "table-absent-cell", .warning, "[MS-PST] 2.3.4.4.1", "a cell that does not exist is not zero", .none)
    static let tableRowBlock = Rule(
        "table-row-block", any: nil, fresh: .error, "scanpst",
        "a block of the row matrix is not full, or the last one too long", .repair)
    static let tableVersionCounter = Rule(
        "counter-row-version", any: nil, fresh: .error, "scanpst", "dwUnique is not above every row version", .repair)
    static let tableVersionTwice = Rule(
        "table-row-version-twice", any: nil, fresh: .warning, "scanpst", "two rows have one version", .none)

    static let tables: [Rule] = [
        tableInfo, tableColumnOrder, tableColumnSize, tableColumnPlace, tableColumnGap, tableColumnBit, tableGroups,
        tableStandardColumns, tableHIDIndex, tableRowIndex, tableRowID, tableMatrixSize, tableMatrixMissing,
        tableUnlistedRows, tableExistence, tableSpareBits, tableAbsentCell, tableRowBlock, tableVersionCounter,
        tableVersionTwice,
    ]
}

/// TCOLDESC.
struct TableColumn {
    let tag: UInt32
    let offset: Int
    let size: Int
    let bit: Int

    var id: UInt16 { UInt16(tag >> 16) }
    var type: UInt16 { UInt16(truncatingIfNeeded: tag) }
}

/// The layout of a table's rows.
struct TableColumns {
    let columns: [TableColumn]
    /// rgib: TCI_4b, TCI_2b, TCI_1b, TCI_bm.
    let ends: [Int]
    var rowSize: Int { ends[3] }
    var bitmap: Int { ends[2] }

    func position(_ tag: UInt32) -> Int? { columns.firstIndex { $0.tag == tag } }
    func contains(id: UInt16) -> Bool { columns.contains { $0.id == id } }
    var tags: [UInt32] { columns.map(\.tag) }

    /// From TCINFO.
    init?(_ info: [UInt8], _ place: Place, _ log: FindingLog) {
        let count = info.count > 1 ? Int(info[1]) : 0
        guard info.count >= 22, info[0] == 0x7C, info.count == 22 + 8 * count else {
            log.report(.tableInfo, place, found: info.withUnsafeBytes { hexadecimal($0) })
            return nil
        }
        ends = (0..<4).map { Int(info.loadLittleEndian(UInt16.self, at: 2 + 2 * $0) ?? 0) }
        columns = (0..<count).map { position in
            let start = 22 + 8 * position
            return TableColumn(
                tag: info.loadLittleEndian(UInt32.self, at: start) ?? 0,
                offset: Int(info.loadLittleEndian(UInt16.self, at: start + 4) ?? 0), size: Int(info[start + 6]),
                bit: Int(info[start + 7]))
        }
        if info.loadLittleEndian(UInt32.self, at: 18) ?? 0 != 0 { log.report(.tableHIDIndex, place, found: "a value") }
        guard check(place, log) else { return nil }
    }

    /// - Returns: false for a layout in which cells cannot be found.
    private func check(_ place: Place, _ log: FindingLog) -> Bool {
        let bitmapSize = (columns.count + 7) / 8
        if !(ends[0] <= ends[1] && ends[1] <= ends[2] && ends[2] <= ends[3]) || ends[3] != ends[2] + bitmapSize {
            log.report(.tableGroups, place, found: "\(ends)", expected: "rising, a bitmap of \(bitmapSize) bytes")
            guard ends[2] + bitmapSize <= ends[3] else { return false }
        }
        for (left, right) in zip(columns, columns.dropFirst()) where left.tag >= right.tag {
            log.report(.tableColumnOrder, place, found: "\(hexadecimal(left.tag)), \(hexadecimal(right.tag))")
        }
        var isSound = true
        var bits: Set<Int> = []
        for column in columns {
            let name = hexadecimal(column.tag)
            if !ValueType.isLegal(column.type) || column.size != ValueType.cellSize(column.type) {
                log.report(
                    .tableColumnSize, place, found: "\(name): \(column.size) bytes",
                    expected: "\(ValueType.cellSize(column.type))")
                isSound = false
            }
            let group =
                column.size >= 4
                ? 0..<ends[0] : column.size == 2 ? ends[0]..<max(ends[0], ends[1]) : ends[1]..<max(ends[1], ends[2])
            if column.offset < group.lowerBound || column.offset + column.size > group.upperBound {
                log.report(.tableColumnPlace, place, found: "\(name) at \(column.offset)", expected: "in \(group)")
                if column.offset + column.size > ends[3] { isSound = false }
            }
            if column.bit >= columns.count || !bits.insert(column.bit).inserted {
                log.report(.tableColumnBit, place, found: "\(name): iBit \(column.bit)")
                if column.bit / 8 >= bitmapSize { isSound = false }
            }
        }
        checkGaps(place, log)
        for (tag, offset, bit) in [(UInt32(0x67F2_0003), 0, 0), (0x67F3_0003, 4, 1)] {
            guard let column = columns.first(where: { $0.tag == tag }), column.offset == offset, column.bit == bit
            else {
                log.report(
                    .tableStandardColumns, place, found: hexadecimal(tag), expected: "ibData \(offset), iBit \(bit)")
                continue
            }
        }
        return isSound && ends[3] >= 8
    }

    private func checkGaps(_ place: Place, _ log: FindingLog) {
        var end = 0
        for column in columns.sorted(by: { $0.offset < $1.offset }) {
            if column.offset < end {
                log.report(
                    .tableColumnPlace, place, found: "\(hexadecimal(column.tag)) overlaps", expected: "at \(end)")
            } else if column.offset > end {
                log.report(.tableColumnGap, place, found: "\(end) to \(column.offset)")
            }
            end = column.offset + column.size
        }
        if end != ends[2] { log.report(.tableColumnGap, place, found: "cells end at \(end)", expected: "\(ends[2])") }
    }
}
