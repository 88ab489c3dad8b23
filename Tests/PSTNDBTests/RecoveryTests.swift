import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

@Suite("A file that is opened for updating")
struct RecoveryTests {
    private static func file(
        encoding: ContentEncoding = .permute
    ) throws -> (bytes: [UInt8], nodes: [NodeID: [UInt8]]) {
        var generator = SeededGenerator(seed: 21)
        let storage = MemoryStorage()
        var model = DatabaseModel(database: NodeDatabase.create(in: storage, encoding: encoding))
        for _ in 0..<4 {
            for _ in 0..<60 { try model.change(deleting: 0.3, sizes: [1, 500, 8176, 30_000], &generator) }
            try model.database.commit()
        }
        return (storage.bytes, model.nodes)
    }

    private static func addNode(to storage: any Storage, _ nodes: [NodeID: [UInt8]]) throws {
        let database = try NodeDatabase.open(storage)
        let id = try database.newNodeID(.normalMessage)
        let data = try DatabaseModel.write(Array(repeating: 9, count: 70_000), to: database)
        try database.setNode(id, NodeEntry(data: data, subnodes: .none, parent: .none))
        try database.commit()
        #expect(try DatabaseCheck.complaints(about: storage) == [])
        var expected = nodes
        expected[id] = Array(repeating: 9, count: 70_000)
        #expect(try DatabaseCheck.content(of: NodeDatabase.open(storage)) == expected)
    }

    /// A header with some bytes changed and both checksums right.
    private static func sealed(_ bytes: [UInt8], _ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes = bytes
        change(&bytes)
        bytes.store(littleEndian: pstChecksum(Array(bytes[FileSummary.partialRange])), at: 4)
        bytes.store(littleEndian: pstChecksum(Array(bytes[FileSummary.fullRange])), at: 524)
        return bytes
    }

    @Test("and is healthy is not written to, nor by a commit without a change", arguments: [true, false])
    func healthy(isKnown: Bool) throws {
        let (bytes, _) = try Self.file()
        let storage = CrashStorage(bytes: bytes)
        let generation = try NodeDatabase.generation(of: storage)
        let database = try NodeDatabase.open(storage, knownGeneration: isKnown ? generation : nil)
        try database.commit()
        _ = try database.newNodeID(.normalMessage)
        try database.commit()
        try database.rollback()
        #expect(database.repairs == [])
        #expect(storage.eventCount == 0)
    }

    @Test("has another generation after each commit, and the same one until then")
    func generations() throws {
        let (bytes, nodes) = try Self.file()
        let storage = MemoryStorage(bytes: bytes)
        var seen: Set<String> = []
        for _ in 0..<5 {
            let generation = try NodeDatabase.generation(of: storage)
            #expect(seen.insert(generation).inserted)
            let database = try NodeDatabase.open(storage, knownGeneration: generation)
            let id = try #require(nodes.keys.min())
            let data = try DatabaseModel.write([1, 2, 3], to: database)
            let old = try #require(try database.node(id))
            try database.setNode(id, NodeEntry(data: data, subnodes: .none, parent: .none))
            try database.release(old.data)
            #expect(database.generation == generation)
            #expect(try NodeDatabase.generation(of: storage) == generation)
            try database.commit()
            #expect(try NodeDatabase.generation(of: storage) == database.generation)
        }
    }

    @Test("with a header half written is restored, whichever half is the old one", arguments: [true, false])
    func tornHeader(isFirstHalfNew: Bool) throws {
        let (bytes, nodes) = try Self.file()
        let storage = MemoryStorage(bytes: bytes)
        try Self.addNode(to: storage, nodes)
        let later = try DatabaseCheck.content(of: NodeDatabase.open(storage))
        var torn = storage.bytes
        let (first, second) = isFirstHalfNew ? (torn, bytes) : (bytes, torn)
        torn.replaceSubrange(0..<512, with: first[0..<512])
        torn.replaceSubrange(512..<564, with: second[512..<564])
        // What is old in the header must have its maps.
        if !isFirstHalfNew { torn.replaceSubrange(564..., with: bytes[564...]) }
        let disk = MemoryStorage(bytes: torn)
        #expect(throws: NDBError.self) { try Header(bytes: Array(torn[..<564])) }
        let database = try NodeDatabase.open(disk)
        #expect(database.repairs.count == 1)
        #expect(try DatabaseCheck.content(of: database) == (isFirstHalfNew ? later : nodes))
        #expect(try Header(bytes: Array(disk.bytes[..<564])).nextBlockID == database.header.nextBlockID)
        #expect(try DatabaseCheck.complaints(about: disk) == [])
        try Self.addNode(to: disk, isFirstHalfNew ? later : nodes)
    }

    @Test("never gives a block the id of another, whatever the header says")
    func blockIDs() throws {
        let (bytes, nodes) = try Self.file()
        let low = Self.sealed(bytes) { $0.store(littleEndian: UInt64(8), at: 516) }
        try Self.addNode(to: MemoryStorage(bytes: low), nodes)
        let high = Self.sealed(bytes) { $0.store(littleEndian: UInt64.max - 7, at: 516) }
        #expect(throws: NDBError.self) { try NodeDatabase.open(MemoryStorage(bytes: high)) }
    }

    @Test("with maps marked invalid gets them anew", arguments: [0, 1, 3])
    func invalidMaps(damage: Int) throws {
        let (bytes, nodes) = try Self.file()
        var marked = Self.sealed(bytes) { $0[248] = 0 }
        let map = Int(FileGeometry.offset(ofSection: 1))
        for position in 0..<damage { marked[map + position] ^= 0xFF }
        let storage = MemoryStorage(bytes: marked)
        let database = try NodeDatabase.open(storage)
        #expect(database.repairs.count == 1)
        #expect(storage.bytes == bytes)
        try Self.addNode(to: storage, nodes)
    }

    @Test("with maps that call used space free, or a damaged map, is put right before the first change")
    func lyingMaps() throws {
        let (bytes, nodes) = try Self.file()
        for section in 0..<2 {
            let place = Int(FileGeometry.offset(ofSection: section))
            var lie = AllocationMap(pageBytes: Array(bytes[place..<place + 512]))
            lie.mark(100..<2000, taken: false)
            var lying = bytes
            lying.replaceSubrange(place..<place + 512, with: SectionHead.bytes(lie, section: section).prefix(512))
            var damaged = bytes
            damaged[place + 40] ^= 1
            var moved = bytes
            moved[Int(FileGeometry.offset(ofSection: 0)) + 512 + 504] ^= 1
            for image in [lying, damaged, moved] {
                let storage = CrashStorage(bytes: image)
                let database = try NodeDatabase.open(storage)
                #expect(storage.eventCount == 0)
                _ = try DatabaseModel.write([1], to: database)
                #expect(database.repairs.count == 1)
                try Self.addNode(to: storage, nodes)
            }
        }
    }

    @Test("with a map that was damaged after its last commit finds the space of that section")
    func damagedMapOfKnownGeneration() throws {
        let (bytes, nodes) = try Self.file()
        var damaged = bytes
        damaged[Int(FileGeometry.offset(ofSection: 1)) + 40] ^= 1
        let storage = MemoryStorage(bytes: damaged)
        let database = try NodeDatabase.open(storage, knownGeneration: NodeDatabase.generation(of: storage))
        var model = DatabaseModel(database: database, nodes: nodes)
        for id in nodes.keys.sorted() { try model.remove(id) }
        try database.commit()
        #expect(database.repairs.count == 1)
        #expect(try DatabaseCheck.complaints(about: storage) == [])
    }

    @Test("and is longer than its header says is cut back; one that is shorter is refused and left alone")
    func length() throws {
        let (bytes, nodes) = try Self.file()
        let longer = MemoryStorage(bytes: bytes + Array(repeating: 0xAB, count: 100_000))
        #expect(try NodeDatabase.open(longer).repairs.count == 1)
        #expect(longer.bytes == bytes)
        try Self.addNode(to: longer, nodes)
        for count in [bytes.count - 1, bytes.count / 2, 20_000, 564, 100, 0] {
            let shorter = CrashStorage(bytes: Array(bytes.prefix(count)))
            #expect(throws: NDBError.self) { try NodeDatabase.open(shorter) }
            #expect(shorter.eventCount == 0)
        }
    }

    @Test("keeps the fields of the header that this program does not know")
    func reservedFields() throws {
        let (bytes, nodes) = try Self.file()
        let fields = [16..<32, 172..<180, 180..<184, 249..<256, 514..<516]
        let marked = Self.sealed(bytes) { bytes in
            for position in fields.joined() { bytes[position] = UInt8(truncatingIfNeeded: position) | 1 }
            for position in 528..<564 { bytes[position] = UInt8(truncatingIfNeeded: position) }
        }
        let storage = MemoryStorage(bytes: marked)
        try Self.addNode(to: storage, nodes)
        for range in fields + [528..<564] { #expect(storage.bytes[range] == marked[range], "\(range)") }
    }

    @Test("must be a Unicode PST with 512-byte pages", arguments: [14, 15, 20, 21, 36, 37, 99])
    func otherVersions(version: UInt16) throws {
        let (bytes, _) = try Self.file()
        let other = Self.sealed(bytes) { bytes in
            bytes.store(littleEndian: version, at: 10)
            if version < 16 { bytes[461] = 1 }  // bCryptMethod of an ANSI file
        }
        let storage = CrashStorage(bytes: other)
        let error = #expect(throws: NDBError.self) { try NodeDatabase.open(storage) }
        if version != 99 {
            guard case .unsupported? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        let ost = Self.sealed(bytes) { $0.store(littleEndian: UInt16(0x4F53), at: 8) }
        #expect(throws: NDBError.self) { try NodeDatabase.open(MemoryStorage(bytes: ost)) }
        #expect(storage.eventCount == 0)
    }

    @Test("with trees that contradict themselves is refused before anything is written")
    func overlappingBlocks() throws {
        let (bytes, _) = try Self.file(encoding: .none)
        let storage = MemoryStorage(bytes: bytes)
        let database = try NodeDatabase.open(storage)
        var entries: [BTree.Entry] = []
        try database.blocks.forEachEntry { entries.append($0) }
        // Two entries for one place, sealed into the tree as another program's mistake would be.
        try database.blocks.set((entries[4].0, entries[9].1, entries[4].2, 0))
        try database.commit()
        let marked = Self.sealed(storage.bytes) { $0[248] = 0 }
        for image in [storage.bytes, marked] {
            let damaged = CrashStorage(bytes: image)
            #expect(throws: NDBError.self) { try DatabaseModel.write([1], to: NodeDatabase.open(damaged)) }
            #expect(damaged.eventCount == 0)
        }
    }
}
