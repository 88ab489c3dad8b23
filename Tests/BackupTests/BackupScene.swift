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
    /// How the PST is divided into parts.
    let division: Division

    struct Division: Sendable, CustomTestStringConvertible {
        var maximumSize: UInt64?
        var split: SplitRule?

        /// One file, as long as there is little in it.
        static let none = Division()

        var testDescription: String { split?.rawValue ?? maximumSize.map { "\($0) bytes" } ?? "one file" }

        var options: PSTSetOptions {
            var options = PSTSetOptions(PSTStoreOptions(displayName: "backup"))
            if let maximumSize { options.maximumSize = maximumSize }
            options.split = split
            return options
        }
    }

    init(_ division: Division = .none) throws {
        place = try TemporaryFolder()
        self.division = division
    }

    /// The PST's files, in the order of their names.
    var files: [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
        return names.filter { $0.hasPrefix("backup") && $0.hasSuffix(".pst") }.sorted().map { place.path($0) }
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
    /// - Parameters:
    ///   - pst: another PST than that of the scene.
    ///   - sinceRun: what changed since then goes into it.
    @discardableResult
    func run(
        _ witness: Witness = Witness(), checkpointBytes: Int = 2000, to pst: String? = nil, sinceRun: Int? = nil,
        deletions: SynchronizationPlan.Deletions = .mirror
    ) async throws -> TransferResult {
        let clock = WallClock { WallClock.system.now() + 3_600_000_000_000 }
        let source = try MaildirStore(path: maildir, layout: nil, clock: clock)
        let journal = try Journal.open(at: journal)
        let pst = pst ?? self.pst
        let key = try PSTParts.find(pst).key
        let store = try await PSTSet.open(
            at: pst, options: division.options, knownGeneration: try journal.store(key: key)?.generation)
        var plan = SynchronizationPlan(sourceName: source.description)
        plan.deletions = deletions
        plan.trustsStates = true
        plan.sinceRun = sinceRun
        var transfer = TransferOptions()
        transfer.limits.checkpointBytes = checkpointBytes
        transfer.limits.batchMessages = 4
        return await Synchronizer(
            from: source, to: store, journal: journal, plan: plan, options: transfer, reporter: witness
        ).run()
    }

    /// What the PST holds, in the form of ``MaildirModel/contents``.
    func contents(of pst: String? = nil) async throws -> [String: [String]] {
        let source = try PSTRestoreSource.open(at: pst ?? self.pst)
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
        for file in files {
            _ = try PSTVerifier(path: file, profile: .fresh).run { finding in
                found.withLock { $0.append("\(file): \(finding)") }
            }
        }
        return found.withLock { $0 }
    }

    private final class TextSink: MessageContentSink {
        var bytes: [UInt8] = []

        func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) { self.bytes += bytes }

        func restart() throws(StoreError) { bytes = [] }
    }
}
