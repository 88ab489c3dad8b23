import Foundation
import MAPI
import MailStore
import PSTStore
import Synchronization
import TestSupport
import Testing
import Transfer

/// Newer versions of items, in a base of several parts.
@Suite("Replacing items in a merge")
struct MergeReplacementTests {
    private static let old = [
        PersonalItem(1, "old", modified: 0).with { $0.year = 2020 }, PersonalItem(2, "old", modified: 0),
        PersonalItem(3, "stays", modified: 0).with { $0.year = 2021 },
    ]
    /// The first one belongs into another part.
    private static let new = [
        PersonalItem(1, "new", modified: 1).with { $0.year = 2022 }, PersonalItem(2, "new", modified: 1),
    ]
    private static let merged = ["Notes/1 new", "Notes/2 new", "Notes/3 stays"]

    private static let division = BackupScene.Division(split: .year)

    private func write(_ items: [PersonalItem], to path: String, _ options: PSTSetOptions) async throws {
        try await PersonalItem.save(items, in: try await PSTSet.open(at: path, options: options))
    }

    private func merge(
        _ other: String, into scene: BackupScene, checkpointBytes: Int = 1,
        _ witness: BackupScene.Witness = BackupScene.Witness()
    ) async throws -> TransferResult {
        let base = try await PSTSet.open(at: scene.pst, options: scene.division.options)
        let source = MergeSource(
            store: try PSTSetSource.open(at: other), inventory: try PSTSetInventory.open(at: other), isNewer: true)
        var options = TransferOptions()
        options.limits.checkpointBytes = checkpointBytes
        return await Merger(
            [source], into: base, reading: try PSTSetSource.open(at: scene.pst),
            items: MergedItems(key: ItemContent.key(of:), version: ItemContent.version(of:)), options: options,
            reporter: witness
        ).run()
    }

    private func expectMerged(_ scene: BackupScene, _ comment: Comment) async throws {
        let lines = try await PersonalItem.lines(of: try PSTSetSource.open(at: scene.pst))
        #expect(lines == Self.merged, comment)
        #expect(try scene.findings() == [], comment)
    }

    @Test("An item whose newer version belongs into another part goes from the old one", arguments: [1, Int.max])
    func parts(checkpointBytes: Int) async throws {
        let scene = try BackupScene(Self.division)
        let other = scene.place.path("other.pst")
        try await write(Self.old, to: scene.pst, scene.division.options)
        try await write(Self.new, to: other, BackupScene.Division.none.options)
        let result = try await merge(other, into: scene, checkpointBytes: checkpointBytes)
        #expect(result.failure == nil && result.counts.replaced == 2 && result.counts.saved == 2, "\(result)")
        try await expectMerged(scene, "")
        let again = try await merge(other, into: scene)
        #expect(again.failure == nil && again.counts.saved == 0, "\(again)")
        try await expectMerged(scene, "again")
    }

    @Test("A crash between parts loses neither version, and the same merge completes it")
    func crash() async throws {
        let scene = try BackupScene(Self.division)
        let other = scene.place.path("other.pst")
        try await write(Self.old, to: scene.pst, scene.division.options)
        try await write(Self.new, to: other, BackupScene.Division.none.options)
        func files() throws -> [String: Data] {
            var found: [String: Data] = [:]
            for path in scene.files { found[path] = try Data(contentsOf: URL(fileURLWithPath: path)) }
            return found
        }
        let before = try files()
        try #require(try await merge(other, into: scene, checkpointBytes: .max).failure == nil)
        let after = try files()
        let names = after.keys.sorted()
        try #require(names.count > 2)
        for pattern in 0..<(1 << names.count) {
            for path in scene.files { try FileManager.default.removeItem(atPath: path) }
            for (number, name) in names.enumerated() {
                let isNew = pattern >> number & 1 == 1
                let data = isNew ? after[name] : before[name]
                try data?.write(to: URL(fileURLWithPath: name))
            }
            let again = try await merge(other, into: scene)
            try #require(again.failure == nil, "pattern \(pattern): \(again)")
            try await expectMerged(scene, "pattern \(pattern)")
        }
    }

    @Test("At every checkpoint each item is there once, in one of its versions")
    func checkpoints() async throws {
        let scene = try BackupScene()
        let other = scene.place.path("other.pst")
        try await write(Self.old, to: scene.pst, scene.division.options)
        try await write(Self.new, to: other, scene.division.options)
        let copies = Mutex<[String]>([])
        let witness = BackupScene.Witness { event in
            guard case .checkpoint = event else { return }
            copies.withLock { copies in
                let copy = scene.place.path("copy\(copies.count).pst")
                copies.append(copy)
                try? FileManager.default.copyItem(atPath: scene.pst, toPath: copy)
            }
        }
        try #require(try await merge(other, into: scene, witness).failure == nil)
        var states: [[String]] = []
        for copy in copies.withLock({ $0 }) {
            states.append(try await PersonalItem.lines(of: try PSTSetSource.open(at: copy)))
        }
        #expect(states == [["Notes/1 new", "Notes/2 old", "Notes/3 stays"], Self.merged])
    }
}
