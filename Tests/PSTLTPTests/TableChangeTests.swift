import BinaryIO
import MAPI
import PSTNDB
import TestSupport
import Testing

@testable import PSTLTP

@Suite("A table that is changed")
struct TableChangeTests {
    @Test(
        "has the rows of a dictionary after any history of additions, removals, updates and reopenings",
        arguments: [(rows: 1, steps: 300), (12, 400), (200, 600), (3000, 800), (20_000, 600)],
        0..<3 as Range<UInt64>)
    func history(size: (rows: Int, steps: Int), seed: UInt64) throws {
        let model = try TableModel(seed: seed)
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
}
