import BinaryIO
import Foundation
import TestSupport
import Testing

@testable import PSTNDB

@Suite("A PST that Outlook wrote, updated in place")
struct OutlookFileTests {
    static let unicode = [
        "2003_high-encryption_quickquick", "2003_no-encryption_quickquick", "Empty", "dist-list", "msgInMsg", "sample1",
        "submessage", "testPST", "test_unicode", "unicodeAttachmentFilename",
    ]

    private static func bytes(_ name: String) throws -> [UInt8] {
        let folder = try #require(SharedMaterial.folder)
        return Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/corpus/pst/\(name).pst")))
    }

    /// The data of every node and subnode.
    private static func content(_ bytes: [UInt8]) throws -> [String: [UInt8]] {
        let reader = try NodeReader.open(MemoryStorage(bytes: bytes))
        var found: [String: [UInt8]] = [:]
        var entries: [(NodeID, NodeEntry)] = []
        let problems = reader.forEachNode { entries.append(($0, $1)) }
        #expect(problems.isEmpty)
        func visit(_ path: String, _ data: BlockID, _ subnodes: BlockID) throws {
            found[path] = try reader.data(of: data)
            for entry in try reader.subnodes(of: subnodes) {
                try visit("\(path)/\(entry.id)", entry.data, entry.subnodes)
            }
        }
        for (id, entry) in entries { try visit("\(id) in \(entry.parent)", entry.data, entry.subnodes) }
        return found
    }

    private static func findings(_ bytes: [UInt8], _ rules: String) throws -> [String] {
        let folder = try TemporaryFolder()
        let path = folder.path("file.pst")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let checker = try #require(SharedMaterial.folder) + "/tools/pstcheck"
        let run = try CommandRun.run(checker, ["--max", "0", "--fresh", path])
        return run.outputText.split(separator: "\n").map(String.init).filter { $0.contains(rules) }
    }

    @Test(
        "keeps every node as it was through additions and removals, and has no more faults than before",
        .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"), arguments: unicode)
    func updates(name: String) throws {
        let before = try Self.bytes(name)
        let content = try Self.content(before)
        let storage = CrashStorage(bytes: before)
        var database = try NodeDatabase.open(storage)
        #expect(storage.eventCount == 0)
        var generator = SeededGenerator(seed: 31)
        var model = DatabaseModel(database: database)
        for _ in 0..<6 {
            for _ in 0..<40 {
                try model.change(deleting: 0.4, sizes: [100, 5000, 8176, 50_000], &generator)
            }
            try model.database.commit()
            var changed = try Self.content(storage.bytes)
            for (id, bytes) in model.nodes { #expect(changed.removeValue(forKey: "\(id) in \(NodeID.none)") == bytes) }
            #expect(changed == content)
            database = try NodeDatabase.open(storage, knownGeneration: model.database.generation)
            model.database = database
        }
        for id in model.nodes.keys.sorted() { try model.remove(id) }
        try model.database.commit()
        #expect(try Self.content(storage.bytes) == content)

        // Map pages that only old versions of Outlook keep are gone now, and what those versions kept in reserve is free.
        let faults = try Self.findings(before, "NDB-").filter { !$0.contains("NDB-HDR-") && !$0.contains("-DL-01") }
        #expect(try Self.findings(storage.bytes, "NDB-") == faults.filter { !$0.contains("NDB-AMAP-03") })
        for rules in ["FRESH-MAP", "FRESH-AMAP", "FRESH-DL", "FRESH-FILE"] {
            #expect(try Self.findings(storage.bytes, rules) == [])
        }
    }

    @Test(
        "is refused for updating where it is an ANSI file",
        .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"),
        arguments: ["nonUnicodeCP932", "sample2"])
    func ansi(name: String) throws {
        let storage = CrashStorage(bytes: try Self.bytes(name))
        let error = #expect(throws: NDBError.self) { try NodeDatabase.open(storage) }
        #expect(error?.description.contains("wVer 14") == true)
        #expect(storage.eventCount == 0)
    }

    @Test(
        "survives a crash at any call of its first update",
        .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"),
        arguments: ["2003_no-encryption_quickquick", "testPST"])
    func crashes(name: String) throws {
        let before = try Self.bytes(name)
        let content = try Self.content(before)
        let storage = CrashStorage(bytes: before)
        let database = try NodeDatabase.open(storage)
        let id = try database.newNodeID(.normalMessage)
        let data = try DatabaseModel.write(Array(repeating: 1, count: 100_000), to: database)
        try database.setNode(id, NodeEntry(data: data, subnodes: .none, parent: .none))
        try database.commit()
        var later = content
        later["\(id) in \(NodeID.none)"] = Array(repeating: 1, count: 100_000)
        var number = 0
        try storage.forEachImage(subsets: 2, seed: 5) { image in
            number += 1
            guard number % 3 == 0 else { return }
            let disk = MemoryStorage(bytes: image.bytes)
            let opened = try NodeDatabase.open(disk)
            let found = try Self.content(disk.bytes)
            #expect(found == content || found == later, "stop \(image.stop), lost: \(image.loss.rawValue)")
            try opened.prepareSpace()
        }
    }
}
