import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

@Suite("A B-tree under insertions and deletions")
struct BTreeTests {
    /// Pages by their place, as a file would have them.
    private final class Pages {
        var bytes: [UInt64: [UInt8]] = [:]
        var next: UInt64 = 0x4600

        func write(_ page: inout [UInt8], _ type: PageType) -> BlockReference {
            let reference = BlockReference(bid: next / 512, offset: next)
            Page.seal(&page, type: type, reference: reference)
            bytes[next] = page
            next += 512
            return reference
        }

        func emptyTree(_ kind: BTreeKind) -> BTree {
            BTree(kind: kind) { [unowned self] (reference) throws(NDBError) in try read(reference) }
        }

        func tree(_ kind: BTreeKind, at root: BlockReference) throws -> BTree {
            try BTree(kind: kind, root: root) { [unowned self] (reference) throws(NDBError) in try read(reference) }
        }

        private func read(_ reference: BlockReference) throws(NDBError) -> [UInt8] {
            guard let page = bytes[reference.offset] else { throw .limit("page \(reference) was released") }
            return page
        }
    }

    private static func expect(_ tree: BTree, _ model: [UInt64: UInt64], _ place: Comment) throws {
        var found: [UInt64: UInt64] = [:]
        var last: UInt64?
        try tree.forEachEntry { (words) throws(NDBError) in
            #expect(last.map { $0 < words.0 } ?? true, place)
            last = words.0
            found[words.0] = words.1
        }
        #expect(found == model, place)
        var pages = 0
        var entries = 0
        try tree.forEachPage { page, isRoot in
            pages += 1
            if page.isLeaf { entries += page.count }
            #expect(isRoot || page.count * 8 >= page.capacity, place)
            #expect(isRoot || page.count > 0, place)
            for index in page.children.indices {
                // Read or not, the child begins with its parent's key: the tree checks it when it reads one.
                if let child = page.children[index] { #expect(child.firstKey == page.key(at: index), place) }
            }
        }
        #expect(entries == model.count, place)
        // Pages are at least a fifth full on the average, but for those at the right edge.
        #expect(pages <= 10 + model.count / (tree.kind.leafCapacity / 5), place)
    }

    @Test(
        "agrees with a dictionary, has no page under an eighth full, and gives every page back that it no longer has",
        arguments: [BTreeKind.nodes, .blocks], 0..<5 as Range<UInt64>)
    func model(kind: BTreeKind, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pages = Pages()
        var tree = pages.emptyTree(kind)
        var model: [UInt64: UInt64] = [:]
        // Fills up, empties, fills again: in rising order, at random, or from one end.
        for phase in 0..<12 {
            let place: Comment = "seed \(seed), phase \(phase)"
            let isGrowing = phase % 2 == 0
            let order = Int.random(in: 0..<3, using: &generator)
            var keys = model.keys.sorted()
            for step in 0..<Int.random(in: 50...900, using: &generator) {
                if isGrowing {
                    let key =
                        order == 0
                        ? UInt64(phase) << 20 + UInt64(step) * 4
                        : UInt64.random(in: 1...5000, using: &generator) * 4
                    try tree.set((key, key + 1, UInt64(step), 0))
                    model[key] = key + 1
                } else if !keys.isEmpty {
                    let any = Int.random(in: 0..<keys.count, using: &generator)
                    let key = keys.remove(at: order == 0 ? 0 : order == 1 ? keys.count - 1 : any)
                    try tree.remove(key)
                    model[key] = nil
                }
            }
            try Self.expect(tree, model, place)
            let root = try tree.write { (bytes, type) throws(NDBError) in pages.write(&bytes, type) }
            for place in tree.takeReleased() { #expect(pages.bytes.removeValue(forKey: place.offset) != nil) }
            #expect(!tree.hasChanges)
            if Bool.random(using: &generator) { tree = try pages.tree(kind, at: root) }
            try Self.expect(tree, model, place)
            var count = 0
            try tree.forEachPage { _, _ in count += 1 }
            #expect(count == pages.bytes.count, place)
        }
        for key in model.keys.shuffled(using: &generator) { try tree.remove(key) }
        try Self.expect(tree, [:], "seed \(seed), emptied")
        _ = try tree.write { (bytes, type) throws(NDBError) in pages.write(&bytes, type) }
        for place in tree.takeReleased() { #expect(pages.bytes.removeValue(forKey: place.offset) != nil) }
        #expect(pages.bytes.count == 1)
    }

    @Test("keeps its size where as much is removed as inserted", arguments: [BTreeKind.nodes, .blocks])
    func churn(kind: BTreeKind) throws {
        var generator = SeededGenerator(seed: 5)
        let pages = Pages()
        var tree = pages.emptyTree(kind)
        var keys: [UInt64] = []
        var next: UInt64 = 0
        func insert() throws {
            next += 4
            try tree.set((next, 1, 1, 0))
            keys.append(next)
        }
        for _ in 0..<1000 { try insert() }
        var counts: [Int] = []
        for round in 0..<40 {
            for _ in 0..<500 {
                try tree.remove(keys.remove(at: Int.random(in: 0..<keys.count, using: &generator)))
                try insert()
            }
            let root = try tree.write { (bytes, type) throws(NDBError) in pages.write(&bytes, type) }
            for place in tree.takeReleased() { pages.bytes[place.offset] = nil }
            if round % 3 == 0 { tree = try pages.tree(kind, at: root) }
            counts.append(pages.bytes.count)
        }
        #expect(counts.suffix(20).max() ?? 0 <= 3 * 1000 / tree.kind.leafCapacity)
    }
}
