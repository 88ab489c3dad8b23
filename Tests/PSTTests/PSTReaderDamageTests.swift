import BinaryIO
import MAPI
import PST
import PSTNDB
import TestSupport
import Testing

@Suite("A damaged PST")
struct PSTReaderDamageTests {
    /// Everything of a store as text, or the error that says why not; problems are lines with "!".
    static func everything(_ bytes: [UInt8], isLenient: Bool) -> [String] {
        let reader: PSTReader
        do {
            reader = try PSTReader.open(
                MemoryStorage(bytes: bytes), options: PSTReaderOptions(isLenient: isLenient))
        } catch {
            return ["!\(error)"]
        }
        let tree = reader.folderTree()
        var lines = (reader.problems + tree.problems).map { "!" + $0 }
        for folder in tree.folders {
            lines.append("folder \(folder.path)")
            let contents = reader.contents(of: folder.id)
            lines += contents.problems.map { "!" + $0 }
            for row in contents.rows {
                do {
                    let message = try reader.message(row.id)
                    lines += message.problems.map { "!" + $0 }
                    lines += InventoryLines.lines(of: message.object)
                } catch {
                    lines.append("!\(error)")
                }
            }
        }
        return lines
    }

    private static func small() throws -> [UInt8] {
        let storage = MemoryStorage()
        let file = try PSTFile.create(in: storage, displayName: "Small", encoding: .permute)
        let inbox = try file.addFolder(named: "Inbox").id
        for number in [1, 2, 3, 5, 6, 12] {
            let message = SampleMessages.message(number)
            try file.register(MessageBuilder.unknownNames(in: message, file.names))
            _ = try file.add(try file.build(message), to: inbox)
        }
        try file.checkpoint()
        return storage.bytes
    }

    /// The places of a file that hold something.
    private static func used(_ bytes: [UInt8]) -> [Int] {
        bytes.indices.filter { bytes[$0] != 0 && !($0 >= 256 && $0 < 512) }
    }

    @Test("with a changed byte anywhere says so, or what is read is the same: nothing is garbled in silence")
    func flippedBytes() throws {
        let original = try Self.small()
        let expected = Self.everything(original, isLenient: false)
        #expect(!expected.contains { $0.hasPrefix("!") })
        let places = Self.used(original)
        var generator = SeededGenerator(seed: 20)
        for _ in 0..<200 {
            var bytes = original
            let place = try #require(places.randomElement(using: &generator))
            bytes[place] ^= UInt8.random(in: 1...255, using: &generator)
            let found = Self.everything(bytes, isLenient: false)
            if found != expected {
                #expect(found.contains { $0.hasPrefix("!") }, "byte \(place) is \(bytes[place])")
            }
        }
    }

    @Test("under checksums that fit is read without a trap, in bounded time", arguments: 0..<4)
    func flippedUnderChecksums(part: Int) throws {
        let original = try Self.small()
        let places = Self.used(original)
        var generator = SeededGenerator(seed: UInt64(part) + 1)
        for _ in 0..<150 {
            var bytes = original
            for _ in 0...Int.random(in: 0...3, using: &generator) {
                let place = try #require(places.randomElement(using: &generator))
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            let lines = Self.everything(bytes, isLenient: true)
            #expect(!lines.isEmpty)
        }
    }

    @Test("that is cut off anywhere gives a value or a typed error")
    func truncated() throws {
        let original = try Self.small()
        let cuts =
            Array(stride(from: 0, through: 600, by: 7)) + Array(stride(from: 0x4400, to: original.count, by: 4099))
        for count in cuts {
            let lines = Self.everything(Array(original[..<count]), isLenient: false)
            #expect(lines.contains { $0.hasPrefix("!") }, "\(count) bytes")
        }
    }

    @Test(
        "header names the field that is wrong",
        arguments: [
            (0, "HEADER.dwMagic"), (4, "HEADER.dwCRCPartial"), (10, "HEADER.wVer"), (524, "HEADER.dwCRCFull"),
            (200, "HEADER.dwCRCPartial"), (520, "HEADER.dwCRCFull"),
        ])
    func header(offset: Int, field: String) throws {
        var bytes = try Self.small()
        bytes[offset] ^= 0x80
        let error = try #require(throws: PSTError.self) { try PSTReader.open(MemoryStorage(bytes: bytes)) }
        #expect(error.description.hasPrefix(field))
    }

    /// The file with one byte changed in the first data block of a node.
    private func damaging(_ node: NodeID, in bytes: [UInt8]) throws -> [UInt8] {
        let nodes = try NodeReader.open(MemoryStorage(bytes: bytes))
        let entry = try #require(try nodes.node(node))
        let block = try #require(
            try {
                var blocks = try nodes.dataBlocks(of: entry.data)
                return try blocks.nextID()
            }())
        var place: UInt64?
        #expect(nodes.forEachBlock { id, offset, _, _ in if id == block { place = offset } } == [])
        var bytes = bytes
        bytes[Int(try #require(place)) + 20] ^= 1
        return bytes
    }

    @Test("message does not hide its neighbours")
    func damagedMessage() throws {
        let (storage, ids) = try PSTReaderRoundTripTests.store(1..<8, encoding: .permute)
        let bytes = try damaging(ids[3], in: storage.bytes)
        let reader = try PSTReader.open(MemoryStorage(bytes: bytes))
        #expect(reader.problems == [])
        for (position, id) in ids.enumerated() where position != 3 {
            let message = try reader.message(id)
            #expect(try PSTReaderRoundTripTests.differences(SampleMessages.message(position + 1), message.object) == [])
        }
        let error = try #require(throws: PSTError.self) { try reader.message(ids[3]) }
        #expect(error.description.hasPrefix("BLOCKTRAILER.dwCRC at 0x"))
    }

    @Test("contents table does not hide the messages, and says so")
    func damagedContentsTable() throws {
        let (storage, ids) = try PSTReaderRoundTripTests.store(1..<8, encoding: .permute)
        let inbox = try #require(try PSTReader.open(storage).folderTree().folders.first).id
        let bytes = try damaging(inbox.sibling(.contentsTable), in: storage.bytes)
        let reader = try PSTReader.open(MemoryStorage(bytes: bytes))
        let contents = reader.contents(of: inbox)
        let expected = ids.enumerated().filter { ($0.offset + 1) % 3 != 0 }.map(\.element)
        #expect(contents.rows.map(\.id) == expected)
        #expect(contents.rows.allSatisfy { !$0.isListed })
        #expect(contents.problems.count == expected.count + 1)
    }

    @Test("contents table without its rows does not hide the messages, and says so")
    func emptyRowMatrix() throws {
        let storage = MemoryStorage()
        let file = try PSTFile.create(in: storage, displayName: "Rows", encoding: .none)
        let inbox = try file.addFolder(named: "Inbox").id
        // So many that the rows are in a subnode of the table.
        let ids = try (0..<40).map { _ in try file.add(try file.build(MessageObject()), to: inbox) }
        try file.checkpoint()
        let database = try NodeDatabase.open(storage)
        var entry = try #require(try database.node(inbox.sibling(.contentsTable)))
        let subnodes = try database.subnodes(of: entry.subnodes)
        #expect(subnodes.count == 1)
        entry.subnodes = try database.writeSubnodes(
            subnodes.map { SubnodeEntry(id: $0.id, data: .none, subnodes: .none) })
        try database.setNode(inbox.sibling(.contentsTable), entry)
        try database.commit()
        let contents = try PSTReader.open(storage).contents(of: inbox)
        #expect(contents.rows.map(\.id) == ids)
        #expect(contents.problems.count == 80)
    }

    @Test("hierarchy table does not hide the folders, and says so")
    func damagedHierarchyTable() throws {
        let (storage, _) = try PSTReaderRoundTripTests.store(1..<8, encoding: .permute)
        let bytes = try damaging(NodeID.ipmSubtree.sibling(.hierarchyTable), in: storage.bytes)
        let tree = try PSTReader.open(MemoryStorage(bytes: bytes)).folderTree()
        #expect(Set(tree.folders.map(\.path)) == [["Inbox"], ["Inbox", "Deep/er"], ["Deleted Items"]])
        #expect(tree.problems.count == 3)
    }

    @Test("with folders in a circle, or below none, shows each once")
    func circles() throws {
        let storage = MemoryStorage()
        let file = try PSTFile.create(in: storage, displayName: "Circle", encoding: .none)
        let first = try file.addFolder(named: "First").id
        let second = try file.addFolder(named: "Second", below: first).id
        let third = try file.addFolder(named: "Third", below: second).id
        try file.checkpoint()
        let database = try NodeDatabase.open(storage)
        func move(_ id: NodeID, to parent: NodeID) throws {
            var entry = try #require(try database.node(id))
            entry.parent = parent
            try database.setNode(id, entry)
        }
        // First lies in Third, which lies in First; the tables are not there to say otherwise.
        try move(first, to: third)
        for folder in [NodeID.ipmSubtree, first, second, third] {
            try database.removeNode(folder.sibling(.hierarchyTable))
        }
        try database.commit()
        let tree = try PSTReader.open(storage).folderTree()
        let names = tree.folders.map(\.name).sorted()
        #expect(names == ["Deleted Items", "First", "Second", "Third"])
        #expect(tree.problems.contains { $0.contains("leads nowhere") })
    }
}
