import BinaryIO
import PSTNDB

/// One block of a heap: header, items packed back to back, page map — [MS-PST] 2.3.1.2 to 2.3.1.5.
struct HeapPage {
    /// Header and items; the page map is appended when the page is encoded.
    private(set) var bytes: [UInt8]
    /// rgibAlloc: where each item begins, and where the last one ends.
    private var offsets: [UInt16]
    /// Items of no length that are free, to be used again; the highest last where the page was read.
    private var freeItems: [UInt16] = []
    /// Items of no length that cFree does not count: a writer's empty values, to which something refers.
    private var emptyValues = 0

    /// HNHDR in the first page, HNBITMAPHDR in page 8 and every 128th after it, HNPAGEHDR in the others.
    static func headerSize(ofPage index: Int) -> Int {
        index == 0 ? 12 : index % 128 == 8 ? 66 : 2
    }

    init(index: Int) {
        let header = Self.headerSize(ofPage: index)
        bytes = []
        bytes.reserveCapacity(2048)
        bytes.append(contentsOf: repeatElement(0, count: header))
        offsets = []
        offsets.reserveCapacity(48)
        offsets.append(UInt16(header))
    }

    /// From a decoded block.
    init(block: [UInt8], index: Int) throws(LTPError) {
        func damaged(_ field: String, _ found: Int, _ expected: String) -> LTPError {
            .damaged(structure: "HNPAGEMAP", field: field, found: "\(found) in page \(index)", expected: expected)
        }
        let map = Int(block.loadLittleEndian(UInt16.self, at: 0) ?? 0)
        let count = Int(block.loadLittleEndian(UInt16.self, at: map) ?? 0)
        guard map >= Self.headerSize(ofPage: index), map + 4 + 2 * (count + 1) <= block.count else {
            throw damaged("ibHnpm", map, "a page map inside \(block.count) bytes")
        }
        offsets = (0...count).map { block.loadLittleEndian(UInt16.self, at: map + 4 + 2 * $0) ?? 0 }
        var last = UInt16(Self.headerSize(ofPage: index))
        for (position, offset) in offsets.enumerated() {
            guard offset >= last, Int(offset) <= map else {
                throw damaged("rgibAlloc", Int(offset), "offsets that rise up to \(map)")
            }
            if position > 0, offset == last { freeItems.append(UInt16(position)) }
            last = offset
        }
        bytes = Array(block[..<Int(last)])
        let free = Int(block.loadLittleEndian(UInt16.self, at: map + 2) ?? 0)
        if free < freeItems.count {
            // Which of them are values nobody can tell, so that none is used again.
            emptyValues = freeItems.count - free
        }
    }

    /// hidUserRoot of HNHDR, which begins the heap's first block.
    static func userRoot(inFirst block: [UInt8], client: HeapOnNode.Client) throws(LTPError) -> HeapID {
        guard block.count >= 12, block[2] == 0xEC, block[3] == client.rawValue else {
            throw .damaged(
                structure: "HNHDR", field: "bClientSig",
                found: block.count >= 4 ? "\(block[3])" : "\(block.count) bytes", expected: "\(client.rawValue)")
        }
        return HeapID(rawValue: block.loadLittleEndian(UInt32.self, at: 4) ?? 0)
    }

    var itemCount: Int { offsets.count - 1 }

    /// Whether no item is in use.
    var isEmpty: Bool { freeItems.count == itemCount && emptyValues == 0 }

    private var reusableItem: UInt16? { emptyValues == 0 ? freeItems.last : nil }

    private var mapOffset: Int { (bytes.count + 1) & ~1 }
    private var mapSize: Int { 4 + 2 * offsets.count }

    /// Bytes of the block up to the end of the page map.
    var encodedSize: Int { mapOffset + mapSize }

    /// Free bytes of the page, as its fill level counts them.
    var freeBytes: Int { NDBLimits.blockData - encodedSize }

    /// Free bytes for more items.
    var usableBytes: Int {
        reusableItem == nil && itemCount >= HeapLimits.itemsPerPage ? 0 : freeBytes
    }

    /// Whether one more item of `count` bytes fits.
    func hasRoom(for count: Int) -> Bool {
        let end = (bytes.count + count + 1) & ~1 + mapSize
        if reusableItem != nil { return end <= NDBLimits.blockData }
        return itemCount < HeapLimits.itemsPerPage && end + 2 <= NDBLimits.blockData
    }

    /// Adds an item of at least one byte; there is room. The place of a freed item is used again.
    /// - Returns: its number, from 1.
    mutating func add(_ item: UnsafeRawBufferPointer) -> Int {
        if let number = reusableItem {
            _ = replace(Int(number), with: item)
            return Int(number)
        }
        bytes.append(contentsOf: item)
        offsets.append(UInt16(bytes.count))
        return offsets.count - 1
    }

    func range(ofItem number: Int) -> Range<Int>? {
        guard number >= 1, number < offsets.count else { return nil }
        return Int(offsets[number - 1])..<Int(offsets[number])
    }

    /// Whether an item has just these bytes.
    func holds(_ item: [UInt8], as number: Int) -> Bool {
        guard let range = range(ofItem: number), range.count == item.count else { return false }
        return bytes[range].elementsEqual(item)
    }

    /// Gives an item other bytes, shifting what lies behind it.
    /// - Returns: false, and nothing done, if they do not fit.
    mutating func replace(_ number: Int, with item: UnsafeRawBufferPointer) -> Bool {
        guard let range = range(ofItem: number) else { return false }
        let growth = item.count - range.count
        guard (bytes.count + growth + 1) & ~1 + mapSize <= NDBLimits.blockData else { return false }
        if growth == 0 {
            overwrite(item, at: range.lowerBound)
            return true
        }
        bytes.replaceSubrange(range, with: item)
        for position in number..<offsets.count { offsets[position] = UInt16(Int(offsets[position]) + growth) }
        if range.isEmpty {
            freeItems.removeAll { $0 == UInt16(number) }
            // Where some are values, only a value is replaced.
            if emptyValues > 0 { emptyValues -= 1 }
        }
        if item.isEmpty { freeItems.append(UInt16(number)) }
        return true
    }

    /// Overwrites bytes at an offset of the page.
    mutating func overwrite(_ source: UnsafeRawBufferPointer, at offset: Int) {
        bytes.withUnsafeMutableBytes { bytes in
            UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + source.count]).copyMemory(from: source)
        }
    }

    /// The block's data. A page that is not the last of its heap is filled up to a whole block.
    func encoded(isLast: Bool) -> [UInt8] {
        var block: [UInt8] = []
        block.reserveCapacity(isLast ? encodedSize : NDBLimits.blockData)
        block += bytes
        if block.count % 2 == 1 { block.append(0) }
        block.store(littleEndian: UInt16(block.count), at: 0)
        block.append(littleEndian: UInt16(itemCount))
        block.append(littleEndian: UInt16(freeItems.count - emptyValues))
        for offset in offsets { block.append(littleEndian: offset) }
        if !isLast { block.append(contentsOf: repeatElement(0, count: NDBLimits.blockData - block.count)) }
        return block
    }
}

/// Fill levels, [MS-PST] 2.3.1.2: how many bytes a page has free at least, in 16 steps.
enum HeapFillLevel {
    private static let thresholds = [3584, 2560, 2048, 1792, 1536, 1280, 1024, 768, 512, 256, 128, 64, 32, 16, 8, 0]

    /// Bytes that a page of a level has free at least.
    static func leastFree(_ level: UInt8) -> Int { level < 16 ? thresholds[Int(level)] : 0 }

    /// Pages before the last one are filled up with zeros to a whole block and count as full: nothing is to be put
    /// into them. (Outlook keeps the true level there; the strict checker measures the block as stored.)
    static func level(of page: HeapPage, isLast: Bool) -> UInt8 {
        let free = isLast ? page.freeBytes : 0
        return UInt8(thresholds.firstIndex { free >= $0 } ?? 15)
    }
}
