import BinaryIO
import Foundation
import MAPI
import PST
import PSTNDB
import TestSupport
import Testing

@Suite(
    "A PST that Outlook wrote and that is added to",
    .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"))
struct ForeignStoreTests {
    /// The Unicode ones.
    static let names: [String] = {
        guard let folder = SharedMaterial.folder else { return [] }
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/corpus/pst")) ?? []
        return all.filter { name in
            guard let storage = try? FileStorage(path: folder + "/corpus/pst/" + name, mode: .read),
                let reader = try? PSTReader.open(storage)
            else { return false }
            return reader.format == .unicode
        }.sorted()
    }()

    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func copy(_ name: String) throws -> String {
        let shared = try #require(SharedMaterial.folder)
        let path = directory.path + "/" + name
        try Data(contentsOf: URL(fileURLWithPath: shared + "/corpus/pst/" + name)).write(
            to: URL(fileURLWithPath: path))
        return path
    }

    /// What the independent checker says of the file's content, and of its faults.
    private struct Witness {
        let objects: [String]
        let faults: [String]

        init(_ path: String, without added: String) throws {
            let tool = try #require(SharedMaterial.folder) + "/tools/pstcheck"
            let inventory = try CommandRun.run(tool, ["--inventory", path])
            objects = inventory.outputText.split(separator: "\n").map(String.init).filter { !$0.contains(added) }
            let check = try CommandRun.run(tool, ["--max", "0", path])
            // Without the last line, which counts, and without offsets, which may be others.
            faults = check.outputText.split(separator: "\n").filter { !$0.hasPrefix(path) }.map { line in
                String(line.prefix { $0 != "@" })
            }.sorted()
        }
    }

    private static let added = "Von uns"

    @Test("is not written while it is only opened", arguments: names)
    func opening(name: String) throws {
        let path = try copy(name)
        let before = try Data(contentsOf: URL(fileURLWithPath: path))
        let file = try PSTFile.open(in: FileStorage(path: path, mode: .update))
        #expect(file.repairs == [])
        try file.checkpoint()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }

    @Test("has everything it had before, and no fault that it did not have", arguments: names)
    func adding(name: String) throws {
        let path = try copy(name)
        let before = try Witness(path, without: Self.added)
        var file = try PSTFile.open(in: FileStorage(path: path, mode: .update))
        let folder = try file.addFolder(named: Self.added).id
        let below = try file.addFolder(named: Self.added + " 2", below: folder).id
        var ids: [NodeID] = []
        for number in 0..<40 {
            let message = SampleMessages.message(number)
            try file.register(MessageBuilder.unknownNames(in: message, file.names))
            ids.append(try file.add(try file.build(message), to: number % 2 == 0 ? folder : below))
        }
        try file.setProperty(StoreModel.note, .string("note"), of: below)
        try file.checkpoint()
        #expect(try newFindings(path, since: name) == [])

        file = try PSTFile.open(in: FileStorage(path: path, mode: .update))
        for (number, id) in ids.enumerated() {
            let home = number % 2 == 0 ? folder : below
            switch number % 5 {
            case 0: try file.delete(id, from: home)
            case 1: try file.move(id, from: home, to: home == folder ? below : folder)
            case 2:
                var changes = PropertyChanges()
                changes.values[.messageFlags] = .integer32(1)
                changes.values[StoreModel.keywords] = .multipleString(["Drei"])
                try file.change(changes, of: id, in: home)
            default: break
            }
        }
        try file.moveFolder(below, below: nil, named: Self.added + " 3")
        try file.checkpoint()
        #expect(try newFindings(path, since: name) == [])
        #expect(try file.property(StoreModel.note, of: below) == .string("note"))
        let after = try Witness(path, without: Self.added)
        #expect(differences(before.objects, after.objects) == [])
        #expect(after.faults.filter { !before.faults.contains($0) } == [])
    }

    /// Folders have gained a subfolder where ours were added, and nothing else may differ.
    private func differences(_ before: [String], _ after: [String]) -> [String] {
        guard before.count == after.count else { return ["\(before.count) objects became \(after.count)"] }
        return zip(before, after).filter { old, new in
            old != new && !(old.contains("\"kind\": \"folder\"") && Self.plain(old) == Self.plain(new))
        }.map { "\($0) became \($1)" }
    }

    private static func plain(_ line: String) -> String {
        var text = line
        while let range = text.range(of: "\"subfolders\": [0-9]+", options: .regularExpression) {
            text.removeSubrange(range)
        }
        return text
    }

    /// Findings of our own verifier that the file did not have before.
    private func newFindings(_ path: String, since name: String) throws -> [String] {
        let shared = try #require(SharedMaterial.folder)
        let old = try StoreModel.findings(
            FileStorage(path: shared + "/corpus/pst/" + name, mode: .read), isOurs: false)
        return try StoreModel.findings(FileStorage(path: path, mode: .read), isOurs: false).filter { !old.contains($0) }
    }

    @Test("takes messages into its own folders, with all their columns, and gives them back", arguments: names)
    func ownFolders(name: String) throws {
        let path = try copy(name)
        let file = try PSTFile.open(in: FileStorage(path: path, mode: .update))
        let reader = try PSTReader.open(FileStorage(path: path, mode: .read))
        let targets = [file.topFolder] + reader.folderTree().folders.map(\.id)
        let before = targets.map { reader.contents(of: $0).rows }
        var added: [(NodeID, NodeID)] = []
        for (position, folder) in targets.enumerated() {
            let message = SampleMessages.message(position + 3)
            try file.register(MessageBuilder.unknownNames(in: message, file.names))
            added.append((try file.add(try file.build(message), to: folder), folder))
        }
        try file.checkpoint()
        #expect(try newFindings(path, since: name) == [])
        for (message, folder) in added { try file.delete(message, from: folder) }
        try file.checkpoint()
        #expect(try newFindings(path, since: name) == [])
        let after = try PSTReader.open(FileStorage(path: path, mode: .read))
        #expect(targets.map { after.contents(of: $0).rows } == before)
    }
}
