import Foundation
import MailStore
import PSTStore
import TestSupport
import Testing
import Transfer

/// The machine stops when some parts of a PST have a checkpoint and others have not.
@Suite("A crash between the parts of a PST")
struct CrashBetweenPartsTests {
    private static func seen() -> MessageState {
        var state = MessageState()
        state.seen = true
        return state
    }

    /// A mailbox of three folders, each with messages of three years.
    private static func mailbox(_ path: String) throws -> MaildirModel {
        var model = try MaildirModel(path)
        model.interval = 10_000_000
        try model.addFolder(["Work"])
        try model.addFolder(["Home"])
        for folder in 0..<3 {
            for _ in 0..<4 { try model.deliver(to: folder, state: seen(), size: 8) }
        }
        return model
    }

    /// What one night brings: messages, flags, moves between folders, deletions.
    private static func change(_ model: inout MaildirModel) throws {
        try model.move(0, from: 0, to: 1)
        try model.move(0, from: 1, to: 2)
        try model.move(0, from: 2, to: 0)
        var flagged = seen()
        flagged.flagged = true
        try model.setState(flagged, of: 0, in: 1)
        try model.remove(1, from: 2)
        for folder in 0..<3 { try model.deliver(to: folder, state: nil, size: 3) }
    }

    @Test(
        "loses nothing, and the next run leaves nothing twice",
        arguments: [
            BackupScene.Division(split: .folder), BackupScene.Division(split: .year),
            BackupScene.Division(maximumSize: 150_000),
        ], [DeletionChoice.keep, .mirror])
    func crash(_ division: BackupScene.Division, _ deletions: DeletionChoice) async throws {
        let scene = try BackupScene(division)
        var model = try Self.mailbox(scene.maildir)
        try #require(try await scene.run(deletions: deletions.plan).failure == nil)
        let before = try Snapshot(scene)
        let old = model.contents
        try Self.change(&model)
        // One checkpoint only, at the end.
        let result = try await scene.run(checkpointBytes: .max, deletions: deletions.plan)
        try #require(result.failure == nil)
        let after = try Snapshot(scene)
        let names = after.psts.keys.sorted()
        try #require(names.count > 1)
        for pattern in 0..<(1 << min(names.count, 6)) {
            // The first so many parts have the new checkpoint, or any others.
            try scene.clear()
            for (number, name) in names.enumerated() {
                let isNew = pattern >> number & 1 == 1
                guard let data = isNew ? after.psts[name] : before.psts[name] ?? after.psts[name] else { continue }
                try data.write(to: URL(fileURLWithPath: name))
            }
            try before.putBackJournal()
            let again = try await scene.run(deletions: deletions.plan)
            try #require(again.failure == nil, "pattern \(pattern): \(again)")
            var expected = model.contents
            if deletions == .keep {
                // What was removed from Home is kept there.
                let gone = Set(old["Home"] ?? []).subtracting(expected.values.joined())
                let kept = gone.filter { line in !expected.values.joined().contains { $0.hasSuffix(Self.text(line)) } }
                expected["Home"] = ((expected["Home"] ?? []) + kept).sorted()
            }
            try #require(try await scene.contents() == expected, "pattern \(pattern)")
            try #require(try scene.findings() == [], "pattern \(pattern)")
        }
    }

    /// A line of ``MaildirModel/contents`` without the state.
    private static func text(_ line: String) -> String {
        line.firstRange(of: "From: ").map { String(line[$0.lowerBound...]) } ?? line
    }
}

/// What happens to messages that are gone, as an argument of a test.
enum DeletionChoice: String, CaseIterable {
    case keep, mirror

    var plan: SynchronizationPlan.Deletions { self == .keep ? .keep : .mirror }
}

/// The files of a scene at a moment.
private struct Snapshot {
    let psts: [String: Data]
    private let journal: [String: Data]

    init(_ scene: BackupScene) throws {
        func read(_ paths: [String]) throws -> [String: Data] {
            var found: [String: Data] = [:]
            for path in paths where FileManager.default.fileExists(atPath: path) {
                found[path] = try Data(contentsOf: URL(fileURLWithPath: path))
            }
            return found
        }
        psts = try read(scene.files)
        journal = try read([scene.journal, scene.journal + "-wal"])
    }

    func putBackJournal() throws {
        for (path, data) in journal { try data.write(to: URL(fileURLWithPath: path)) }
    }
}

extension BackupScene {
    fileprivate func clear() throws {
        for path in files + [journal, journal + "-wal", journal + "-shm"]
        where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
    }
}
