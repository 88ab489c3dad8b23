import BinaryIO
import MAPI
import PSTNDB
import TestSupport
import Testing

@testable import PSTLTP

@Suite("A property context that is edited")
struct PropertyContextEditorTests {
    static let node = NodeID(type: .normalMessage, index: 0x10001)
    private static let attachment = NodeID(type: .attachment, index: 0x405)

    /// A database with one object that has `count` properties, and a subnode with one of its own.
    private static func database(_ count: Int) throws -> (NodeDatabase, MemoryStorage) {
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .permute)
        var images = BlockImages(encoding: .permute)
        var context = PropertyContextBuilder()
        for id in 0..<count {
            let value: PropertyValue = id % 3 == 0 ? .integer32(Int32(id)) : .string("Value \(id)")
            context.add(UInt16(0x1000 + id), value)
        }
        context.add(.messageSize, .integer32(0))
        let inner = [UInt8](repeating: 1, count: 20_000).withUnsafeBytes { images.appendData($0) }
        let below = NodeImage(
            data: [UInt8](repeating: 2, count: 3000).withUnsafeBytes { images.appendData($0) }, dataSize: 3000)
        let attached = NodeImage(
            data: inner, dataSize: 20_000, subnodes: [(NodeID(type: .ltp, index: 0x401), below)])
        let built = try context.build(
            into: &images, others: [(attachment, attached)], sizeProperty: PropertyTag.messageSize.id)
        let written = try database.write(built.node, of: images)
        try database.setNode(node, NodeEntry(data: written.data, subnodes: written.subnodes, parent: .none))
        try database.commit()
        return (database, storage)
    }

    private static func editor(_ database: NodeDatabase) throws -> PropertyContextEditor {
        try PropertyContextEditor(#require(try database.node(node)), in: database)
    }

    private static func save(_ editor: inout PropertyContextEditor, to database: NodeDatabase) throws {
        let written = try editor.write(sizeProperty: PropertyTag.messageSize.id)
        try database.setNode(node, NodeEntry(data: written.data, subnodes: written.subnodes, parent: .none))
        try database.commit()
    }

    /// All properties as a reader of the file has them, and the size of the object.
    private static func read(_ storage: any Storage) throws -> (values: [UInt16: PropertyValue], size: UInt64) {
        let nodes = try NodeReader.open(storage)
        let entry = try #require(try nodes.node(node))
        let context = try PropertyContextReader(
            data: entry.data, subnodes: entry.subnodes, in: nodes, budget: nodes.budget())
        var values: [UInt16: PropertyValue] = [:]
        for record in context.records { values[record.id] = try context.value(record) }
        return (values, try ObjectSize.bytes(data: entry.data, subnodes: entry.subnodes, in: nodes))
    }

    private static func value(_ generator: inout SeededGenerator) -> PropertyValue {
        func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }
        let length = [0, 1, 30, 900, 1024, 1025, 3581, 20_000][random(0..<8)]
        return switch random(0..<7) {
        case 0: .integer32(Int32(random(0..<1000)))
        case 1: .boolean(random(0..<2) == 0)
        case 2: .time(FileTime(unixSeconds: Int64(random(0..<1000))))
        case 3: .string(String(repeating: "x", count: length / 2))
        case 4: .multipleString((0..<random(0..<4)).map { "Category \($0)" })
        case 5: .integer16(Int16(random(0..<9)))
        default: .binary([UInt8](repeating: UInt8(random(0..<256)), count: length))
        }
    }

    @Test(
        "holds what a dictionary holds after any history, and its size is that of the object",
        arguments: [0, 1, 40, 446, 1200], 0..<4 as Range<UInt64>)
    func history(count: Int, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let (database, storage) = try Self.database(count)
        var model = try Self.read(storage).values
        var editor = try Self.editor(database)
        for step in 1...240 {
            let id = UInt16(0x1000 + Int.random(in: 0..<count + 40, using: &generator))
            if Int.random(in: 0..<3, using: &generator) == 0 {
                #expect(try editor.remove(id) == (model[id] != nil), "seed \(seed)")
                model[id] = nil
            } else {
                let value = Self.value(&generator)
                try editor.set(id, value)
                model[id] = value
                #expect(try editor.value(id) == value, "seed \(seed)")
            }
            guard step % 40 == 0 else { continue }
            let size = try editor.objectSize()
            try Self.save(&editor, to: database)
            let found = try Self.read(storage)
            model[PropertyTag.messageSize.id] = .integer32(Int32(found.size))
            #expect(found.values == model, "seed \(seed)")
            #expect(found.size == size, "seed \(seed)")
            #expect(try editor.objectSize() == size, "seed \(seed)")
            #expect(try BlockReferences.complaints(about: storage) == [], "seed \(seed)")
            if Bool.random(using: &generator) { editor = try Self.editor(database) }
        }
    }

    @Test("writes one block for a flag, two where the heap has an index, and none for what is there already")
    func smallChange() throws {
        for (count, blocks) in [(100, 1), (1200, 2)] {
            let (database, _) = try Self.database(count)
            let before = try #require(try database.node(Self.node))
            var editor = try Self.editor(database)
            try editor.set(0x1003, .integer32(3))
            var written = try editor.write(sizeProperty: PropertyTag.messageSize.id)
            #expect(written == (before.data, before.subnodes))
            #expect(database.uncommittedBytes == 0)
            try editor.set(0x1003, .integer32(4))
            written = try editor.write(sizeProperty: PropertyTag.messageSize.id)
            #expect(written.data != before.data)
            #expect(written.subnodes == before.subnodes)
            #expect(database.uncommittedBytes <= UInt64(blocks * 8192))
        }
    }

    @Test("leaves the object that shares its blocks as it is")
    func sharedBlocks() throws {
        let (database, storage) = try Self.database(1200)
        let entry = try #require(try database.node(Self.node))
        let copy = NodeID(type: .normalMessage, index: 0x10002)
        try database.retain(entry.data)
        try database.retain(entry.subnodes)
        try database.setNode(copy, entry)
        try database.commit()
        var editor = try Self.editor(database)
        try editor.set(0x1000, .binary([UInt8](repeating: 7, count: 5000)))
        try Self.save(&editor, to: database)
        #expect(try BlockReferences.complaints(about: storage) == [])
        var other = try PropertyContextEditor(entry, in: database)
        #expect(other.tags.count == 1201)
        for id in 0..<1200 {
            let value: PropertyValue = id % 3 == 0 ? .integer32(Int32(id)) : .string("Value \(id)")
            #expect(try other.value(UInt16(0x1000 + id)) == value)
        }
        try database.removeNode(copy)
        try database.release(entry.data)
        try database.release(entry.subnodes)
        try database.commit()
        #expect(try BlockReferences.complaints(about: storage) == [])
        other = try Self.editor(database)
        #expect(try other.value(0x1000) == .binary([UInt8](repeating: 7, count: 5000)))
    }

    @Test("gives the sum of the sizes of its values as the builder does")
    func valueSize() throws {
        let values: [PropertyValue] = PropertyValueDecodingTests.values + [.binary(Array(repeating: 1, count: 5000))]
        var context = PropertyContextBuilder()
        for (id, value) in values.enumerated() { context.add(UInt16(0x1000 + id), value) }
        context.addObject(0x0FFF, subnode: Self.attachment, size: 1234)
        let database = NodeDatabase.create(in: MemoryStorage(), encoding: .none)
        var images = BlockImages(encoding: .none)
        let built = try context.build(into: &images)
        let written = try database.write(built.node, of: images)
        let editor = try PropertyContextEditor(data: written.data, subnodes: written.subnodes, in: database)
        #expect(try editor.valueSize() == context.valueSize)
    }

    @Test("loses an object's subnode with its property")
    func objectProperty() throws {
        let (database, storage) = try Self.database(3)
        var images = BlockImages(encoding: .permute)
        var context = PropertyContextBuilder()
        context.addObject(0x3701, subnode: Self.attachment, size: 1234)
        context.add(.displayName, .string("Name"))
        let content = NodeImage(
            data: [UInt8](repeating: 3, count: 9000).withUnsafeBytes { images.appendData($0) }, dataSize: 9000)
        let built = try context.build(into: &images, others: [(Self.attachment, content)])
        let written = try database.write(built.node, of: images)
        let other = NodeID(type: .normalMessage, index: 0x10005)
        try database.setNode(other, NodeEntry(data: written.data, subnodes: written.subnodes, parent: .none))
        var editor = try PropertyContextEditor(data: written.data, subnodes: written.subnodes, in: database)
        #expect(throws: LTPError.self) { try editor.value(0x3701) }
        try editor.remove(0x3701)
        let now = try editor.write()
        #expect(now.subnodes == .none)
        try database.setNode(other, NodeEntry(data: now.data, subnodes: now.subnodes, parent: .none))
        try database.commit()
        #expect(editor.tags == [.displayName])
        #expect(try BlockReferences.complaints(about: storage) == [])
    }
}
