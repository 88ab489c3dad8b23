import BinaryIO
import PSTNDB

/// A heap that is only read, of any format — HN, [MS-PST] 2.3.1. For one thread; pages are read when first needed.
final class HeapReader {
    let nodes: NodeReader
    let budget: ReadBudget
    let userRoot: HeapID
    private let blocks: [BlockID]
    private var pages: [Int: HeapPage] = [:]

    /// The heap in the data tree below `data`.
    init(
        data: BlockID, client: HeapOnNode.Client, in nodes: NodeReader, budget: ReadBudget
    ) throws(LTPError) {
        self.nodes = nodes
        self.budget = budget
        blocks = try inDatabase { () throws(NDBError) in
            var tree = try nodes.dataBlocks(of: data, budget: budget)
            var blocks: [BlockID] = []
            while let id = try tree.nextID() {
                guard blocks.count < HeapLimits.pages else { throw .limit("a heap of more than 65,536 pages") }
                blocks.append(id)
            }
            return blocks
        }
        guard let first = blocks.first else {
            throw .damaged(structure: "HN", field: "blocks", found: "0", expected: "1 to 65,536")
        }
        let block = try inDatabase { () throws(NDBError) in try nodes.block(first, budget: budget) }
        userRoot = try HeapPage.userRoot(inFirst: block, client: client)
        pages[0] = try HeapPage(block: block, index: 0)
    }

    private func page(_ index: Int) throws(LTPError) -> HeapPage {
        if let page = pages[index] { return page }
        guard blocks.indices.contains(index) else {
            throw .damaged(
                structure: "HID", field: "hidBlockIndex", found: "\(index)", expected: "below \(blocks.count)")
        }
        let block = try inDatabase { () throws(NDBError) in try nodes.block(blocks[index], budget: budget) }
        let page = try HeapPage(block: block, index: index)
        if pages.count >= HeapLimits.cachedPages {
            // The first page has the roots of everything.
            pages = pages.filter { $0.key == 0 }
        }
        pages[index] = page
        return page
    }

    /// The bytes of an item; none for HID 0.
    func bytes(of id: HeapID) throws(LTPError) -> ArraySlice<UInt8> {
        guard id != .none else { return [] }
        let place = id.place(in: nodes.format)
        let page = try page(place.page)
        guard let range = page.range(ofItem: place.item) else {
            throw .damaged(
                structure: "HID", field: "hidIndex", found: "\(place.item)", expected: "1 to \(page.itemCount)")
        }
        return page.bytes[range]
    }
}

/// The records of a BTH, [MS-PST] 2.3.2, in the order of their keys.
struct BTreeOnHeapReader {
    let heap: HeapReader
    let keySize: Int
    let valueSize: Int
    private let header: BTreeOnHeapHeader

    init(header: HeapID, keySize: Int, valueSize: Int, in heap: HeapReader) throws(LTPError) {
        self.heap = heap
        self.keySize = keySize
        self.valueSize = valueSize
        self.header = try BTreeOnHeapHeader(
            bytes: heap.bytes(of: header), keySize: keySize, valueSize: valueSize)
    }

    /// Calls `body` with each record, key first.
    func forEachRecord(_ body: (ArraySlice<UInt8>) throws(LTPError) -> Void) throws(LTPError) {
        var seen: Set<HeapID> = []
        try visit(header.root, level: header.levels, &seen, body)
    }

    private func visit(
        _ item: HeapID, level: UInt8, _ seen: inout Set<HeapID>, _ body: (ArraySlice<UInt8>) throws(LTPError) -> Void
    ) throws(LTPError) {
        guard item != .none else { return }
        // No item twice: bounds the walk whatever the file says.
        guard seen.insert(item).inserted else {
            throw .damaged(
                structure: "BTH", field: "hidNextLevel", found: "item \(item.rawValue) for the second time",
                expected: "every item once")
        }
        let records = try heap.bytes(of: item)
        let size = keySize + (level == 0 ? valueSize : 4)
        guard records.count % size == 0 else {
            throw .damaged(
                structure: "BTH", field: "records", found: "\(records.count) bytes", expected: "records of \(size)")
        }
        for start in stride(from: records.startIndex, to: records.endIndex, by: size) {
            if level == 0 {
                try body(records[start..<start + size])
            } else {
                let next = records.number(UInt32.self, at: keySize, from: start)
                try visit(HeapID(rawValue: next), level: level - 1, &seen, body)
            }
        }
    }
}

extension ArraySlice<UInt8> {
    /// The little-endian number `offset` bytes behind the index `start`; 0 where it is not wholly there.
    func number<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int, from start: Int? = nil) -> Value {
        let position = (start ?? startIndex) - startIndex + offset
        return withUnsafeBytes { $0.loadLittleEndian(type, at: position) } ?? 0
    }
}
