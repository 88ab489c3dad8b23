import BinaryIO
import TestSupport
import Testing

@testable import PSTLTP

@Suite("A tree on a heap")
struct BTreeOnHeapTests {
    private struct Tree {
        var heap = HeapOnNode(client: .tableContext)
        var tree: BTreeOnHeap

        init(keySize: Int, valueSize: Int) throws {
            tree = try BTreeOnHeap(keySize: keySize, valueSize: valueSize, in: &heap)
        }

        /// All records by key; every index key must be the first key of its child.
        mutating func records() throws -> [UInt32: [UInt8]] {
            var found: [UInt32: [UInt8]] = [:]
            var last: UInt32?
            try tree.forEachRecord(in: &heap) { record in
                let key = tree.key(Array(record), 0, level: 0)
                #expect(last.map { $0 < key } ?? true)
                last = key
                found[key] = Array(record.dropFirst(tree.keySize))
            }
            return found
        }

        /// Items of each level from the top.
        mutating func levels() throws -> [Int] {
            guard tree.root != .none else { return [] }
            var counts = [1]
            var items = [tree.root]
            var level = tree.levels
            while level > 0 {
                var below: [HeapID] = []
                for item in items {
                    let records = try heap.bytes(of: item)
                    for position in 0..<records.count / tree.recordSize(level: level) {
                        let child = tree.child(records, position, level: level)
                        let first = tree.key(try heap.bytes(of: child), 0, level: level - 1)
                        #expect(first == tree.key(records, position, level: level))
                        below.append(child)
                    }
                }
                items = below
                level -= 1
                counts.append(items.count)
            }
            return counts
        }
    }

    private static func record(_ key: UInt32, _ value: UInt8, _ keySize: Int, _ valueSize: Int) -> [UInt8] {
        var record: [UInt8] = []
        if keySize == 2 { record.append(littleEndian: UInt16(key)) } else { record.append(littleEndian: key) }
        return record + [UInt8](repeating: value, count: valueSize)
    }

    @Test(
        "has the records of a dictionary after insertions in any order, and is small again when they are gone",
        arguments: [(key: 2, value: 6), (4, 4)], 0..<4 as Range<UInt64>)
    func history(sizes: (key: Int, value: Int), seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var tree = try Tree(keySize: sizes.key, valueSize: sizes.value)
        var model: [UInt32: [UInt8]] = [:]
        let most = 3000
        for step in 0..<900 {
            let isGrowing = step < 500
            let batch = Int.random(in: 1...(step % 50 == 0 ? 400 : 6), using: &generator)
            if isGrowing, model.count < most {
                var records: [UInt8] = []
                let start = UInt32.random(in: 0..<60_000, using: &generator)
                for key in start..<start + UInt32(batch) where model[key] == nil {
                    let value = UInt8(truncatingIfNeeded: step)
                    records += Self.record(key, value, sizes.key, sizes.value)
                    model[key] = [UInt8](repeating: value, count: sizes.value)
                }
                try tree.tree.insert(records, into: &tree.heap)
            } else {
                for key in model.keys.sorted().shuffled(using: &generator).prefix(batch) {
                    #expect(try tree.tree.remove(key, from: &tree.heap), "seed \(seed)")
                    model[key] = nil
                }
                #expect(try !tree.tree.remove(65_000, from: &tree.heap), "seed \(seed)")
            }
            guard step % 90 == 0 else { continue }
            #expect(try tree.records() == model, "seed \(seed)")
            // Leaves are never many more than a quarter full ones.
            let levels = try tree.levels()
            #expect(levels.last ?? 0 <= 4 + model.count / 100, "seed \(seed): \(levels) for \(model.count)")
        }
        for key in model.keys.sorted() { #expect(try tree.tree.remove(key, from: &tree.heap)) }
        #expect(tree.tree.root == .none)
        #expect(tree.tree.levels == 0)
        let opened = try BTreeOnHeap(
            header: tree.tree.header, keySize: sizes.key, valueSize: sizes.value, in: &tree.heap)
        #expect(opened.root == .none)
    }

    @Test("refuses a key that it has, or that is given twice")
    func presentKeys() throws {
        var tree = try Tree(keySize: 4, valueSize: 4)
        let records = [3, 7, 9].flatMap { Self.record($0, 1, 4, 4) }
        try tree.tree.insert(records, into: &tree.heap)
        for key: UInt32 in [3, 7, 9] {
            #expect(throws: LTPError.self) { try tree.tree.insert(Self.record(key, 2, 4, 4), into: &tree.heap) }
        }
        let twice = Self.record(20, 2, 4, 4) + Self.record(20, 3, 4, 4)
        #expect(throws: LTPError.self) { try tree.tree.insert(twice, into: &tree.heap) }
        #expect(try tree.records().keys.sorted() == [3, 7, 9])
    }

    @Test("is filled up by keys that grow")
    func ascending() throws {
        var tree = try Tree(keySize: 4, valueSize: 4)
        for key in 0..<4470 { try tree.tree.insert(Self.record(UInt32(key), 1, 4, 4), into: &tree.heap) }
        #expect(try tree.levels() == [1, 10])
    }
}
