import BinaryIO
import Foundation
import Journal
import MailStore
import Maildir
import PSTStore
import PSTVerification
import Synchronization
import TestSupport
import Testing
import Transfer

/// A Maildir, its PST and its journal, all real.
struct BackupScene {
    let place: TemporaryFolder
    var pst: String { place.path("backup.pst") }
    var journal: String { place.path("journal.sqlite") }
    var maildir: String { place.path("Maildir") }

    init() throws {
        place = try TemporaryFolder()
    }

    /// Told of every event of a run.
    final class Witness: Reporter {
        private let body: @Sendable (TransferEvent) -> Void
        private let told = Mutex<[String]>([])

        init(_ body: @escaping @Sendable (TransferEvent) -> Void = { _ in }) {
            self.body = body
        }

        func report(_ event: TransferEvent) {
            if case .problem(let problem) = event, problem.severity == .problem {
                told.withLock { $0.append(problem.error.message) }
            }
            body(event)
        }

        var problems: [String] { told.withLock { $0 } }
    }

    /// One run, as `mailbackup copy --since-state last --deleted mirror` makes it. Times of directories are believed at
    /// once, as if the run came an hour later.
    @discardableResult
    func run(_ witness: Witness = Witness(), checkpointBytes: Int = 2000) async throws -> TransferResult {
        let clock = WallClock { WallClock.system.now() + 3_600_000_000_000 }
        let source = try MaildirStore(path: maildir, layout: nil, clock: clock)
        let journal = try Journal.open(at: journal)
        let options = PSTStoreOptions(displayName: "backup")
        let isThere = FileManager.default.fileExists(atPath: pst)
        let store =
            isThere ? try PSTStore.open(at: pst, options: options) : try PSTStore.create(at: pst, options: options)
        var plan = SynchronizationPlan(sourceName: source.description)
        plan.deletions = .mirror
        plan.trustsStates = true
        var transfer = TransferOptions()
        transfer.limits.checkpointBytes = checkpointBytes
        transfer.limits.batchMessages = 4
        return await Synchronizer(
            from: source, to: store, journal: journal, plan: plan, options: transfer, reporter: witness
        ).run()
    }

    /// What the PST holds, in the form of ``MaildirModel/contents``.
    func contents() async throws -> [String: [String]] {
        let source = try PSTRestoreSource.open(at: pst)
        let hierarchy = try await source.hierarchy()
        try #require(hierarchy.problems.isEmpty)
        var contents: [String: [String]] = [:]
        for folder in hierarchy.folders {
            let table = try await source.contents(of: folder)
            try #require(table.problems.isEmpty)
            var lines: [String] = []
            for row in table.rows {
                let message = try await source.open(row, in: folder)
                guard case .produced(let content) = message.content else { continue }
                let sink = TextSink()
                let produced = try content.produce(into: sink)
                #expect(produced.origin == .original)
                lines.append(MaildirModel.line(String(decoding: sink.bytes, as: UTF8.self), row.state))
            }
            contents[folder.path.description] = lines.sorted()
        }
        return contents
    }

    /// Findings of our own checker.
    func findings() throws -> [String] {
        let found = Mutex<[String]>([])
        _ = try PSTVerifier(path: pst, profile: .fresh).run { finding in found.withLock { $0.append("\(finding)") } }
        return found.withLock { $0 }
    }

    private final class TextSink: MessageContentSink {
        var bytes: [UInt8] = []

        func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) { self.bytes += bytes }

        func restart() throws(StoreError) { bytes = [] }
    }
}
