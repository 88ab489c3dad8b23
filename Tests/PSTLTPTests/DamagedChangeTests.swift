import BinaryIO
import MAPI
import PSTNDB
import TestSupport
import Testing

@testable import PSTLTP

@Suite("A structure that is damaged, and changed")
struct DamagedChangeTests {
    private static let node = NodeID(type: .normalMessage, index: 0x10001)

    /// The data of a node of one block.
    private static func data(_ image: NodeImage, _ images: BlockImages) throws -> [UInt8] {
        try HeapTests.data(of: image, images)
    }

    /// Calls `body` for each damage with a database of its own and the block with the damaged data.
    private static func forEachDamage(
        of bytes: [UInt8], _ body: (NodeDatabase, BlockID) throws -> Void
    ) throws -> (refused: Int, accepted: Int) {
        var counts = (refused: 0, accepted: 0)
        for position in bytes.indices {
            for change: UInt8 in [0x01, 0x80] {
                var damaged = bytes
                damaged[position] ^= change
                let database = NodeDatabase.create(in: MemoryStorage(), encoding: .none)
                let block = try damaged.withBytes { (bytes) throws(NDBError) in try database.writeBlock(bytes) }
                do {
                    try body(database, block)
                    counts.accepted += 1
                } catch is LTPError {
                    counts.refused += 1
                }
            }
        }
        return counts
    }

    @Test("as a property context takes new values or gives an error that names it")
    func propertyContext() throws {
        var context = PropertyContextBuilder()
        for (id, value) in PropertyValueDecodingTests.values.enumerated() { context.add(UInt16(0x1000 + id), value) }
        var images = BlockImages(encoding: .none)
        let bytes = try Self.data(context.build(into: &images).node, images)
        let counts = try Self.forEachDamage(of: bytes) { database, block in
            var editor = try PropertyContextEditor(data: block, subnodes: .none, in: database)
            for tag in editor.tags { _ = try? editor.value(tag.id) }
            _ = try editor.valueSize()
            for (number, tag) in editor.tags.enumerated() {
                if number % 3 == 0 { try editor.remove(tag.id) } else { try editor.set(tag.id, .string("changed")) }
            }
            try editor.set(0x2000, .binary([UInt8](repeating: 1, count: 3000)))
            let written = try editor.write(sizeProperty: PropertyTag.messageSize.id)
            let again = try PropertyContextEditor(data: written.data, subnodes: written.subnodes, in: database)
            #expect(try again.value(0x2000) == .binary([UInt8](repeating: 1, count: 3000)))
            #expect(again.tags == editor.tags)
        }
        #expect(counts.refused > 100)
        #expect(counts.accepted > 100)
    }

    @Test("as a table takes and loses rows or gives an error that names it")
    func table() throws {
        let schema = TableModel.schema
        var table = try TableContext(schema: schema)
        var images = BlockImages(encoding: .none)
        for id in 1...6 {
            var row = TableRow(schema: schema)
            row.set(.subject, .string("Row \(id)"))
            row.set(.contentCount, .integer32(Int32(id)))
            row.set(.conversationIndex, .binary([1, 2, 3]))
            try table.append(row, id: UInt32(id), version: 1, images: &images)
        }
        let bytes = try Self.data(table.build(into: &images), images)
        let counts = try Self.forEachDamage(of: bytes) { database, block in
            let entry = NodeEntry(data: block, subnodes: .none, parent: .none)
            var table = try TableContext(entry, in: database)
            for id in try table.rowIDs() { _ = try? table.row(id: id) }
            _ = try table.removeRow(id: 2, in: database)
            if try table.contains(4) {
                try table.updateCells(
                    id: 4, version: 2, [(.subject, .string("A longer subject")), (.contentCount, nil)], in: database)
            }
            var row = TableRow(schema: schema)
            row.set(.subject, .string("New"))
            try table.append(row, id: 100, version: 3, in: database)
            for id in try table.rowIDs().dropLast() { _ = try table.removeRow(id: id, in: database) }
            let written = try table.write(to: database)
            var again = try TableContext(
                NodeEntry(data: written.data, subnodes: written.subnodes, parent: .none), in: database)
            #expect(try again.rowIDs() == table.rowIDs())
        }
        #expect(counts.refused > 100)
        #expect(counts.accepted > 100)
    }
}
