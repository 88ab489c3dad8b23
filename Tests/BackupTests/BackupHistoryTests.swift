import Foundation
import MailStore
import PSTStore
import Synchronization
import TestSupport
import Testing
import Transfer

/// Random histories of a real Maildir, its PST and its journal. `MAILBACKUP_HISTORIES` says how many.
@Suite("Histories of a backup")
struct BackupHistoryTests {
    static let asked = ProcessInfo.processInfo.environment["MAILBACKUP_HISTORIES"].flatMap { Int($0) }
    private static let count = asked ?? 24

    @Test("After every backup the PST is what the mailbox is, sound, and without duplicates", arguments: 0..<4)
    func histories(part: Int) async throws {
        for seed in stride(from: part, to: Self.count, by: 4) {
            var history = try BackupHistory(seed: UInt64(seed))
            try await history.run(steps: 14)
        }
    }

    static let divisions = [
        BackupScene.Division(maximumSize: 150_000), BackupScene.Division(split: .year),
        BackupScene.Division(split: .month), BackupScene.Division(split: .folder),
        BackupScene.Division(maximumSize: 150_000, split: .folder),
    ]

    @Test("So are all parts of one that is divided by size, date or folder, together", arguments: divisions)
    func divided(_ division: BackupScene.Division) async throws {
        for seed in 0..<(Self.asked ?? 5) {
            var history = try BackupHistory(seed: UInt64(seed), division)
            try await history.run(steps: 14)
            #expect(history.largestCount > 1, "seed \(seed): one part is no division")
        }
    }
}

struct BackupHistory {
    private var random: SeededGenerator
    private let seed: UInt64
    private let scene: BackupScene
    private var model: MaildirModel
    private(set) var backups = 0
    /// Most files that the PST had.
    private(set) var largestCount = 0

    init(seed: UInt64, _ division: BackupScene.Division = .none) throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        scene = try BackupScene(division)
        model = try MaildirModel(scene.maildir)
        // Of several years, and some months with several messages.
        if division.split == .month || division.split == .year { model.interval = 1_000_000 }
    }

    mutating func run(steps: Int) async throws {
        for step in 0..<steps {
            switch Int.random(in: 0..<11, using: &random) {
            case 0..<5: for _ in 0..<Int.random(in: 1...6, using: &random) { try change() }
            case 5, 6: try await backUp("step \(step)")
            case 7: try await interrupt()
            case 8: try await crash()
            case 9: try loseJournal()
            default: try await forgetJournal()
            }
        }
        try await backUp("the end")
        // The strict checker is a process of its own: the last PST of each history where many are asked for.
        if seed % 8 == 0 || BackupHistoryTests.asked != nil,
            SharedMaterial.isAvailable
        {
            for file in scene.files {
                #expect(try StrictChecker.complaints(about: file) == "", "seed \(seed): \(file)")
            }
        }
    }

    private mutating func change() throws {
        let folder = Int.random(in: 0..<model.folders.count, using: &random)
        let count = model.folders[folder].messages.count
        let index = count > 0 ? Int.random(in: 0..<count, using: &random) : nil
        switch (Int.random(in: 0..<11, using: &random), index) {
        case (5, let index?): try model.setState(state(), of: index, in: folder)
        case (6, let index?):
            try model.move(index, from: folder, to: Int.random(in: 0..<model.folders.count, using: &random))
        case (7, let index?): try model.remove(index, from: folder)
        case (8, _): if model.folders.count < 7, let names = newNames() { try model.addFolder(names) }
        case (9, _) where folder > 0:
            let old = model.folders[folder].names
            if let names = newNames(), !names.starts(with: old) { try model.rename(folder, to: names) }
        case (10, _) where folder > 0: try model.removeFolder(folder)
        default:
            let isNew = Bool.random(using: &random)
            let size = Int.random(in: 0..<10, using: &random) == 0 ? 1500 : Int.random(in: 0..<20, using: &random)
            try model.deliver(to: folder, state: isNew ? nil : state(), size: size)
        }
    }

    /// The name of a folder that is not there.
    private mutating func newNames() -> [String]? {
        let parent = model.folders[Int.random(in: 0..<model.folders.count, using: &random)].names
        let names = (Bool.random(using: &random) ? parent : []) + ["F\(Int.random(in: 0..<20, using: &random))"]
        return model.folders.contains {
            $0.names.starts(with: names) || names.starts(with: $0.names) && $0.names == names
        }
            ? nil : names
    }

    private mutating func state() -> MessageState {
        var state = MessageState()
        state.seen = Bool.random(using: &random)
        state.flagged = Bool.random(using: &random)
        state.answered = Bool.random(using: &random)
        state.draft = Int.random(in: 0..<8, using: &random) == 0
        return state
    }

    private mutating func backUp(_ when: String) async throws {
        let witness = BackupScene.Witness()
        let result = try await scene.run(witness)
        try #require(result.failure == nil, "seed \(seed), \(when): \(result)")
        #expect(result.counts.agree && witness.problems == [], "seed \(seed), \(when)")
        try #require(try await scene.contents() == model.contents, "seed \(seed), \(when)")
        try #require(try scene.findings() == [], "seed \(seed), \(when)")
        backups += 1
        largestCount = max(largestCount, scene.files.count)
    }

    /// Told to stop after some messages.
    private mutating func interrupt() async throws {
        let bound = Int.random(in: 0..<12, using: &random)
        let scene = scene
        let run = Mutex<Task<TransferResult, any Error>?>(nil)
        let witness = BackupScene.Witness { event in
            if case .progress(let progress) = event, progress.counts.saved >= bound { run.withLock { $0?.cancel() } }
        }
        let task = Task { try await scene.run(witness) }
        run.withLock { $0 = task }
        _ = try await task.value
    }

    /// The machine stops at some event: PST and journal are what they were at that moment.
    private mutating func crash() async throws {
        let (bound, scene) = (Int.random(in: 0..<8, using: &random), scene)
        let count = Mutex(0)
        let witness = BackupScene.Witness { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            guard number == bound else { return }
            for path in scene.files + [scene.journal, scene.journal + "-wal"] {
                try? FileManager.default.copyItem(atPath: path, toPath: path + ".saved")
            }
        }
        try await scene.run(witness)
        guard count.withLock({ $0 }) >= bound, bound > 0 else { return }
        for path in scene.files + [scene.journal, scene.journal + "-wal", scene.journal + "-shm"] {
            try? FileManager.default.removeItem(atPath: path)
            try? FileManager.default.moveItem(atPath: path + ".saved", toPath: path)
        }
    }

    private func loseJournal() throws {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: scene.journal + suffix) }
    }

    /// A run whose journal is put back afterwards to what it was before.
    private func forgetJournal() async throws {
        for suffix in ["", "-wal"] {
            try? FileManager.default.copyItem(atPath: scene.journal + suffix, toPath: scene.place.path("old" + suffix))
        }
        try await scene.run()
        try loseJournal()
        for suffix in ["", "-wal"] {
            try? FileManager.default.moveItem(atPath: scene.place.path("old" + suffix), toPath: scene.journal + suffix)
        }
    }
}
