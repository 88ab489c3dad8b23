import BinaryIO
import MAPI
import PSTNDB

extension TableSchema {
    /// From TCINFO and its columns.
    init(info: [UInt8], largestRow: Int = NDBLimits.blockData) throws(LTPError) {
        func damaged(_ field: String, _ found: some CustomStringConvertible, _ expected: String) -> LTPError {
            .damaged(structure: "TCINFO", field: field, found: found.description, expected: expected)
        }
        guard info.count >= 22, info[0] == 0x7C else { throw damaged("bType", info.first ?? 0, "0x7C") }
        let count = Int(info[1])
        guard info.count >= 22 + 8 * count else { throw damaged("cCols", count, "columns that fit the item") }
        let groupEnds = (0..<4).map { Int(info.loadLittleEndian(UInt16.self, at: 2 + 2 * $0) ?? 0) }
        guard count > 0, groupEnds == groupEnds.sorted(), groupEnds[3] >= groupEnds[2] + (count + 7) / 8 else {
            throw damaged("rgib", groupEnds, "ends that rise, with room for the bitmap")
        }
        guard groupEnds[3] <= largestRow else { throw damaged("TCI_bm", groupEnds[3], "at most \(largestRow)") }
        let columns = (0..<count).map { position in
            let start = 22 + 8 * position
            return Column(
                tag: PropertyTag(rawValue: info.loadLittleEndian(UInt32.self, at: start) ?? 0),
                offset: Int(info.loadLittleEndian(UInt16.self, at: start + 4) ?? 0), size: Int(info[start + 6]),
                bit: Int(info[start + 7]))
        }
        for column in columns {
            guard column.offset + column.size <= groupEnds[2], column.bit < count,
                column.size == PropertyValueEncoding.cellSize(column.tag.type)
            else { throw damaged("rgTCOLDESC", column.tag, "a cell inside the row") }
        }
        self.init(columns: columns, groupEnds: groupEnds)
    }
}
