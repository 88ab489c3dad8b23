import BinaryIO
import MAPI
import PSTNDB
import TestSupport
import Testing

@testable import PSTLTP

@Suite("Tables in a database")
struct TableContextTests {
    private static let schema = TableSchema([
        .messageStatus, .subject, .messageDeliveryTime, .messageToMe, .contentCount,
    ])

    @Test(
        "hold every row that was added, over many writes, and rows change in place",
        arguments: [(rows: 3, writes: 1), (30, 7), (700, 3), (5000, 9)])
    func growth(rows: Int, writes: Int) throws {
        let database = NodeDatabase.create(in: MemoryStorage(), encoding: .permute)
        let id = NodeID(type: .contentsTable, index: 0x401)
        var table = try TableContext(schema: Self.schema, in: database)
        var entry = NodeEntry(data: .none, subnodes: .none, parent: .none)
        for number in 0..<rows {
            var row = TableRow(schema: Self.schema)
            row.set(.subject, .string("Row \(number)"))
            row.set(.contentCount, .integer32(Int32(number)))
            try table.append(row, id: UInt32(number * 2 + 10), version: UInt32(number), in: database)
            if number % max(1, rows / writes) == 0 {
                (entry.data, entry.subnodes) = try table.write(to: database)
                try database.setNode(id, entry)
                try database.commit()
                table = try TableContext(entry, in: database)
            }
        }
        for number in stride(from: 0, to: rows, by: 7) {
            try table.updateFixedCells(
                id: UInt32(number * 2 + 10), version: 9, [(.contentCount, .integer32(Int32(number + 1_000_000)))])
        }
        (entry.data, entry.subnodes) = try table.write(to: database)
        try database.setNode(id, entry)
        try database.commit()

        var read = try TableContext(entry, in: database)
        #expect(read.rowCount == rows)
        for number in 0..<rows {
            let row = try #require(try read.row(id: UInt32(number * 2 + 10)))
            let count = number % 7 == 0 ? number + 1_000_000 : number
            #expect(row.value(.contentCount) == .integer32(Int32(count)))
            #expect(row.value(.subject) == .string("Row \(number)"))
            #expect(row.content(.messageToMe) == nil)
        }
        #expect(try read.contains(10))
        #expect(try !read.contains(11))
        #expect(try read.row(id: 11) == nil)
    }

    @Test("A change to a large table writes little")
    func smallChange() throws {
        let database = NodeDatabase.create(in: MemoryStorage(), encoding: .permute)
        var table = try TableContext(schema: Self.schema, in: database)
        for number in 0..<50_000 {
            var row = TableRow(schema: Self.schema)
            row.set(.subject, .string("A subject of usual length, number \(number)"))
            try table.append(row, id: UInt32(number + 1), version: 1, in: database)
        }
        var entry = NodeEntry(data: .none, subnodes: .none, parent: .none)
        (entry.data, entry.subnodes) = try table.write(to: database)
        try database.setNode(NodeID(type: .contentsTable, index: 0x401), entry)
        try database.commit()
        table = try TableContext(entry, in: database)
        for number in 0..<10 {
            var row = TableRow(schema: Self.schema)
            row.set(.subject, .string("New"))
            try table.append(row, id: UInt32(60_000 + number), version: 1, in: database)
        }
        _ = try table.write(to: database)
        #expect(database.uncommittedBytes < 100_000)
    }
}
