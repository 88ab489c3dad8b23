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

        // What is asked of a page in its place: handing it out would copy it.

        /// Bytes of the page in memory that are free for more items.
        var usableBytes: Int { page?.usableBytes ?? 0 }

        /// Bytes of the page in memory up to the end of its page map.
        var encodedSize: Int { page?.encodedSize ?? 0 }

        func hasRoom(for count: Int) -> Bool { page?.hasRoom(for: count) ?? false }

        func holds(_ item: [UInt8], as number: Int) -> Bool { page?.holds(item, as: number) ?? false }

        func range(ofItem number: Int) -> Range<Int>? { page?.range(ofItem: number) }

        func fillLevel(isLast: Bool) -> UInt8? { page.map { HeapFillLevel.level(of: $0, isLast: isLast) } }
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
    var slots: [Slot] = []
    /// The heap as it is in the database.
    var tree = StoredDataTree()
    var room = HeapRoom()
    /// The page that takes new items while they fit.
    var fillingPage = 0
    /// Pages in memory that may be moved out: all but those with fill levels.
    var movable: [Int] = []
    private let read: ((BlockID) throws(NDBError) -> [UInt8])?

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
        room = HeapRoom(unknownPages: blocks.count)
        for index in slots.indices where slots[index].level < 15 {
            room.note(index, free: HeapFillLevel.leastFree(slots[index].level))
        }
        fillingPage = slots.count - 1
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

    /// Whether something has to be written.
    var isChanged: Bool {
        slots.count != tree.blocks.count || slots.contains { $0.isChanged || $0.stored.isNone }
    }

    mutating func markChanged(_ index: Int) {
        if slots.indices.contains(index) { slots[index].isChanged = true }
    }

    /// A page, read where it is only in the database. ``load(_:)`` and a look at the slot are cheaper.
    mutating func page(_ index: Int) throws(LTPError) -> HeapPage {
        try load(index)
        guard let page = slots[index].page else { throw .limit("heap page \(index) has been moved out") }
        return page
    }

    /// Reads a page that is only in the database.
    mutating func load(_ index: Int) throws(LTPError) {
        guard slots.indices.contains(index) else {
            throw .damaged(
                structure: "HID", field: "hidBlockIndex", found: "\(index)", expected: "below \(slots.count)")
        }
        guard slots[index].page == nil else { return }
        guard let read else { throw .limit("heap page \(index) has been moved out") }
        let stored = slots[index].stored
        let block = try inDatabase { () throws(NDBError) in try read(stored) }
        slots[index].page = try HeapPage(block: block, index: index)
        becameResident(index)
    }

    private mutating func becameResident(_ index: Int) {
        if index != 0, index % 128 != 8 { movable.append(index) }
    }

    /// Adds an item of 1 to 3,580 bytes.
    public mutating func allocate(_ item: UnsafeRawBufferPointer) throws(LTPError) -> HeapID {
        guard item.count <= HeapLimits.item else { throw .limit("a heap item of \(item.count) bytes") }
        // An empty item would be a zero-length allocation, which the repair tool objects to.
        guard !item.isEmpty else { return .none }
        let index = try pageForItem(of: item.count)
        slots[index].isChanged = true
        guard let number = slots[index].page?.add(item) else { throw .limit("heap page \(index) has been moved out") }
        return HeapID(page: index, item: number)
    }

    private mutating func pageForItem(of count: Int) throws(LTPError) -> Int {
        if slots[fillingPage].hasRoom(for: count) { return fillingPage }
        let place = try pageWithRoom(for: count)
        // The page with more room left takes what comes next.
        try load(fillingPage)
        let left = slots[place].usableBytes - count
        let before = slots[fillingPage].usableBytes
        if left > before {
            room.note(fillingPage, free: before)
            fillingPage = place
        } else {
            room.note(place, free: left)
        }
        return place
    }

    private mutating func pageWithRoom(for count: Int) throws(LTPError) -> Int {
        // It may have been moved out.
        try load(fillingPage)
        if slots[fillingPage].hasRoom(for: count) { return fillingPage }
        let last = slots.count - 1
        try load(last)
        if slots[last].hasRoom(for: count) { return last }
        while let index = room.page(withRoomFor: count) {
            try load(index)
            if slots[index].hasRoom(for: count) { return index }
            room.note(index, free: slots[index].usableBytes)
        }
        for _ in 0..<HeapLimits.probes {
            guard let index = room.nextUnknown() else { break }
            // A page that is damaged is none of this change's business.
            let page = try? page(index)
            room.note(index, free: page?.usableBytes ?? 0)
            if let page, page.usableBytes >= HeapLimits.worthwhileRoom, page.hasRoom(for: count) { return index }
        }
        return try startPage()
    }

    private mutating func startPage() throws(LTPError) -> Int {
        let last = slots.count - 1
        // It changes: a page in the middle is filled up to a whole block.
        try load(last)
        room.note(last, free: slots[last].usableBytes)
        guard slots.count < HeapLimits.pages else { throw .limit("a heap of more than 65,536 pages") }
        appendPage()
        return slots.count - 1
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

    /// The number of bytes of an item.
    mutating func size(of id: HeapID) throws(LTPError) -> Int {
        guard id != .none else { return 0 }
        return try page(id.page).range(ofItem: id.item)?.count ?? 0
    }

    /// Gives an item other bytes; it may move. One that is not there is added.
    mutating func replace(_ id: HeapID, with item: [UInt8]) throws(LTPError) -> HeapID {
        guard id != .none, slots.indices.contains(id.page) else { return try allocate(item) }
        try load(id.page)
        guard slots[id.page].range(ofItem: id.item) != nil else { return try allocate(item) }
        guard item.count <= HeapLimits.item else { throw .limit("a heap item of \(item.count) bytes") }
        guard !item.isEmpty else {
            try free(id)
            return .none
        }
        // A page is written only where something differs.
        if slots[id.page].holds(item, as: id.item) { return id }
        slots[id.page].isChanged = true
        let done = item.withUnsafeBytes { slots[id.page].page?.replace(id.item, with: $0) }
        try noteRoom(id.page)
        if done == true { return id }
        try free(id)
        return try allocate(item)
    }

    /// Frees an item. One that is not there is no error: the reference to it was damaged, and goes.
    mutating func free(_ id: HeapID) throws(LTPError) {
        guard id != .none, slots.indices.contains(id.page) else { return }
        try load(id.page)
        guard slots[id.page].range(ofItem: id.item)?.isEmpty == false else { return }
        slots[id.page].isChanged = true
        _ = slots[id.page].page?.replace(id.item, with: UnsafeRawBufferPointer(start: nil, count: 0))
        try noteRoom(id.page)
    }

    private mutating func noteRoom(_ index: Int) throws(LTPError) {
        guard index != fillingPage else { return }
        try load(index)
        room.note(index, free: slots[index].usableBytes)
    }

    /// Overwrites part of an item in place.
    mutating func overwrite(_ id: HeapID, at offset: Int, with bytes: [UInt8]) throws(LTPError) {
        try load(id.page)
        guard let range = slots[id.page].range(ofItem: id.item), offset + bytes.count <= range.count else {
            throw .damaged(
                structure: "HID", field: "hidIndex", found: "\(id.item)",
                expected: "an item of at least \(offset + bytes.count) bytes")
        }
        slots[id.page].isChanged = true
        bytes.withUnsafeBytes { slots[id.page].page?.overwrite($0, at: range.lowerBound + offset) }
    }

    /// Overwrites part of an item in place.
    mutating func overwrite(_ id: HeapID, at offset: Int, with number: UInt32) throws(LTPError) {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: number)
        try overwrite(id, at: offset, with: bytes)
    }

    /// Makes the heap an empty one of one page.
    mutating func removeAll(in database: NodeDatabase) throws(LTPError) {
        for index in slots.indices { try releaseMovedOut(index, in: database) }
        slots = []
        movable = []
        room = HeapRoom()
        fillingPage = 0
        appendPage()
    }

    /// Releases the block of a page that was moved out since ``tree`` was written; those of the tree go with it.
    func releaseMovedOut(_ index: Int, in database: NodeDatabase) throws(LTPError) {
        let stored = slots[index].stored
        if index < tree.blocks.count, tree.blocks[index] == stored { return }
        try inDatabase { () throws(NDBError) in try database.release(stored) }
    }
}
