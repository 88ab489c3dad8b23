import BinaryIO
import PSTNDB

/// BTPAGE and its entries, [MS-PST] 2.2.2.7.7.
extension Rule {
    static let treeLevel = Rule(
        "tree-level", .error, "[MS-PST] 2.2.2.7.7.1", "cLevel does not fit the page's place in its tree", .makeAgain)
    static let treeEntrySize = Rule(
        "tree-entry-size", .error, "[MS-PST] 2.2.2.7.7.1", "cbEnt or cEntMax of a BTPAGE is wrong", .makeAgain)
    static let treeEntryCount = Rule(
        "tree-entry-count", .error, "[MS-PST] 2.2.2.7.7.1", "cEnt of a BTPAGE is zero or above cEntMax", .makeAgain)
    static let treeOrder = Rule(
        "tree-order", .error, "[MS-PST] 2.2.2.7.7.1", "keys of a B-tree do not rise, or one occurs twice", .makeAgain)
    static let treeParentKey = Rule(
        "tree-parent-key", .error, "[MS-PST] 2.2.2.7.7.2", "the key of a BTENTRY is not the first of its page",
        .makeAgain)
    static let treeCycle = Rule(
        "tree-cycle", .error, "[MS-PST] 2.2.2.7.7", "a page is reached twice, or two pages have one BID", .makeAgain)
    static let treeThinPage = Rule(
        "tree-thin-page", .warning, "[MS-PST] 2.2.2.7.7.1", "a page of a B-tree is less than an eighth full", .none)
    static let pageCounter = Rule(
        "counter-page", .error, "[MS-PST] 2.2.2.6", "bidNextP is not above every page BID", .repair)
    static let nodeTypeUnknown = Rule(
        "node-type", .warning, "[MS-PST] 2.2.2.1", "a NID is of no known type", .none)
    static let nodeWide = Rule(
        "node-wide", any: .warning, fresh: .error, "[MS-PST] 2.2.2.7.7.4", "a NID has more than 32 bits", .repair)
    static let nodePadding = Rule(
        "node-padding", any: nil, fresh: .warning, "[MS-PST] 2.2.2.7.7.4", "dwPadding is not zero", .none)
    static let blockLowBit = Rule(
        "block-low-bit", any: .warning, fresh: .error, "[MS-PST] 2.2.2.2", "the lowest bit of a BID is set", .repair)

    static let trees: [Rule] = [
        treeLevel, treeEntrySize, treeEntryCount, treeOrder, treeParentKey, treeCycle, treeThinPage, pageCounter,
        nodeTypeUnknown, nodeWide, nodePadding, blockLowBit,
    ]
}

/// Walks one of the two B-trees and fills the index of its leaves.
struct TreeWalk {
    let file: FileUnderCheck
    let kind: PageType
    private(set) var offsets: [UInt64] = []
    private var ids: Set<UInt64> = []
    private var reached: Set<UInt64> = []

    init(file: FileUnderCheck, kind: PageType) {
        self.file = file
        self.kind = kind
    }

    /// - Parameters:
    ///   - level: cLevel that the page must have; nil for the root.
    ///   - range: the keys that may be below: the first exactly, the last exclusive.
    mutating func visit(
        id: UInt64, offset: UInt64, level: Int? = nil, first: UInt64? = nil, end: UInt64? = nil
    ) {
        let log = file.log
        let layout = file.layout
        let place = Place(kind.name, offset: offset)
        guard reached.insert(offset).inserted, ids.insert(id).inserted else {
            log.report(.treeCycle, place, found: "BID \(hexadecimal(id)) again")
            return
        }
        guard let found = file.page(at: offset, kind, id: id) else { return }
        offsets.append(offset)
        if id >= file.header.nextPage {
            log.report(.pageCounter, place, found: hexadecimal(id), expected: "below \(file.header.nextPage)")
        }
        // A copy, because the page is read anew by what is below it.
        let page = Array(found[..<layout.pageData])
        guard let shape = shape(of: page, level: level, place) else { return }
        let keys = (0..<shape.count).map { number(page, $0 * shape.entrySize) }
        check(keys, first: first, end: end, place)
        for (position, key) in keys.enumerated() {
            if shape.level == 0 {
                addLeaf(page, position * shape.entrySize)
            } else {
                let start = position * shape.entrySize
                visit(
                    id: number(page, start + layout.idSize), offset: number(page, start + 2 * layout.idSize),
                    level: shape.level - 1, first: key, end: position + 1 < keys.count ? keys[position + 1] : end)
            }
        }
    }

    private func number(_ page: [UInt8], _ offset: Int) -> UInt64 {
        file.layout.isUnicode
            ? page.loadLittleEndian(UInt64.self, at: offset) ?? 0
            : UInt64(page.loadLittleEndian(UInt32.self, at: offset) ?? 0)
    }

    private struct Shape {
        let count: Int
        let entrySize: Int
        let level: Int
    }

    private func shape(of page: [UInt8], level: Int?, _ place: Place) -> Shape? {
        let layout = file.layout
        let log = file.log
        let area = layout.treePageData
        let count: Int
        let capacity: Int
        let size: Int
        let ownLevel: Int
        if layout.is4K {
            count = Int(page.loadLittleEndian(UInt16.self, at: area) ?? 0)
            capacity = Int(page.loadLittleEndian(UInt16.self, at: area + 2) ?? 0)
            (size, ownLevel) = (Int(page[area + 4]), Int(page[area + 5]))
        } else {
            (count, capacity) = (Int(page[area]), Int(page[area + 1]))
            (size, ownLevel) = (Int(page[area + 2]), Int(page[area + 3]))
        }
        guard ownLevel == level ?? ownLevel, ownLevel < VerificationLimits.treeDepth else {
            log.report(.treeLevel, place, found: "\(ownLevel)", expected: level.map { "\($0)" } ?? "below 8")
            return nil
        }
        let leaf = kind == .nodeTree ? layout.nodeEntrySize : layout.blockEntrySize
        let expected = ownLevel == 0 ? leaf : layout.indexEntrySize
        guard size >= expected else {
            log.report(.treeEntrySize, place, found: "entries of \(size)", expected: "\(expected)")
            return nil
        }
        if size != expected || capacity != area / size {
            log.report(
                .treeEntrySize, place, found: "\(capacity) entries of \(size)",
                expected: "\(area / expected) of \(expected)")
        }
        if count == 0 && level != nil || count > capacity || count * size > area {
            log.report(.treeEntryCount, place, found: "\(count)", expected: "1 to \(area / size)")
            guard count * size <= area else { return nil }
        }
        if level != nil, count > 0, count * 8 < capacity {
            log.report(.treeThinPage, place, found: "\(count) entries", expected: "more of \(capacity)")
        }
        return Shape(count: count, entrySize: size, level: ownLevel)
    }

    private func check(_ keys: [UInt64], first: UInt64?, end: UInt64?, _ place: Place) {
        guard let low = keys.first, let high = keys.last else { return }
        if let first, low != first {
            file.log.report(.treeParentKey, place, found: hexadecimal(low), expected: hexadecimal(first))
        }
        if let end, high >= end {
            file.log.report(.treeOrder, place, found: hexadecimal(high), expected: "below \(hexadecimal(end))")
        }
        for (left, right) in zip(keys, keys.dropFirst()) where left >= right {
            file.log.report(
                .treeOrder, place, found: "\(hexadecimal(left)), then \(hexadecimal(right))", expected: "rising keys")
        }
    }

    private func addLeaf(_ page: [UInt8], _ start: Int) {
        let width = file.layout.idSize
        if kind == .nodeTree { return addNode(page, start) }
        let id = number(page, start)
        if id & 1 != 0 {
            file.log.report(.blockLowBit, Place("BBTENTRY"), found: hexadecimal(id))
        }
        let rest = start + 2 * width
        let size = page.loadLittleEndian(UInt16.self, at: rest) ?? 0
        let second = page.loadLittleEndian(UInt16.self, at: rest + 2) ?? 0
        let third = page.loadLittleEndian(UInt16.self, at: rest + 4) ?? 0
        file.blocks.append(
            id: id, offset: number(page, start + width), size: size,
            references: file.layout.is4K ? third : second, inflated: file.layout.is4K ? second : nil)
    }

    private func addNode(_ page: [UInt8], _ start: Int) {
        let width = file.layout.idSize
        let wideID = number(page, start)
        let id = UInt32(truncatingIfNeeded: wideID)
        let place = Place("NBTENTRY", nodes: [id])
        if wideID >> 32 != 0 { file.log.report(.nodeWide, place, found: hexadecimal(wideID)) }
        if !NodeKind.known.contains(NodeKind.of(id)) {
            file.log.report(.nodeTypeUnknown, place, found: hexadecimal(NodeKind.of(id)))
        }
        let parent = page.loadLittleEndian(UInt32.self, at: start + 3 * width) ?? 0
        if file.layout.isUnicode, page.loadLittleEndian(UInt32.self, at: start + 28) ?? 0 != 0 {
            file.log.report(.nodePadding, place, found: "a value", expected: "0")
        }
        file.nodes.append(
            id: id, data: number(page, start + width), subnodes: number(page, start + 2 * width), parent: parent)
    }
}
