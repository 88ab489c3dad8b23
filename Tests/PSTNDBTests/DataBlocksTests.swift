import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

/// Counts what is read.
private final class CountingStorage: Storage {
    let storage: MemoryStorage
    private(set) var reads = 0

    init(_ storage: MemoryStorage) { self.storage = storage }

    var path: String { storage.path }
    func size() throws(StorageError) -> UInt64 { try storage.size() }
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StorageError) {
        reads += 1
        try storage.read(into: buffer, at: offset)
    }
    func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StorageError) {
        try storage.write(bytes, at: offset)
    }
    func resize(to size: UInt64) throws(StorageError) { try storage.resize(to: size) }
    func sync() throws(StorageError) {}
}

@Suite("The data blocks of a node")
struct DataBlocksTests {
    private static let node = NodeID(rawValue: 0x200024)

    /// Repeats after a number of bytes that has nothing to do with the size of a block.
    private static let pattern = (0..<9973).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    private static func content(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + pattern.count)
        while bytes.count < count { bytes += pattern }
        bytes.removeLast(bytes.count - count)
        return bytes
    }

    /// A store with one node of so many bytes, and where its data blocks lie.
    private static func store(
        _ count: Int, encoding: ContentEncoding = .permute
    ) throws -> (storage: MemoryStorage, offsets: [Int]) {
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: encoding)
        var writer = DataTreeWriter()
        try content(count).withBytes { (bytes) throws(NDBError) in try writer.append(bytes, to: database) }
        let entry = NodeEntry(data: try writer.finish(in: database), subnodes: .none, parent: .none)
        try database.setNode(node, entry)
        try database.commit()
        return (storage, try offsets(in: storage))
    }

    private static func top(_ nodes: NodeReader) throws -> BlockID { try #require(try nodes.node(node)).data }

    private static func offsets(in storage: any Storage) throws -> [Int] {
        let nodes = try NodeReader.open(storage)
        var places: [BlockID: Int] = [:]
        #expect(nodes.forEachBlock { id, offset, _, _ in places[id] = Int(offset) } == [])
        var blocks = try nodes.dataBlocks(of: top(nodes))
        var offsets: [Int] = []
        while let id = try blocks.nextID() { offsets.append(try #require(places[id])) }
        return offsets
    }

    @Test(
        "are read as they were written, whatever the encoding and size",
        arguments: [
            (ContentEncoding.permute, 0), (.permute, 1), (.permute, 8176), (.permute, 8177), (.permute, 200_000),
            (.none, 200_000), (.cyclic, 20_000),
            // An XXBLOCK.
            (.none, 8_400_000),
        ])
    func whole(encoding: ContentEncoding, count: Int) throws {
        let (storage, _) = try Self.store(count, encoding: encoding)
        let nodes = try NodeReader.open(storage)
        #expect(try nodes.data(of: Self.top(nodes)) == Self.content(count))
        #expect(try nodes.data(of: Self.top(nodes), budget: nodes.budget()) == Self.content(count))
    }

    @Test("are read many at once where they lie beside each other")
    func neighbours() throws {
        let (storage, offsets) = try Self.store(100 * 8176)
        #expect(offsets.count == 100)
        let counting = CountingStorage(storage)
        let nodes = try NodeReader.open(counting)
        let before = counting.reads
        #expect(try nodes.data(of: Self.top(nodes)) == Self.content(100 * 8176))
        #expect(counting.reads - before < 25)
    }

    @Test("are read in their order where they lie apart")
    func apart() throws {
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .permute)
        var writers = [DataTreeWriter(), DataTreeWriter()]
        let contents = [Self.content(30 * 8176), Self.content(31 * 8176).reversed()]
        // Two nodes written in turns: one block each, later two, later three.
        var starts = [0, 0]
        for turn in 0..<64 {
            let number = turn % 2
            let end = min(starts[number] + (1 + turn / 20) * 8176, contents[number].count)
            try contents[number][starts[number]..<end].withUnsafeBytes { try writers[number].append($0, to: database) }
            starts[number] = end
        }
        let tops = [try writers[0].finish(in: database), try writers[1].finish(in: database)]
        for (number, top) in tops.enumerated() {
            try database.setNode(
                NodeID(rawValue: 0x200024 + 32 * UInt32(number)),
                NodeEntry(data: top, subnodes: .none, parent: .none))
        }
        try database.commit()
        let nodes = try NodeReader.open(storage)
        for (top, content) in zip(tops, contents) { #expect(try nodes.data(of: top) == content) }
    }

    @Test("that lie before a damaged one are given first; the error says which it is", arguments: [0, 1, 7, 19])
    func damaged(number: Int) throws {
        let (storage, offsets) = try Self.store(20 * 8176)
        var bytes = storage.bytes
        bytes[offsets[number] + 100] ^= 1
        let nodes = try NodeReader.open(MemoryStorage(bytes: bytes))
        var blocks = try nodes.dataBlocks(of: Self.top(nodes))
        var data: [UInt8] = []
        let error = #expect(throws: NDBError.self) { while try blocks.next(appendingTo: &data) {} }
        #expect(data == Array(Self.content(20 * 8176)[..<(number * 8176)]))
        guard case .damaged(let damage) = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(damage.field == "dwCRC")
        #expect(damage.offset == UInt64(offsets[number]))
    }

    @Test("of a file that becomes shorter while it is read are given as far as they are there")
    func shrinking() throws {
        let (storage, offsets) = try Self.store(20 * 8176)
        let nodes = try NodeReader.open(storage)
        var blocks = try nodes.dataBlocks(of: Self.top(nodes))
        // All that is looked up on the way is known to the reader by now.
        _ = try nodes.data(of: Self.top(nodes))
        try storage.resize(to: UInt64(offsets[11] + 4000))
        var data: [UInt8] = []
        let error = #expect(throws: NDBError.self) { while try blocks.next(appendingTo: &data) {} }
        #expect(data == Array(Self.content(20 * 8176)[..<(11 * 8176)]))
        guard case .storage = try #require(error) else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("cost what they have, and no more is read than a budget allows")
    func budget() throws {
        let (storage, _) = try Self.store(20 * 8176)
        let nodes = try NodeReader.open(storage)
        let budget = ReadBudget(bytes: 10 * 9000)
        #expect(throws: NDBError.self) { try nodes.data(of: Self.top(nodes), budget: budget) }
        #expect(budget.remaining == 0)
        let enough = ReadBudget(bytes: 22 * 9000)
        #expect(try nodes.data(of: Self.top(nodes), budget: enough).count == 20 * 8176)
    }
}
