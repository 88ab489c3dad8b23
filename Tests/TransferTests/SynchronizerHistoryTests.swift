import Foundation
import Journal
import MailStore
import TestSupport
import Testing

@testable import Transfer

/// Random histories of a mailbox and its copy: whatever happened, a run that comes to its end leaves the copy as the mailbox
/// is, and no message twice.
@Suite("Histories of synchronizing")
struct SynchronizerHistoryTests {
    private static let count = Int(ProcessInfo.processInfo.environment["MAILBACKUP_HISTORIES"] ?? "") ?? 250

    @Test(
        "After every run that ends, the copy is what the mailbox is, whether or not messages keep their ids when moved",
        arguments: [true, false], [false, true])
    func mirror(hasPersistentIDs: Bool, givesNewIDs: Bool) async throws {
        let place = try TemporaryFolder()
        // Half of them each: as many in all as before.
        for seed in 0..<UInt64(max(1, Self.count / 2)) {
            var history = History(
                seed: givesNewIDs ? seed + 1_000_000 : seed, place: place.path("\(seed)"),
                hasPersistentIDs: hasPersistentIDs, givesNewIDs: givesNewIDs)
            try await history.run(steps: 25)
        }
    }
}

private struct History {
    private var random: SeededGenerator
    private let seed: UInt64
    private let place: String
    private var source = ModelMailbox()
    private let mailbox: MemoryMailbox
    private var journalNumber = 0

    init(seed: UInt64, place: String, hasPersistentIDs: Bool, givesNewIDs: Bool) {
        mailbox = MemoryMailbox(givesNewIDs: givesNewIDs)
        self.seed = seed
        self.place = place
        random = SeededGenerator(seed: seed)
        source.hasPersistentIDs = hasPersistentIDs
        source.addFolder("INBOX")
    }

    mutating func run(steps: Int) async throws {
        for step in 0..<steps {
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<7:
                for _ in 0..<Int.random(in: 1...4, using: &random) { change() }
            case 7, 8:
                try await backUp(step)
                try await expectMirror(step)
            case 9: try await breakOff()
            case 10: journalNumber += 1  // lost
            default: try await staleJournal()
            }
        }
        try await backUp(steps)
        try await expectMirror(steps)
    }

    private mutating func change() {
        let folder = Int.random(in: 0..<source.folders.count, using: &random)
        let count = source.folders[folder].messages.count
        let index = count > 0 ? Int.random(in: 0..<count, using: &random) : nil
        switch (Int.random(in: 0..<10, using: &random), index) {
        case (0..<4, _): source.deliver(to: folder, state: state())
        case (4, let index?): source.setState(state(), of: index, in: folder)
        case (5, let index?):
            source.move(index, from: folder, to: Int.random(in: 0..<source.folders.count, using: &random))
        case (6, let index?): source.remove(index, from: folder)
        case (7, _): if source.folders.count < 8 { source.addFolder(at: newPath(below: folder)) }
        case (8, _) where folder > 0: rename(folder)
        case (9, _) where folder > 0: source.removeFolder(folder)
        default: source.deliver(to: folder, state: state())
        }
    }

    private mutating func rename(_ folder: Int) {
        let old = source.folders[folder].path.names
        let parent = Int.random(in: 0..<source.folders.count, using: &random)
        let path = newPath(below: parent)
        // A folder cannot be moved into itself.
        guard !path.names.starts(with: old) else { return }
        source.rename(folder, to: path)
    }

    private mutating func newPath(below folder: Int) -> FolderPath {
        let taken = Set(source.folders.map(\.path))
        let parent = Bool.random(using: &random) ? [] : source.folders[folder].path.names
        while true {
            let path = FolderPath(parent + ["F\(Int.random(in: 0..<30, using: &random))"])
            if !taken.contains(path) { return path }
        }
    }

    private mutating func state() -> MessageState {
        var state = MessageState()
        state.seen = Bool.random(using: &random)
        state.flagged = Bool.random(using: &random)
        if Bool.random(using: &random) { state.keywords = ["k\(Int.random(in: 0..<3, using: &random))"] }
        return state
    }

    private var journalPath: String { "\(place).\(journalNumber).sqlite" }

    private func synchronize(_ change: (inout TransferOptions) -> Void = { _ in }) async throws -> TransferResult {
        let journal = try Journal.open(at: journalPath)
        var plan = SynchronizationPlan(sourceName: source.description)
        plan.deletions = .mirror
        plan.trustsStates = true
        var options = TransferOptions()
        options.limits.checkpointBytes = 20
        change(&options)
        return await Synchronizer(
            from: ListedChanges(source), to: mailbox, journal: journal, plan: plan, options: options,
            reporter: RecordingReporter()
        ).run()
    }

    private mutating func backUp(_ step: Int) async throws {
        let result = try await synchronize()
        #expect(result.failure == nil, "seed \(seed), step \(step)")
        #expect(result.counts.agree && result.counts.problems == 0, "seed \(seed), step \(step)")
    }

    /// The destination fails in the middle.
    private mutating func breakOff() async throws {
        let bound = await mailbox.savedCount + Int.random(in: 0..<5, using: &random)
        await mailbox.setSaving { (count) throws(StoreError) in
            if count >= bound { throw StoreError(.inputOutput, "disk full") }
        }
        _ = try await synchronize()
        await mailbox.setSaving { _ in }
    }

    /// A run whose journal is put back afterwards to what it was before: a crash between the two, or a restored backup.
    private mutating func staleJournal() async throws {
        let files = ["", "-wal"]
        let manager = FileManager.default
        for file in files where manager.fileExists(atPath: journalPath + file) {
            try manager.copyItem(atPath: journalPath + file, toPath: "\(place).saved\(file)")
        }
        _ = try await synchronize()
        for file in files + ["-shm"] { try? manager.removeItem(atPath: journalPath + file) }
        for file in files where manager.fileExists(atPath: "\(place).saved\(file)") {
            try manager.moveItem(atPath: "\(place).saved\(file)", toPath: journalPath + file)
        }
    }

    private func expectMirror(_ step: Int) async throws {
        let expected = source.contents.mapValues { $0.map { "\($0.name) \($0.state)" }.sorted() }
        let found = await mailbox.contents().mapValues { messages in
            messages.map { "\(String(decoding: $0.bytes, as: UTF8.self)) \($0.state)" }.sorted()
        }
        try #require(found == expected, "seed \(seed), step \(step)")
    }
}
