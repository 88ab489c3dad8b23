import BinaryIO
import MAPI
import PSTNDB
import TestSupport
import Testing

@testable import PSTLTP

/// A table of a database, and the rows it must have.
final class TableModel {
    static let node = NodeID(type: .contentsTable, index: 0x401)
    static let schema = TableSchema([
        .messageFlags, .subject, .messageDeliveryTime, .messageToMe, .contentCount, .displayTo, .conversationIndex,
    ])

    let storage: MemoryStorage
    private(set) var database: NodeDatabase
    private(set) var table: TableContext
    private(set) var rows: [UInt32: [PropertyTag: PropertyValue]] = [:]
    private var generator: SeededGenerator
    private let comment: Comment

    init(seed: UInt64) throws {
        storage = MemoryStorage()
        database = NodeDatabase.create(in: storage, encoding: .permute)
        table = try TableContext(schema: Self.schema, in: database)
        generator = SeededGenerator(seed: seed)
        comment = "seed \(seed)"
    }

    func random(_ range: Range<Int>) -> Int { Int.random(in: range, using: &generator) }

    func text(atMost count: Int) -> PropertyValue {
        let letters = Array("abcdefghijklmnopqrstuvwxyz äß日")
        return .string(String((0..<random(0..<count + 1)).map { _ in letters[random(0..<letters.count)] }))
    }

    /// A value for a column, rarely a large one.
    func value(_ tag: PropertyTag) -> PropertyValue {
        let isLarge = random(0..<100) == 0
        return switch tag {
        case .subject, .displayTo: text(atMost: isLarge ? 6000 : 80)
        case .conversationIndex: .binary(Array(repeating: UInt8(random(0..<256)), count: random(0..<60)))
        case .messageDeliveryTime: .time(FileTime(unixSeconds: Int64(random(0..<1_000_000))))
        case .messageToMe: .boolean(random(0..<2) == 1)
        default: .integer32(Int32(random(0..<1000)))
        }
    }

    func append(id: UInt32) throws {
        var row = TableRow(schema: Self.schema)
        var cells: [PropertyTag: PropertyValue] = [:]
        for tag in Self.schema.tags where tag.id < 0x67F2 && random(0..<4) > 0 {
            cells[tag] = value(tag)
            if let value = cells[tag] { row.set(tag, value) }
        }
        try table.append(row, id: id, version: database.newRowVersion(), in: database)
        rows[id] = cells
    }

    func anyRow() -> UInt32? {
        // The order of a dictionary is another one in every process.
        rows.isEmpty ? nil : rows.keys.sorted()[random(0..<rows.count)]
    }

    func remove(_ id: UInt32) throws {
        #expect(try table.removeRow(id: id, in: database) == (rows[id] != nil), comment)
        rows[id] = nil
    }

    func update(_ id: UInt32) throws {
        var changes: [(tag: PropertyTag, value: PropertyValue?)] = []
        for tag in Self.schema.tags where tag.id < 0x67F2 && random(0..<3) == 0 {
            let new = random(0..<4) == 0 ? nil : value(tag)
            changes.append((tag, new))
            rows[id]?[tag] = new
        }
        changes.append((.importance, .integer32(1)))  // the table has no such column
        try table.updateCells(id: id, version: database.newRowVersion(), changes, in: database)
    }

    func commit() throws {
        let written = try table.write(to: database)
        try database.setNode(
            Self.node, NodeEntry(data: written.data, subnodes: written.subnodes, parent: .none))
        try database.commit()
    }

    func reopen() throws {
        database = try NodeDatabase.open(storage)
        let entry = try #require(try database.node(Self.node))
        table = try TableContext(entry, in: database)
    }

    /// The committed table has the rows of the model, each once.
    func expectEqual() throws {
        let nodes = try NodeReader.open(storage)
        let entry = try #require(try nodes.node(Self.node))
        let reader = try TableReader(data: entry.data, subnodes: entry.subnodes, in: nodes, budget: nodes.budget())
        var found: [UInt32: [PropertyTag: PropertyValue]] = [:]
        let problems = reader.forEachRow { (row) throws(LTPError) in
            #expect(found[row.id] == nil, comment)
            var cells: [PropertyTag: PropertyValue] = [:]
            for tag in Self.schema.tags where tag.id < 0x67F2 { cells[tag] = try row.value(tag) }
            found[row.id] = cells
        }
        #expect(problems.isEmpty, comment)
        #expect(found == rows, comment)
        #expect(try BlockReferences.complaints(about: storage) == [], comment)
        #expect(table.rowCount == rows.count, comment)
    }
}
