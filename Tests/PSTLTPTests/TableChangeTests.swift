import BinaryIO
import Foundation
import MAPI
import PSTNDB
import TestSupport
import Testing

@testable import PSTLTP

@Suite("A table that is changed")
struct TableChangeTests {
    @Test(
        "has the rows of a dictionary after any history of additions, removals, updates and reopenings",
        arguments: [
            (rows: 1, steps: 300, seed: 0), (1, 300, 1), (12, 400, 2), (12, 400, 3), (12, 400, 4), (200, 600, 5),
            (200, 600, 6), (200, 600, 7), (3000, 600, 8), (3000, 600, 9), (20_000, 240, 10),
        ] as [(rows: Int, steps: Int, seed: UInt64)])
    func history(size: (rows: Int, steps: Int, seed: UInt64)) throws {
        let model = try TableModel(seed: size.seed)
        var next: UInt32 = 1000
        for _ in 0..<size.rows {
            next += UInt32(model.random(1..<4))
            try model.append(id: next)
        }
        try model.commit()
        for step in 1...size.steps {
            switch model.random(0..<10) {
            case 0...2 where model.rows.count < size.rows * 2:
                next += 1
                try model.append(id: next)
            case 3:
                // Between the others, as a message that moves here has it.
                let id = UInt32(model.random(1..<Int(next)))
                if model.rows[id] == nil { try model.append(id: id) }
            case 4...6: if let id = model.anyRow() { try model.remove(id) }
            case 7: try model.remove(next + 7)
            default: if let id = model.anyRow() { try model.update(id) }
            }
            guard step % (size.steps / 8) == 0 else { continue }
            try model.commit()
            try model.expectEqual()
            if model.random(0..<2) == 0 { try model.reopen() }
        }
        for id in model.rows.keys.sorted() { try model.remove(id) }
        try model.commit()
        try model.expectEqual()
        try expectNew(model)
    }

    /// A table that has become empty has the bytes of a new one.
    private func expectNew(_ model: TableModel) throws {
        let entry = try #require(try model.database.node(TableModel.node))
        #expect(entry.subnodes == .none)
        var new = try TableContext(schema: TableModel.schema)
        var images = BlockImages(encoding: .none)
        let image = try new.build(into: &images)
        #expect(try model.database.data(of: entry.data) == HeapTests.data(of: image, images))
    }

    @Test("stays as large as its rows need when rows come and go over many sessions")
    func churn() throws {
        let model = try TableModel(seed: 1)
        var next: UInt32 = 1
        func append() throws {
            try model.append(id: next)
            next += 1
        }
        for _ in 0..<600 { try append() }
        try model.commit()
        var pages = [model.table.heap.slots.count]
        for session in 1...60 {
            try model.reopen()
            for _ in 0..<40 {
                if let id = model.anyRow() { try model.remove(id) }
                try append()
            }
            try model.commit()
            if session % 30 == 0 { pages.append(model.table.heap.slots.count) }
        }
        try model.expectEqual()
        // Items of all sizes leave gaps: four times as many rows have gone as there are, and it is not twice the size.
        #expect(pages[2] <= pages[0] * 3 / 2, "\(pages)")
        #expect(pages[2] <= pages[1] + 2, "\(pages)")
    }

    @Test("leaves the table that shares its blocks as it is", arguments: [20, 400, 3000])
    func sharedBlocks(rows: Int) throws {
        let model = try TableModel(seed: 3)
        for id in 1...rows { try model.append(id: UInt32(id)) }
        try model.commit()
        let (database, copy) = (model.database, NodeID(type: .contentsTable, index: 0x402))
        let entry = try #require(try database.node(TableModel.node))
        try database.retain(entry.data)
        try database.retain(entry.subnodes)
        try database.setNode(copy, entry)
        try database.commit()
        try model.reopen()
        for step in 0..<60 {
            guard let id = model.anyRow() else { break }
            if step % 3 == 0 { try model.remove(id) } else { try model.update(id) }
        }
        try model.commit()
        try model.expectEqual()
        var other = try TableContext(entry, in: model.database)
        #expect(other.rowCount == rows)
        for id in try other.rowIDs() { #expect(try other.row(id: id) != nil) }
        for id in model.rows.keys.sorted() { try model.remove(id) }
        try model.commit()
        try model.expectEqual()
    }

    @Test("writes little where few rows of 100,000 are removed, added and changed")
    func cost() throws {
        let storage = MemoryStorage()
        var database = NodeDatabase.create(in: storage, encoding: .permute)
        let schema = TableModel.schema
        var table = try TableContext(schema: schema, in: database)
        var row = TableRow(schema: schema)
        row.set(.subject, .string("A subject as long as most are"))
        row.set(.displayTo, .string("A Name; Another Name"))
        for number in 1...100_000 { try table.append(row, id: UInt32(number), version: 1, in: database) }
        func commit() throws {
            let written = try table.write(to: database)
            try database.setNode(
                TableModel.node, NodeEntry(data: written.data, subnodes: written.subnodes, parent: .none))
            try database.commit()
            database = try NodeDatabase.open(storage)
            table = try TableContext(#require(try database.node(TableModel.node)), in: database)
        }
        func cost(_ change: () throws -> Void) throws -> UInt64 {
            try change()
            _ = try table.write(to: database)
            let bytes = database.uncommittedBytes
            try commit()
            return bytes
        }
        try commit()
        let removed = try cost {
            for id in [7, 50_000, 99_000] { _ = try table.removeRow(id: UInt32(id), in: database) }
        }
        let added = try cost {
            for id in 100_001...100_010 { try table.append(row, id: UInt32(id), version: 2, in: database) }
        }
        let flag = try cost { try table.updateFixedCells(id: 60_000, version: 3, [(.messageFlags, .integer32(1))]) }
        #expect(removed < 250_000)
        #expect(added < 150_000)
        #expect(flag < 60_000)
        #expect(try !table.contains(50_000))
        #expect(try table.contains(100_010))
    }

    @Test(
        "has heaps and rows that an independent checker finds nothing wrong with",
        .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"))
    func strictChecker() throws {
        let model = try TableModel(seed: 5)
        for id in 1..<2500 { try model.append(id: UInt32(id)) }
        for step in 0..<1500 {
            if let id = model.anyRow(), step % 3 > 0 { try model.remove(id) }
            if let id = model.anyRow() { try model.update(id) }
        }
        try model.commit()
        // The file is no whole store: only what is said of the table counts.
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a.pst"
        try Data(model.storage.bytes).write(to: URL(fileURLWithPath: path))
        let shared = try #require(SharedMaterial.folder)
        let run = try CommandRun.run(shared + "/tools/pstcheck", ["--fresh", "--max", "9", path])
        let lines = run.outputText.split(separator: "\n").filter { $0.contains(" LTP-") || $0.contains("NDB-") }
        #expect(lines == [])
    }
}
