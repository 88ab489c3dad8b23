import Foundation
import MailStore
import PSTStore
import TestSupport
import Testing
import Transfer

/// Nights of delta PSTs that are folded into their base.
@Suite("Histories of merging")
struct MergeHistoryTests {
    @Test("Random deltas, merged into their base, are what a copy that forgets nothing would be", arguments: 0..<12)
    func histories(seed: Int) async throws {
        let count = max(1, (BackupHistoryTests.asked ?? 12) / 12)
        for round in 0..<count {
            var history = try MergeHistory(seed: UInt64(round * 12 + seed))
            try await history.run(nights: 5)
        }
    }

    @Test("A message that is in two folders of the mailbox stays in both, and one that moved is moved")
    func copiesAndMoves() async throws {
        var history = try MergeHistory(seed: 1)
        try await history.startWithFolders()
        try history.model.move(0, from: 0, to: 1)
        try await history.night()
        try await history.merge()
        try await history.expectAll()
    }

    @Test("A delta older than its base adds what is missing, and takes back no flag and no move")
    func olderDelta() async throws {
        var history = try MergeHistory(seed: 2)
        try await history.startWithFolders()
        try history.model.setState(MergeHistory.flagged, of: 0, in: 0)
        try await history.night()
        try history.model.setState(MessageState(), of: 0, in: 0)
        try history.model.move(1, from: 0, to: 1)
        // The base itself goes on.
        try await history.scene.run(deletions: .keep)
        history.remember()
        try await history.merge(isNewer: false)
        try await history.expectAll()
    }
}

/// A Maildir, a base PST, and a delta PST for each night.
struct MergeHistory {
    let scene: BackupScene
    var model: MaildirModel
    private var random: SeededGenerator
    private let seed: UInt64
    private var deltas: [String] = []
    private var lastRun = 0
    /// Unique names of messages that have been moved.
    private var moved: Set<String> = []
    private var nextName = 0
    /// What was ever seen by a run: the folder, and state and text, by text.
    private var seen: [String: (path: String, line: String)] = [:]

    static let flagged: MessageState = {
        var state = MessageState()
        state.flagged = true
        return state
    }()

    init(seed: UInt64) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        let divisions: [BackupScene.Division] = [
            .none, BackupScene.Division(maximumSize: 200_000), BackupScene.Division(split: .folder),
        ]
        scene = try BackupScene(divisions[Int(seed) % divisions.count])
        model = try MaildirModel(scene.maildir)
    }

    mutating func run(nights: Int) async throws {
        for _ in 0..<6 { try change() }
        try await startBase()
        for _ in 0..<nights {
            for _ in 0..<Int.random(in: 1...8, using: &random) { try change() }
            try await night()
        }
        try await merge()
        try await expectAll()
        // Once more: nothing happens.
        try await merge(expectsNothing: true)
        try await expectAll()
        // The journal does not know what the merge did; nothing is copied twice all the same.
        let after = try await scene.run(deletions: .keep)
        try #require(after.failure == nil)
        #expect(after.counts.saved == 0, "seed \(seed)")
        try await expectAll()
    }

    /// A base of two folders with four messages each.
    mutating func startWithFolders() async throws {
        try model.addFolder(["Work"])
        for folder in 0..<2 {
            for _ in 0..<4 { try model.deliver(to: folder, state: MessageState(), size: 4) }
        }
        try await startBase()
    }

    private mutating func startBase() async throws {
        let base = try await scene.run(deletions: .keep)
        try #require(base.failure == nil)
        lastRun = try #require(base.run)
        remember()
    }

    mutating func night() async throws {
        let delta = scene.place.path("delta\(deltas.count).pst")
        let result = try await scene.run(to: delta, sinceRun: lastRun, deletions: .keep)
        try #require(result.failure == nil, "seed \(seed)")
        lastRun = try #require(result.run)
        deltas.append(delta)
        remember()
    }

    mutating func remember() {
        for (path, lines) in model.contents {
            for line in lines {
                let text = line.firstRange(of: "From: ").map { String(line[$0.lowerBound...]) } ?? line
                seen[text] = (path, line)
            }
        }
    }

    private mutating func change() throws {
        let folder = Int.random(in: 0..<model.folders.count, using: &random)
        let count = model.folders[folder].messages.count
        let index = count > 0 ? Int.random(in: 0..<count, using: &random) : nil
        switch (Int.random(in: 0..<10, using: &random), index) {
        case (4, let index?): try model.setState(Self.flagged, of: index, in: folder)
        case (5, let index?): try model.setState(MessageState(), of: index, in: folder)
        case (6, let index?):
            // One that comes back to where the base has it is in no delta: docs/rotation.md.
            guard moved.insert(model.folders[folder].messages[index].unique).inserted else { return }
            try model.move(index, from: folder, to: Int.random(in: 0..<model.folders.count, using: &random))
        case (7, let index?): try model.remove(index, from: folder)
        case (8, _):
            nextName += 1
            if model.folders.count < 5 { try model.addFolder(["F\(nextName)"]) }
        case (9, _) where folder > 0:
            nextName += 1
            try model.rename(folder, to: ["F\(nextName)"])
        default: try model.deliver(to: folder, state: MessageState(), size: Int.random(in: 0..<200, using: &random))
        }
    }

    func merge(expectsNothing: Bool = false, isNewer: Bool = true) async throws {
        var sources: [MergeSource] = []
        for delta in deltas {
            sources.append(
                MergeSource(
                    store: try PSTSetSource.open(at: delta), inventory: try PSTSetInventory.open(at: delta),
                    isNewer: isNewer))
        }
        let base = try await PSTSet.open(at: scene.pst, options: scene.division.options)
        var options = TransferOptions()
        options.limits.checkpointBytes = 2000
        let witness = BackupScene.Witness()
        let reading = try PSTSetSource.open(at: scene.pst)
        let result = await Merger(
            sources, into: base, reading: reading, items: MergedItems(key: ItemContent.key(of:)),
            options: options, reporter: witness
        ).run()
        try #require(result.failure == nil, "seed \(seed): \(result)")
        #expect(result.counts.agree && witness.problems == [], "seed \(seed)")
        if expectsNothing { #expect(result.counts.saved == 0, "seed \(seed)") }
    }

    /// The base has all that was ever seen, where it was seen last, byte for byte; and is sound.
    func expectAll() async throws {
        var expected: [String: [String]] = [:]
        for (path, line) in seen.values { expected[path, default: []].append(line) }
        let found = try await scene.contents().filter { !$0.value.isEmpty }
        let isAll = found == expected.mapValues { $0.sorted() }
        try #require(isAll, "seed \(seed): \(found.mapValues(\.count)), not \(expected.mapValues(\.count))")
        try #require(try scene.findings() == [], "seed \(seed)")
    }
}
