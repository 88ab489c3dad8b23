import BinaryIO

/// HN, [MS-PST] 2.3.1.
extension Rule {
    static let heapMissing = Rule("heap-missing", .error, "[MS-PST] 2.3.1", "a node has no data to hold a heap", .item)
    static let heapSignature = Rule("heap-signature", .error, "[MS-PST] 2.3.1.2", "bSig is not 0xEC", .item)
    static let heapClient = Rule(
        "heap-client", .error, "[MS-PST] 2.3.1.2", "bClientSig is not that of the structure expected here", .item)
    static let heapPageMap = Rule(
        "heap-page-map", .error, "[MS-PST] 2.3.1.5", "ibHnpm or cAlloc leads outside the block", .item)
    static let heapItems = Rule(
        "heap-items", .error, "[MS-PST] 2.3.1.5", "rgibAlloc does not rise, or leads outside", .item)
    static let heapItemSize = Rule(
        "heap-item-size", .error, "[MS-PST] 2.3.1.5", "a heap item has more than 3,580 bytes", .repair)
    static let heapFreeCount = Rule(
        "heap-free-count", any: .warning, fresh: .error, "[MS-PST] 2.3.1.5", "cFree is not the number of empty items",
        .repair)
    static let heapFillLevel = Rule(
        "heap-fill-level", .warning, "[MS-PST] 2.3.1.2", "a fill level does not match the free space", .none)
    static let heapUnresolved = Rule(
        "heap-unresolved", .error, "[MS-PST] 2.3.1.1", "an HID leads to no item", .item)
    static let heapShared = Rule("heap-shared", .error, "[MS-PST] 2.3.1", "an item is referred to twice", .item)
    static let heapUnused = Rule(
        "heap-unused", .warning, "[MS-PST] 2.3.1", "nothing refers to an item of the heap", .none)
    static let heapMapPlace = Rule(
        "heap-map-place", any: nil, fresh: .error, "scanpst",
        "ibHnpm is not the end of the last item, rounded up to an even number", .repair)
    static let heapBlockSize = Rule(
        "heap-block-size", any: nil, fresh: .error, "scanpst", "a block of a heap is too short or too long", .repair)
    static let heapEmptyItem = Rule(
        "heap-empty-item", any: nil, fresh: .error, "scanpst", "an HID leads to an empty item", .repair)

    static let heaps: [Rule] = [
        heapMissing, heapSignature, heapClient, heapPageMap, heapItems, heapItemSize, heapFreeCount, heapFillLevel,
        heapUnresolved, heapShared, heapUnused, heapMapPlace, heapBlockSize, heapEmptyItem,
    ]
}

/// A heap that is read page by page; notes which items are referred to.
final class HeapView {
    /// bClientSig.
    enum Client {
        static let properties: UInt8 = 0xBC
        static let table: UInt8 = 0x7C
        static let known: Set<UInt8> = [0x6C, 0x7C, 0x8C, 0x9C, 0xA5, 0xAC, 0xB5, 0xBC, 0xCC]
    }

    private struct Page {
        let number: Int
        let bytes: [UInt8]
        let map: Int
        let count: Int
        var lastUse: Int
    }

    private enum PageState: UInt8 {
        case unread
        case usable
        case unusable
    }

    let content: NodeContent
    private(set) var client: UInt8 = 0
    private(set) var root: UInt32 = 0
    private let blocks: [Int]
    private var pages: [Page] = []
    // What is remembered of pages that are no longer in memory, by page: items referred to, items that are not empty,
    // bytes free.
    private var states: [PageState]
    private var used: [[UInt64]]
    private var filled: [[UInt64]]
    private var freeBytes: [Int]
    /// Fill levels as stored, by page.
    private var levels: [UInt8]
    private var clock = 0

    private static let thresholds = [3584, 2560, 2048, 1792, 1536, 1280, 1024, 768, 512, 256, 128, 64, 32, 16, 8, 0]

    var file: FileUnderCheck { content.file }
    var log: FindingLog { content.file.log }
    var place: Place { content.place }

    /// - Parameter client: bClientSig that the heap must have; nil for any known.
    /// - Returns: nil where there is no heap, which is reported.
    init?(_ content: NodeContent, client expected: UInt8?) {
        self.content = content
        let file = content.file
        blocks = file.dataBlocks(of: content.data, content.place)
        states = Array(repeating: .unread, count: blocks.count)
        used = Array(repeating: [], count: blocks.count)
        filled = used
        freeBytes = Array(repeating: 0, count: blocks.count)
        levels = Array(repeating: 0xFF, count: blocks.count)
        guard !blocks.isEmpty else {
            file.log.report(.heapMissing, content.place, found: "no data")
            return nil
        }
        guard let first = page(0) else { return nil }
        let bytes = pages[first].bytes
        guard bytes[2] == 0xEC else {
            file.log.report(.heapSignature, content.place, found: hexadecimal(bytes[2]), expected: "0xEC")
            return nil
        }
        client = bytes[3]
        root = bytes.loadLittleEndian(UInt32.self, at: 4) ?? 0
        guard expected.map({ $0 == client }) ?? Client.known.contains(client) else {
            file.log.report(
                .heapClient, content.place, found: hexadecimal(client), expected: expected.map { hexadecimal($0) } ?? ""
            )
            return nil
        }
    }

    private static func headerSize(_ number: Int) -> Int { number == 0 ? 12 : number % 128 == 8 ? 66 : 2 }

    /// Position of a page in `pages`.
    private func page(_ number: Int) -> Int? {
        clock += 1
        for position in pages.indices where pages[position].number == number {
            pages[position].lastUse = clock
            return position
        }
        guard states[number] != .unusable else { return nil }
        guard let bytes = file.decoded(blocks[number]), let loaded = parse(bytes, number) else {
            states[number] = .unusable
            return nil
        }
        if pages.count > VerificationLimits.heapPages {
            // The first page, with the root, stays.
            let oldest = pages.indices.dropFirst().min { pages[$0].lastUse < pages[$1].lastUse } ?? 1
            pages[oldest] = loaded
            return oldest
        }
        pages.append(loaded)
        return pages.count - 1
    }

    private func parse(_ bytes: [UInt8], _ number: Int) -> Page? {
        let head = Self.headerSize(number)
        func spot() -> Place {
            var place = place
            place.offset = file.blocks.offsets[blocks[number]]
            return place
        }
        let map = Int(bytes.loadLittleEndian(UInt16.self, at: 0) ?? 0)
        let count = Int(bytes.loadLittleEndian(UInt16.self, at: map) ?? .max)
        guard bytes.count >= head, map >= head, map + 6 + 2 * count <= bytes.count else {
            log.report(
                .heapPageMap, spot(), found: "ibHnpm \(map), cAlloc \(count)", expected: "inside \(bytes.count) bytes")
            return nil
        }
        let free = Int(bytes.loadLittleEndian(UInt16.self, at: map + 2) ?? 0)
        var filledItems = [UInt64](repeating: 0, count: count / 64 + 1)
        var last = head
        var empty = 0
        for item in 0...count {
            let offset = Int(bytes.loadLittleEndian(UInt16.self, at: map + 4 + 2 * item) ?? 0)
            guard offset >= last, offset <= map else {
                log.report(.heapItems, spot(), found: "\(offset) after \(last)", expected: "rising up to \(map)")
                return nil
            }
            if item > 0 {
                if offset == last { empty += 1 } else { filledItems[item / 64] |= 1 << UInt64(item % 64) }
                if offset - last > 3580, !file.layout.is4K {
                    log.report(.heapItemSize, spot(), found: "\(offset - last) bytes", expected: "at most 3580")
                }
            }
            last = offset
        }
        if free != empty, free > empty || log.profile == .fresh {
            log.report(.heapFreeCount, spot(), found: "\(free)", expected: "\(empty)")
        }
        if states[number] == .unread {
            freeBytes[number] = file.layout.blockData - bytes.count + map - last
            filled[number] = filledItems
            used[number] = Array(repeating: 0, count: filledItems.count)
            if log.profile == .fresh { checkShape(bytes.count, map, last, count, number, spot()) }
            readLevels(bytes, number)
            states[number] = .usable
        }
        return Page(number: number, bytes: bytes, map: map, count: count, lastUse: clock)
    }

    /// What the repair tool wants of a block.
    private func checkShape(_ size: Int, _ map: Int, _ end: Int, _ count: Int, _ number: Int, _ place: Place) {
        if map != end + end % 2 { log.report(.heapMapPlace, place, found: "\(map)", expected: "\(end + end % 2)") }
        let expected = number + 1 < blocks.count ? file.layout.blockData : map + 6 + 2 * count
        if size != expected { log.report(.heapBlockSize, place, found: "\(size)", expected: "\(expected)") }
    }

    private func readLevels(_ bytes: [UInt8], _ number: Int) {
        let field: Range<Int>
        switch number {
        case 0: field = 8..<12
        case _ where number % 128 == 8: field = 2..<66
        default: return
        }
        for (position, byte) in bytes[field].enumerated() {
            let first = number + 2 * position
            if first < levels.count { levels[first] = byte & 15 }
            if first + 1 < levels.count { levels[first + 1] = byte >> 4 }
        }
    }

    /// The bytes of an item; nil where the HID leads nowhere, which is reported.
    /// - Parameter body: gets the item's bytes, valid during the call.
    func item<Result>(_ id: UInt32, marking: Bool = true, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        let bits = file.layout.heapIndexBits
        let number = Int(id >> (5 + bits))
        let item = Int(id >> 5 & (1 << bits - 1))
        guard id & 0x1F == 0, item > 0, number < blocks.count else {
            log.report(.heapUnresolved, place, found: "HID \(hexadecimal(id))", expected: "below page \(blocks.count)")
            return nil
        }
        guard let position = page(number) else { return nil }
        guard item <= pages[position].count else {
            log.report(
                .heapUnresolved, place, found: "HID \(hexadecimal(id))", expected: "at most \(pages[position].count)")
            return nil
        }
        if marking { mark(number, item, id) }
        let map = pages[position].map
        // Held on its own: what `body` does may move the page out.
        let page = pages[position].bytes
        return page.withUnsafeBytes { bytes in
            let start = Int(bytes.loadLittleEndian(UInt16.self, at: map + 2 + 2 * item) ?? 0)
            let end = Int(bytes.loadLittleEndian(UInt16.self, at: map + 4 + 2 * item) ?? 0)
            return body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        }
    }

    func bytes(_ id: UInt32, marking: Bool = true) -> [UInt8]? { item(id, marking: marking) { Array($0) } }

    private func mark(_ number: Int, _ item: Int, _ id: UInt32) {
        let bit: UInt64 = 1 << UInt64(item % 64)
        if filled[number][item / 64] & bit == 0 {
            log.report(.heapEmptyItem, place, found: "HID \(hexadecimal(id))")
        } else if used[number][item / 64] & bit != 0 {
            log.report(.heapShared, place, found: "HID \(hexadecimal(id)) again")
        }
        used[number][item / 64] |= bit
    }

    /// Call when every value has been looked at: reports what nothing refers to.
    func finish() {
        for number in blocks.indices {
            if states[number] == .unread { _ = page(number) }
            guard states[number] == .usable else { continue }
            for word in filled[number].indices {
                let unused = filled[number][word] & ~used[number][word]
                guard unused != 0 else { continue }
                log.report(.heapUnused, place, found: "\(unused.nonzeroBitCount) items in page \(number)")
            }
            let level = UInt8(Self.thresholds.firstIndex { freeBytes[number] >= $0 } ?? 15)
            if levels[number] != 0xFF, levels[number] != level, !file.layout.is4K {
                log.report(
                    .heapFillLevel, place, found: "\(levels[number]) of page \(number)", expected: "\(level)")
            }
        }
    }
}
