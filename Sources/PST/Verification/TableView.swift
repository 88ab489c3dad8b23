import BinaryIO

/// A table context that is read row by row, in the order of the matrix, with bounded memory.
final class TableView {
    enum Cell {
        case absent
        case inline
        case heap(UInt32)
        /// The value's data block.
        case subnode(UInt64)
        case empty
        case broken
    }

    let content: NodeContent
    let heap: HeapView
    let columns: TableColumns
    /// Rows that the index lists.
    private(set) var listedCount = 0
    private(set) var uses: [UInt8]
    private let matrix: UInt32
    private var matrixBlocks: [Int] = []
    private var matrixItem: [UInt8] = []
    /// Row ids by position in the matrix, and whether the index lists the row.
    private var rowIDs: [UInt32] = []
    private var isListed: [Bool] = []
    /// The cells of the row at hand, by column.
    private(set) var cells: [Cell]
    private let order: [(mask: UInt8, byte: Int)]
    private let spareBits: UInt8

    var file: FileUnderCheck { content.file }
    var log: FindingLog { content.file.log }
    var place: Place { content.place }
    var rowsPerBlock: Int { max(1, file.layout.blockData / columns.rowSize) }

    /// - Returns: nil where there is no table that can be read, which is reported.
    init?(_ content: NodeContent) {
        guard let heap = HeapView(content, client: HeapView.Client.table), let info = heap.bytes(heap.root),
            let columns = TableColumns(info, content.place, content.file.log)
        else { return nil }
        self.content = content
        self.heap = heap
        self.columns = columns
        uses = Array(repeating: 0, count: content.subnodes.count)
        cells = Array(repeating: .absent, count: columns.columns.count)
        order = columns.columns.map { (0x80 >> UInt8($0.bit % 8), columns.bitmap + $0.bit / 8) }
        spareBits = columns.columns.count % 8 == 0 ? 0 : 0xFF >> UInt8(columns.columns.count % 8)
        matrix = info.loadLittleEndian(UInt32.self, at: 14) ?? 0
        for column in columns.columns where column.id >= 0x8000 {
            content.file.namesInColumns[Int(column.id & 0x7FFF)] = true
        }
        let total = openMatrix()
        rowIDs = Array(repeating: 0, count: total)
        isListed = Array(repeating: false, count: total)
        readIndex(header: info.loadLittleEndian(UInt32.self, at: 10) ?? 0)
        if log.profile == .fresh { checkBlocks() }
    }

    /// - Returns: the number of rows that the matrix has room for.
    private func openMatrix() -> Int {
        let width = columns.rowSize
        guard matrix != 0 else { return 0 }
        guard matrix & 0x1F != 0 else {
            guard let item = heap.bytes(matrix) else {
                log.report(.tableMatrixMissing, place, found: "HID \(hexadecimal(matrix))")
                return 0
            }
            matrixItem = item
            if item.count % width != 0 {
                log.report(.tableMatrixSize, place, found: "\(item.count) bytes", expected: "rows of \(width)")
            }
            return item.count / width
        }
        guard let subnode = content.subnode(matrix) else {
            log.report(.tableMatrixMissing, place, found: "subnode \(hexadecimal(matrix))")
            return 0
        }
        use(matrix)
        matrixBlocks = file.dataBlocks(of: subnode.data, place)
        var total = 0
        for (number, block) in matrixBlocks.enumerated() {
            let size = file.blocks.dataSize(block)
            let isLast = number + 1 == matrixBlocks.count
            if isLast ? size % width != 0 && size != file.layout.blockData : size / width != rowsPerBlock {
                log.report(
                    .tableMatrixSize, place, found: "block \(number) of \(size) bytes", expected: "rows of \(width)")
            }
            total = number * rowsPerBlock + min(rowsPerBlock, size / width)
        }
        return total
    }

    private func readIndex(header: UInt32) {
        let sizes = file.layout.isUnicode ? [4] : [2, 4]
        guard var walk = HeapTreeWalk(heap, header: header, keySize: 4, valueSizes: sizes, place) else { return }
        walk.visitRecords { record in
            let id = record.loadLittleEndian(UInt32.self, at: 0) ?? 0
            let row =
                record.count == 8
                ? Int(record.loadLittleEndian(UInt32.self, at: 4) ?? 0)
                : Int(record.loadLittleEndian(UInt16.self, at: 4) ?? 0)
            self.listedCount += 1
            guard row < self.rowIDs.count, !self.isListed[row] else {
                self.log.report(
                    .tableRowIndex, self.place, found: "row \(hexadecimal(id)) at \(row)",
                    expected: "below \(self.rowIDs.count), once")
                return
            }
            self.rowIDs[row] = id
            self.isListed[row] = true
        }
        if listedCount > 0, rowIDs.isEmpty {
            log.report(.tableMatrixMissing, place, found: "no rows", expected: "\(listedCount)")
        }
        if rowIDs.count > listedCount {
            log.report(.tableUnlistedRows, place, found: "\(rowIDs.count) rows", expected: "\(listedCount)")
        }
    }

    private func checkBlocks() {
        for (number, block) in matrixBlocks.enumerated() {
            let size = file.blocks.dataSize(block)
            let rest = (listedCount - rowsPerBlock * number) * columns.rowSize
            let isLast = number + 1 == matrixBlocks.count
            if size != file.layout.blockData, !isLast || size != rest {
                log.report(.tableRowBlock, place, found: "block \(number) of \(size) bytes")
            }
        }
    }

    func use(_ id: UInt32) {
        guard let position = content.position(id), uses[position] < 3 else { return }
        uses[position] += 1
    }

    /// Calls `body` for every row that the index lists, with the row's bytes; ``cells`` are those of the row.
    func forEachRow(_ body: (UInt32, UnsafeRawBufferPointer) -> Void) {
        let width = columns.rowSize
        if matrixBlocks.isEmpty {
            matrixItem.withUnsafeBytes { bytes in
                for row in rowIDs.indices where isListed[row] {
                    visit(row, UnsafeRawBufferPointer(rebasing: bytes[row * width..<(row + 1) * width]), body)
                }
            }
            return
        }
        for (number, block) in matrixBlocks.enumerated() {
            guard let bytes = file.decoded(block) else { continue }
            bytes.withUnsafeBytes { bytes in
                for place in 0..<min(rowsPerBlock, bytes.count / width) {
                    let row = number * rowsPerBlock + place
                    guard row < isListed.count, isListed[row] else { continue }
                    visit(row, UnsafeRawBufferPointer(rebasing: bytes[place * width..<(place + 1) * width]), body)
                }
            }
        }
    }

    private func visit(
        _ row: Int, _ bytes: UnsafeRawBufferPointer, _ body: (UInt32, UnsafeRawBufferPointer) -> Void
    ) {
        let id = rowIDs[row]
        let stored = bytes.loadLittleEndian(UInt32.self, at: 0) ?? 0
        if stored != id {
            log.report(.tableRowID, rowPlace(id), found: hexadecimal(stored), expected: hexadecimal(id))
        }
        if spareBits != 0, bytes[columns.rowSize - 1] & spareBits != 0 {
            log.report(.tableSpareBits, rowPlace(id), found: hexadecimal(bytes[columns.rowSize - 1]))
        }
        for position in columns.columns.indices {
            cells[position] = cell(position, of: bytes, id)
        }
        body(id, bytes)
    }

    func rowPlace(_ id: UInt32) -> Place {
        Place("\(place.structure) row \(hexadecimal(id))", nodes: place.nodes)
    }

    private func cell(_ position: Int, of row: UnsafeRawBufferPointer, _ id: UInt32) -> Cell {
        let column = columns.columns[position]
        let bytes = UnsafeRawBufferPointer(rebasing: row[column.offset..<column.offset + column.size])
        guard row[order[position].byte] & order[position].mask != 0 else {
            if column.id == 0x67F2 || column.id == 0x67F3 {
                log.report(.tableExistence, rowPlace(id), found: hexadecimal(column.tag))
            } else if bytes.contains(where: { $0 != 0 }) {
                log.report(
                    .tableAbsentCell, rowPlace(id), found: "\(hexadecimal(column.tag)) = \(hexadecimal(bytes))")
            }
            return .absent
        }
        guard ValueType.isReference(column.type) else {
            if column.type == ValueType.boolean, bytes[0] > 1 {
                log.report(.valueBoolean, rowPlace(id), found: "\(hexadecimal(column.tag)) = \(bytes[0])")
            }
            return .inline
        }
        let reference = bytes.loadLittleEndian(UInt32.self, at: 0) ?? 0
        guard reference != 0 else { return .empty }
        if reference & 0x1F == 0 {
            let isSound: Void? = heap.item(reference) { value in
                file.checkValue(value, type: column.type, id: column.id, rowPlace(id))
            }
            if isSound == nil {
                log.report(.valueReference, rowPlace(id), found: hexadecimal(column.tag))
                return .broken
            }
            return .heap(reference)
        }
        guard let subnode = content.subnode(reference) else {
            log.report(
                .valueReference, rowPlace(id), found: "\(hexadecimal(column.tag)): subnode \(hexadecimal(reference))")
            return .broken
        }
        use(reference)
        file.data(of: subnode.data, place).withUnsafeBytes {
            file.checkValue($0, type: column.type, id: column.id, rowPlace(id))
        }
        return .subnode(subnode.data)
    }

    /// The bytes of a cell of the row at hand; nil where it does not exist or is broken.
    func withCell<Result>(
        _ position: Int, of row: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        let column = columns.columns[position]
        switch cells[position] {
        case .absent, .broken: return nil
        case .empty: return body(UnsafeRawBufferPointer(start: nil, count: 0))
        case .inline: return body(UnsafeRawBufferPointer(rebasing: row[column.offset..<column.offset + column.size]))
        case .heap(let id): return heap.item(id, marking: false, body)
        case .subnode(let block): return file.data(of: block, place).withUnsafeBytes(body)
        }
    }

    func cellBytes(_ tag: UInt32, of row: UnsafeRawBufferPointer) -> [UInt8]? {
        columns.position(tag).flatMap { withCell($0, of: row) { Array($0) } }
    }

    func cellInteger(_ tag: UInt32, of row: UnsafeRawBufferPointer) -> UInt32? {
        columns.position(tag).flatMap { withCell($0, of: row) { $0.loadLittleEndian(UInt32.self, at: 0) } } ?? nil
    }

    /// Judges PidTagLtpRowVer of the row at hand.
    /// - Parameter isShared: the version must differ from those of all other such tables.
    func checkVersion(of row: UnsafeRawBufferPointer, _ id: UInt32, isShared: Bool) {
        guard log.profile == .fresh, let version = row.loadLittleEndian(UInt32.self, at: 4) else { return }
        if version >= file.header.unique {
            log.report(
                .tableVersionCounter, rowPlace(id), found: hexadecimal(version),
                expected: "below \(hexadecimal(file.header.unique))")
        }
        if isShared { file.rowVersions.append(version) }
    }

    func finish() {
        heap.finish()
        file.checkSubnodeUse(content, uses)
    }
}

extension FileUnderCheck {
    func checkVersions() {
        rowVersions.sort()
        for (left, right) in zip(rowVersions, rowVersions.dropFirst()) where left == right {
            log.report(.tableVersionTwice, Place("PidTagLtpRowVer"), found: hexadecimal(left))
        }
    }
}
