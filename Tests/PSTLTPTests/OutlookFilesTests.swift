import BinaryIO
import Foundation
import MAPI
import PSTNDB
import TestSupport
import Testing

@testable import PSTLTP

/// Unicode PSTs that Outlook wrote, each changed in memory.
@Suite(
    "Structures that Outlook wrote", .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"))
struct OutlookFilesTests {
    /// The files that can be changed: Unicode, with pages of 512 bytes.
    static let names: [String] = {
        guard let folder = SharedMaterial.folder,
            let all = try? FileManager.default.contentsOfDirectory(atPath: folder + "/corpus/pst")
        else { return [] }
        return all.sorted().filter { name in
            let file = try? FileStorage(path: folder + "/corpus/pst/" + name, mode: .read)
            return file.flatMap { try? NodeReader.open($0).format } == .unicode
        }
    }()

    private static func copy(_ name: String) throws -> MemoryStorage {
        let path = try #require(SharedMaterial.folder) + "/corpus/pst/" + name
        return MemoryStorage(bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    @Test("There are such files")
    func files() { #expect(Self.names.count >= 5) }

    private static func nodes(_ database: NodeDatabase) throws -> [(id: NodeID, entry: NodeEntry)] {
        var nodes: [(NodeID, NodeEntry)] = []
        try database.forEachNode { id, entry in nodes.append((id, entry)) }
        return nodes
    }

    /// Every property of every context among the nodes, as far as it can be read; the others as nil.
    private static func properties(_ storage: MemoryStorage) throws -> [NodeID: [PropertyTag: PropertyValue?]] {
        let nodes = try NodeReader.open(storage)
        var all: [NodeID: [PropertyTag: PropertyValue?]] = [:]
        let problems = nodes.forEachNode { id, entry in
            let context = try? PropertyContextReader(
                data: entry.data, subnodes: entry.subnodes, in: nodes, budget: nodes.budget())
            guard let context else { return }
            var values: [PropertyTag: PropertyValue?] = [:]
            for record in context.records { values.updateValue(try? context.value(record), forKey: record.tag) }
            all[id] = values
        }
        #expect(problems == [])
        return all
    }

    /// What the checker finds in heaps and objects
    private static func findings(_ storage: MemoryStorage) throws -> [String] {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/a.pst"
        try Data(storage.bytes).write(to: URL(fileURLWithPath: path))
        let shared = try #require(SharedMaterial.folder)
        let run = try CommandRun.run(shared + "/tools/pstcheck", ["--max", "0", path])
        let lines = run.outputText.split(separator: "\n").map(String.init)
        return lines.filter { $0.contains(" LTP-") || $0.contains(" MSG-") }
    }

    /// What the checker finds now and did not find before.
    private static func expectNoNewFindings(_ storage: MemoryStorage, since before: [String]) throws {
        var rest = before
        let new = try findings(storage).filter { finding in
            guard let known = rest.firstIndex(of: finding) else { return true }
            rest.remove(at: known)
            return false
        }
        #expect(new == [], Comment(rawValue: new.joined(separator: "\n")))
    }

    @Test("as property contexts read alike in the editor, take new properties and lose them again", arguments: names)
    func contexts(name: String) throws {
        let storage = try Self.copy(name)
        let database = try NodeDatabase.open(storage)
        let before = try Self.properties(storage)
        let complaints = try BlockReferences.complaints(about: storage)
        let findings = try Self.findings(storage)
        #expect(!before.isEmpty)
        let large = PropertyValue.binary([UInt8](repeating: 7, count: 30_000))

        func change(_ body: (inout PropertyContextEditor, NodeID) throws -> Void) throws {
            for (id, entry) in try Self.nodes(database) where before[id] != nil {
                var editor = try PropertyContextEditor(entry, in: database)
                try body(&editor, id)
                let written = try editor.write()
                try database.setNode(
                    id, NodeEntry(data: written.data, subnodes: written.subnodes, parent: entry.parent))
            }
            try database.commit()
        }
        try change { editor, id in
            let known = try #require(before[id])
            #expect(editor.tags == known.keys.sorted())
            for (tag, value) in known { #expect((try? editor.value(tag.id)) == value, "\(id) \(tag)") }
            try editor.set(0x6FF1, .string("A new property"))
            try editor.set(0x6FF2, large)
        }
        var expected = before
        for id in before.keys {
            expected[id]?[PropertyTag(id: 0x6FF1, type: .string)] = .string("A new property")
            expected[id]?[PropertyTag(id: 0x6FF2, type: .binary)] = large
        }
        #expect(try Self.properties(storage) == expected)
        #expect(try BlockReferences.complaints(about: storage) == complaints)
        try change { editor, _ in
            try editor.remove(0x6FF1)
            try editor.remove(0x6FF2)
        }
        #expect(try Self.properties(storage) == before)
        #expect(try BlockReferences.complaints(about: storage) == complaints)
        try Self.expectNoNewFindings(storage, since: findings)
    }

    /// A table as a reader of the file has it: cells by row and tag.
    private static func rows(_ id: NodeID, _ storage: MemoryStorage) throws -> [UInt32: [PropertyTag: PropertyValue?]] {
        let nodes = try NodeReader.open(storage)
        let entry = try #require(try nodes.node(id))
        let table = try TableReader(data: entry.data, subnodes: entry.subnodes, in: nodes, budget: nodes.budget())
        var rows: [UInt32: [PropertyTag: PropertyValue?]] = [:]
        let problems = table.forEachRow { row in
            var cells: [PropertyTag: PropertyValue?] = [:]
            for tag in table.schema.tags where tag != .ltpRowVer && row.exists(tag) {
                cells.updateValue(try? row.value(tag), forKey: tag)
            }
            rows[row.id] = cells
        }
        #expect(problems == [])
        return rows
    }

    @Test(
        "as tables give their rows to a table of other columns, become empty, and get the rows back",
        arguments: names)
    func tables(name: String) throws {
        let storage = try Self.copy(name)
        let database = try NodeDatabase.open(storage)
        let complaints = try BlockReferences.complaints(about: storage)
        let findings = try Self.findings(storage)
        var count = 0
        let aside = NodeID(type: .contentsTable, index: 0x7_0000)
        for (id, entry) in try Self.nodes(database) {
            guard var table = try? TableContext(entry, in: database), table.rowCount > 0 else { continue }
            let before = try Self.rows(id, storage)
            #expect(try table.rowIDs() == before.keys.sorted())
            // The columns in another order, without one and with one of its own.
            let tags = table.schema.tags.filter { $0 != .ltpRowId && $0 != .ltpRowVer }
            let schema = TableSchema([PropertyTag(rawValue: 0x6FF3_0003)] + tags.reversed())
            var other = try TableContext(schema: schema, in: database)
            for row in try table.rowIDs() {
                let stored = try #require(try table.row(id: row))
                #expect(stored.cells.count == before[row].map { $0.count - 1 })
                try other.append(
                    TableRow(stored, schema: schema), id: row, version: stored.version, in: database)
                #expect(try table.removeRow(id: row, in: database))
            }
            func write(_ table: inout TableContext, _ id: NodeID) throws {
                let written = try table.write(to: database)
                try database.setNode(
                    id, NodeEntry(data: written.data, subnodes: written.subnodes, parent: entry.parent))
            }
            try write(&table, id)
            try write(&other, aside)
            try database.commit()
            #expect(try Self.rows(id, storage) == [:])
            #expect(try Self.rows(aside, storage) == before)
            #expect(try BlockReferences.complaints(about: storage) == complaints)

            table = try TableContext(#require(try database.node(id)), in: database)
            for row in try other.rowIDs() {
                // Without a schema in common: the table has its own columns.
                let stored = try #require(try other.row(id: row))
                try table.append(
                    TableRow(stored, schema: schema), id: row, version: stored.version, in: database)
                #expect(try other.removeRow(id: row, in: database))
            }
            try write(&table, id)
            try write(&other, aside)
            let empty = try #require(try database.node(aside))
            try database.release(empty.data)
            try database.release(empty.subnodes)
            try database.removeNode(aside)
            try database.commit()
            #expect(try Self.rows(id, storage) == before)
            count += before.count
        }
        #expect(count > 3)
        #expect(try BlockReferences.complaints(about: storage) == complaints)
        try Self.expectNoNewFindings(storage, since: findings)
    }
}
