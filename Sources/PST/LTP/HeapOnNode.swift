import BinaryIO
import PSTNDB

/// HN, [MS-PST] 2.3.1: items of up to 3,580 bytes in the data blocks of a node.
///
/// One type for a heap that is made in memory and for one that lies in a database and is changed: pages are read
/// when first needed and written only if changed.
public struct HeapOnNode {
    struct Slot {
        /// nil where the page is only in the database.
        var page: HeapPage?
        var stored: BlockID
        var isChanged: Bool
        var level: UInt8
    }

    /// bClientSig, [MS-PST] 2.3.1.2.
    public enum Client: UInt8, Sendable {
        case propertyContext = 0xBC
        case tableContext = 0x7C
        /// The id map in node 0xC01; not in the specification.
        case idMap = 0x9C
    }

    let client: Client
    var userRoot = HeapID.none {
        didSet { if userRoot != oldValue { markChanged(0) } }
    }
    private(set) var slots: [Slot] = []
    /// The heap as it is in the database.
    private(set) var tree = StoredDataTree()
    /// Pages before the last one that have room for more, most recent last.
    private var roomy: [Int] = []
    /// Pages in memory that may be moved out: all but those with fill levels.
    private var movable: [Int] = []
    private let read: ((BlockID) throws(NDBError) -> [UInt8])?

    private static let roomyPages = 4

    /// An empty heap.
    init(client: Client) {
        self.client = client
        read = nil
        appendPage()
    }

    /// An empty heap whose pages may be moved out to a database and read back.
    init(client: Client, read: @escaping (BlockID) throws(NDBError) -> [UInt8]) {
        self.client = client
        self.read = read
        appendPage()
    }

    /// The heap whose data tree is `tree`.
    init(
        client: Client, tree: StoredDataTree, read: @escaping (BlockID) throws(NDBError) -> [UInt8]
    ) throws(LTPError) {
        self.client = client
        self.read = read
        self.tree = tree
        let blocks = tree.blocks
        slots = blocks.map { Slot(page: nil, stored: $0, isChanged: false, level: 15) }
        guard let first = blocks.first, blocks.count <= HeapLimits.pages else {
            throw .damaged(structure: "HN", field: "blocks", found: "\(blocks.count)", expected: "1 to 65,536")
        }
        let header = try inDatabase { () throws(NDBError) in try read(first) }
        let root = try HeapPage.userRoot(inFirst: header, client: client)
        slots[0].page = try HeapPage(block: header, index: 0)
        userRoot = root
        slots[0].isChanged = false
        try loadLevels(header)
    }

    private mutating func loadLevels(_ header: [UInt8]) throws(LTPError) {
        for index in 0..<min(8, slots.count) { slots[index].level = header[8 + index / 2] >> (index % 2 * 4) & 15 }
        for start in stride(from: 8, to: slots.count, by: 128) {
            let page = try page(start)
            for index in start..<min(start + 128, slots.count) {
                let byte = page.bytes[2 + (index - start) / 2]
                slots[index].level = byte >> ((index - start) % 2 * 4) & 15
            }
        }
    }

    private mutating func appendPage() {
        if let last = slots.indices.last { markChanged(last) }
        slots.append(Slot(page: HeapPage(index: slots.count), stored: .none, isChanged: true, level: 0))
        becameResident(slots.count - 1)
    }

    private mutating func markChanged(_ index: Int) {
        if slots.indices.contains(index) { slots[index].isChanged = true }
    }

    private mutating func page(_ index: Int) throws(LTPError) -> HeapPage {
        guard slots.indices.contains(index) else {
            throw .damaged(
                structure: "HID", field: "hidBlockIndex", found: "\(index)", expected: "below \(slots.count)")
        }
        if let page = slots[index].page { return page }
        guard let read else { throw .limit("heap page \(index) has been moved out") }
        let stored = slots[index].stored
        let block = try inDatabase { () throws(NDBError) in try read(stored) }
        let page = try HeapPage(block: block, index: index)
        slots[index].page = page
        becameResident(index)
        return page
    }

    private mutating func becameResident(_ index: Int) {
        if index != 0, index % 128 != 8 { movable.append(index) }
    }

    /// Adds an item of 1 to 3,580 bytes.
    public mutating func allocate(_ item: UnsafeRawBufferPointer) throws(LTPError) -> HeapID {
        guard item.count <= HeapLimits.item else { throw .limit("a heap item of \(item.count) bytes") }
        // An empty item would be a zero-length allocation, which the repair tool objects to.
        guard !item.isEmpty else { return .none }
        var last = slots.count - 1
        if slots[last].page?.hasRoom(for: item.count) != true {
            if let roomyPage = try pageWithRoom(for: item.count) {
                last = roomyPage
            } else {
                last = try startPage()
            }
        }
        slots[last].isChanged = true
        guard let number = slots[last].page?.append(item) else { throw .limit("heap page \(last) has been moved out") }
        return HeapID(page: last, item: number)
    }

    private mutating func pageWithRoom(for count: Int) throws(LTPError) -> Int? {
        for index in roomy.reversed() where try page(index).hasRoom(for: count) { return index }
        let last = slots.count - 1
        return try page(last).hasRoom(for: count) ? last : nil
    }

    private mutating func startPage() throws(LTPError) -> Int {
        let last = slots.count - 1
        _ = try page(last)  // it changes: a page in the middle is filled up to a whole block
        remember(roomy: last)
        guard slots.count < HeapLimits.pages else { throw .limit("a heap of more than 65,536 pages") }
        appendPage()
        return slots.count - 1
    }

    private mutating func remember(roomy index: Int) {
        guard index < slots.count - 1 || slots.count == 1, !roomy.contains(index) else { return }
        roomy.append(index)
        if roomy.count > Self.roomyPages { roomy.removeFirst() }
    }

    public mutating func allocate(_ item: [UInt8]) throws(LTPError) -> HeapID {
        try item.withBytes { (bytes) throws(LTPError) in try allocate(bytes) }
    }

    /// The bytes of an item; none for HID 0.
    public mutating func bytes(of id: HeapID) throws(LTPError) -> [UInt8] {
        guard id != .none else { return [] }
        let page = try page(id.page)
        guard let range = page.range(ofItem: id.item) else {
            throw .damaged(
                structure: "HID", field: "hidIndex", found: "\(id.item)", expected: "1 to \(page.itemCount)")
        }
        return Array(page.bytes[range])
    }

    /// Gives an item other bytes; it may move.
    mutating func replace(_ id: HeapID, with item: [UInt8]) throws(LTPError) -> HeapID {
        guard id != .none else { return try allocate(item) }
        guard item.count <= HeapLimits.item else { throw .limit("a heap item of \(item.count) bytes") }
        _ = try page(id.page)
        slots[id.page].isChanged = true
        let done = item.withUnsafeBytes { slots[id.page].page?.replace(id.item, with: $0) }
        if done == true, !item.isEmpty { return id }
        try free(id)
        return try allocate(item)
    }

    mutating func free(_ id: HeapID) throws(LTPError) {
        guard id != .none else { return }
        _ = try page(id.page)
        slots[id.page].isChanged = true
        _ = slots[id.page].page?.replace(id.item, with: UnsafeRawBufferPointer(start: nil, count: 0))
        remember(roomy: id.page)
    }

    /// Overwrites part of an item in place.
    mutating func overwrite(_ id: HeapID, at offset: Int, with number: UInt32) throws(LTPError) {
        guard let range = try page(id.page).range(ofItem: id.item), offset + 4 <= range.count else {
            throw .damaged(structure: "HID", field: "hidIndex", found: "\(id.item)", expected: "an item of 4 bytes")
        }
        slots[id.page].isChanged = true
        withUnsafeBytes(of: number.littleEndian) { bytes in
            slots[id.page].page?.overwrite(bytes, at: range.lowerBound + offset)
        }
    }
}

/// Writing.
extension HeapOnNode {
    private static func headerPage(of index: Int) -> Int { index < 8 ? 0 : 8 + (index - 8) / 128 * 128 }

    /// Sets every fill level in the pages that carry them, and the fields of HNHDR.
    private mutating func sealHeaders() throws(LTPError) {
        for index in slots.indices where slots[index].isChanged {
            guard let page = slots[index].page else { continue }
            let level = HeapFillLevel.level(of: page, isLast: index == slots.count - 1)
            if level != slots[index].level || slots[index].stored.isNone {
                slots[index].level = level
                let header = Self.headerPage(of: index)
                _ = try self.page(header)
                slots[header].isChanged = true
            }
        }
        for index in [0] + Array(stride(from: 8, to: slots.count, by: 128)) where slots[index].isChanged {
            var field: [UInt8] = []
            if index == 0 {
                field += [0xEC, client.rawValue]
                field.append(littleEndian: userRoot.rawValue)
            }
            let covered = index == 0 ? 8 : 128
            for pair in stride(from: index, to: index + covered, by: 2) {
                let low = pair < slots.count ? slots[pair].level : 0
                let high = pair + 1 < slots.count ? slots[pair + 1].level : 0
                field.append(low | high << 4)
            }
            field.withUnsafeBytes { slots[index].page?.overwrite($0, at: 2) }
        }
    }

    /// The bytes of the node's data if the heap is wholly in memory.
    var encodedSize: Int {
        (slots.count - 1) * NDBLimits.blockData + (slots.last?.page?.encodedSize ?? 0)
    }

    /// The blocks of a heap that was made in memory.
    mutating func encodedPages() throws(LTPError) -> [[UInt8]] {
        try sealHeaders()
        var blocks: [[UInt8]] = []
        blocks.reserveCapacity(slots.count)
        for index in slots.indices {
            blocks.append(try page(index).encoded(isLast: index == slots.count - 1))
        }
        return blocks
    }

    /// Writes the changed pages; ``tree`` is the heap afterwards.
    mutating func write(to database: NodeDatabase) throws(LTPError) {
        try sealHeaders()
        for index in slots.indices where slots[index].isChanged {
            try write(index, to: database)
        }
        let size = UInt64(slots.count - 1) * UInt64(NDBLimits.blockData)
        let last = try page(slots.count - 1)
        let blocks = slots.map(\.stored)
        try inDatabase { () throws(NDBError) in
            try tree.update(to: blocks, size: size + UInt64(last.encodedSize), in: database)
        }
    }

    private mutating func write(_ index: Int, to database: NodeDatabase) throws(LTPError) {
        let block = try page(index).encoded(isLast: index == slots.count - 1)
        let old = slots[index].stored
        slots[index].stored = try inDatabase { () throws(NDBError) in
            let id = try block.withBytes { (bytes) throws(NDBError) in try database.writeBlock(bytes) }
            // A block of the tree is released when the tree is updated; one moved out since then is ours.
            if index >= tree.blocks.count || tree.blocks[index] != old { try database.release(old) }
            return id
        }
        slots[index].isChanged = false
    }

    /// Moves pages out of memory when more than `bound` are in it: all but the newest and those with fill levels.
    mutating func trim(to bound: Int, database: NodeDatabase) throws(LTPError) {
        guard movable.count > bound else { return }
        let last = slots.count - 1
        let leaving = movable.dropLast(2).filter { $0 != last }
        movable.removeAll { leaving.contains($0) }
        for index in leaving {
            if slots[index].isChanged {
                if let page = slots[index].page {
                    slots[index].level = HeapFillLevel.level(of: page, isLast: false)
                    let header = Self.headerPage(of: index)
                    _ = try self.page(header)
                    slots[header].isChanged = true
                }
                try write(index, to: database)
            }
            slots[index].page = nil
        }
    }
}
