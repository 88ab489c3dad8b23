import BinaryIO
import PSTNDB

/// Edits a PST in memory, structure by structure, and puts the checksums right again, so that only the rule about what
/// was edited can notice. For Unicode files without encoding.
struct PSTSurgeon {
    private(set) var bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    func number<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
        bytes.loadLittleEndian(type, at: offset) ?? 0
    }

    mutating func put(_ value: some FixedWidthInteger, at offset: Int) {
        bytes.store(littleEndian: value, at: offset)
    }

    mutating func flip(_ offset: Int) { bytes[offset] ^= 1 }

    private func checksum(_ range: Range<Int>) -> UInt32 { pstChecksum(Array(bytes[range])) }

    /// Changes a field of the header.
    mutating func header(_ value: some FixedWidthInteger, at offset: Int) {
        put(value, at: offset)
        put(checksum(8..<479), at: 4)
        put(checksum(8..<524), at: 524)
    }

    mutating func sealPage(_ page: Int) { put(checksum(page..<page + 496), at: page + 500) }

    /// Changes a field of a page.
    mutating func page(_ page: Int, _ value: some FixedWidthInteger, at offset: Int) {
        put(value, at: page + offset)
        sealPage(page)
    }
}

/// B-trees.
extension PSTSurgeon {
    var nodeTree: Int { Int(number(UInt64.self, at: 224)) }
    var blockTree: Int { Int(number(UInt64.self, at: 240)) }

    /// Leaf pages below a page, in order.
    func leaves(_ page: Int) -> [Int] {
        guard bytes[page + 491] > 0 else { return [page] }
        return (0..<Int(bytes[page + 488])).flatMap { leaves(Int(number(UInt64.self, at: page + $0 * 24 + 16))) }
    }

    /// The leaf page and place of an entry.
    func entry(_ key: UInt64, in tree: Int) throws -> (page: Int, offset: Int) {
        for page in leaves(tree) {
            let size = Int(bytes[page + 490])
            for position in 0..<Int(bytes[page + 488]) where number(UInt64.self, at: page + position * size) == key {
                return (page, position * size)
            }
        }
        throw SurgeryError(what: "no entry \(key)")
    }

    func data(of node: UInt32) throws -> UInt64 {
        let place = try entry(UInt64(node), in: nodeTree)
        return number(UInt64.self, at: place.page + place.offset + 8)
    }

    func subnodes(of node: UInt32) throws -> UInt64 {
        let place = try entry(UInt64(node), in: nodeTree)
        return number(UInt64.self, at: place.page + place.offset + 16)
    }

    /// Changes a field of an NBTENTRY.
    mutating func node(_ id: UInt32, _ value: some FixedWidthInteger, at offset: Int) throws {
        let place = try entry(UInt64(id), in: nodeTree)
        page(place.page, value, at: place.offset + offset)
    }

    /// Changes a field of a BBTENTRY.
    mutating func blockEntry(_ id: UInt64, _ value: some FixedWidthInteger, at offset: Int) throws {
        let place = try entry(id, in: blockTree)
        page(place.page, value, at: place.offset + offset)
    }
}

struct SurgeryError: Error {
    let what: String
}

/// Blocks.
extension PSTSurgeon {
    /// Where the data of a block lies.
    func block(_ id: UInt64) throws -> Range<Int> {
        let place = try entry(id, in: blockTree)
        let start = Int(number(UInt64.self, at: place.page + place.offset + 8))
        return start..<start + Int(number(UInt16.self, at: place.page + place.offset + 16))
    }

    func trailer(_ id: UInt64) throws -> Int {
        let data = try block(id)
        return data.lowerBound + (data.count + 16 + 63) / 64 * 64 - 16
    }

    /// Puts the checksum of a block right.
    mutating func seal(_ id: UInt64) throws {
        put(checksum(try block(id)), at: try trailer(id) + 4)
    }

    /// Changes bytes of a block.
    mutating func block(_ id: UInt64, _ value: some FixedWidthInteger, at offset: Int) throws {
        put(value, at: try block(id).lowerBound + offset)
        try seal(id)
    }

    /// The place of an SLENTRY in its block.
    func subnode(_ id: UInt32, in block: UInt64) throws -> Int {
        let data = try self.block(block)
        for position in 0..<Int(number(UInt16.self, at: data.lowerBound + 2)) {
            let offset = 8 + 24 * position
            if number(UInt32.self, at: data.lowerBound + offset) == id { return offset }
        }
        throw SurgeryError(what: "no subnode \(id)")
    }

    func subnodeData(_ id: UInt32, in block: UInt64) throws -> UInt64 {
        number(UInt64.self, at: try self.block(block).lowerBound + subnode(id, in: block) + 8)
    }

    func subnodeSubnodes(_ id: UInt32, in block: UInt64) throws -> UInt64 {
        number(UInt64.self, at: try self.block(block).lowerBound + subnode(id, in: block) + 16)
    }
}

/// Heaps of one block, property contexts and tables in them. Places are offsets in the block.
extension PSTSurgeon {
    func item(_ id: UInt32, in block: UInt64) throws -> Range<Int> {
        let start = try self.block(block).lowerBound
        let map = Int(number(UInt16.self, at: start))
        let position = Int(id >> 5)
        let first = Int(number(UInt16.self, at: start + map + 2 + 2 * position))
        return first..<Int(number(UInt16.self, at: start + map + 4 + 2 * position))
    }

    func userRoot(_ block: UInt64) throws -> UInt32 { number(UInt32.self, at: try self.block(block).lowerBound + 4) }

    /// The record of a property; of a tree of one level.
    func property(_ id: UInt16, in block: UInt64) throws -> Int {
        let start = try self.block(block).lowerBound
        let header = try item(userRoot(block), in: block).lowerBound
        let leaf = try item(number(UInt32.self, at: start + header + 4), in: block)
        for offset in stride(from: leaf.lowerBound, to: leaf.upperBound, by: 8)
        where number(UInt16.self, at: start + offset) == id { return offset }
        throw SurgeryError(what: "no property \(id)")
    }

    /// The heap item of a property's value.
    func value(_ id: UInt16, in block: UInt64) throws -> Int {
        let start = try self.block(block).lowerBound
        return try item(number(UInt32.self, at: start + property(id, in: block) + 4), in: block).lowerBound
    }

    /// Changes a property's record from its value on.
    mutating func property(_ id: UInt16, in block: UInt64, _ value: some FixedWidthInteger) throws {
        try self.block(block, value, at: property(id, in: block) + 4)
    }

    struct Table {
        let info: Int
        let rowSize: Int
        let bitmap: Int
        /// Where the first row begins; the matrix is a heap item.
        let rows: Int
        let index: Int
        let indexLeaf: Int
    }

    func table(_ block: UInt64) throws -> Table {
        let start = try self.block(block).lowerBound
        let info = try item(userRoot(block), in: block).lowerBound
        let index = try item(number(UInt32.self, at: start + info + 10), in: block).lowerBound
        return Table(
            info: info, rowSize: Int(number(UInt16.self, at: start + info + 8)),
            bitmap: Int(number(UInt16.self, at: start + info + 6)),
            rows: try item(number(UInt32.self, at: start + info + 14), in: block).lowerBound, index: index,
            indexLeaf: try item(number(UInt32.self, at: start + index + 4), in: block).lowerBound)
    }

    /// TCOLDESC of a column.
    func column(_ tag: UInt32, in block: UInt64) throws -> Int {
        let start = try self.block(block).lowerBound
        let info = try table(block).info
        for position in 0..<Int(bytes[start + info + 1]) {
            let offset = info + 22 + 8 * position
            if number(UInt32.self, at: start + offset) == tag { return offset }
        }
        throw SurgeryError(what: "no column \(tag)")
    }

    /// The cell of a row, counted from 0.
    func cell(_ tag: UInt32, row: Int, in block: UInt64) throws -> Int {
        let start = try self.block(block).lowerBound
        let table = try table(block)
        return table.rows + row * table.rowSize + Int(number(UInt16.self, at: start + (try column(tag, in: block)) + 4))
    }

    /// Clears the existence bit of a cell.
    mutating func clearCell(_ tag: UInt32, row: Int, in block: UInt64) throws {
        let start = try self.block(block).lowerBound
        let table = try table(block)
        let bit = Int(bytes[start + (try column(tag, in: block)) + 7])
        let place = start + table.rows + row * table.rowSize + table.bitmap + bit / 8
        bytes[place] &= ~(0x80 >> UInt8(bit % 8))
        try seal(block)
    }
}
