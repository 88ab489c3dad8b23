import Configuration
import Foundation
import IMAPStore
import Journal
import MAPI
import MailStore
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import CommandLine

@Suite("A run of many mailboxes")
struct MailboxRunTests {
    private static func plans(_ count: Int, server: Bool = false) throws -> [MailboxPlan] {
        let source = server ? "url = \"imaps://mail.example.com\"" : "url = \"maildir:/m/%u\""
        let configuration = try Configuration(
            path: "/c/config.toml", text: "out = \"/b/%u.pst\"\njournal = \"/none/%u.sqlite\"\n[source]\n\(source)\n")
        return try (0..<count).map { try MailboxPlan(user: "user\($0)", in: configuration) }
    }

    private static func result(_ code: StoreError.Code?, problems: Int = 0) -> TransferResult {
        var counts = TransferCounts()
        counts.problems = problems
        return TransferResult(counts: counts, failure: code.map { StoreError($0, "why") })
    }

    private static func states(_ outcomes: [MailboxOutcome]) -> [String] {
        outcomes.map { outcome in
            switch outcome.state {
            case .done(let result, _): result.failure == nil ? "done" : "failed"
            case .stopped(_, let end): "stopped: \(end.text)"
            case .notBegun(let end): "not begun: \(end.text)"
            }
        }
    }

    @Test("A mailbox that fails stops no other")
    func failures() async throws {
        let run = MailboxRun { plan in Self.result(plan.user == "user1" ? .accessDenied : nil) }
        let reported = Mutex(0)
        let outcomes = await run.run(try Self.plans(5)) { _ in reported.withLock { $0 += 1 } }
        #expect(Self.states(outcomes) == ["done", "failed", "done", "done", "done"])
        #expect(outcomes.map(\.user) == (0..<5).map { "user\($0)" })
        #expect(reported.withLock { $0 } == 5)
    }

    @Test("No more run at a time than may, and as many as may do")
    func concurrency() async throws {
        let running = Mutex(0)
        let most = Mutex(0)
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let gate = Gate(opensAfter: 3, arrivals)
        var run = MailboxRun { _ in
            let now = running.withLock { count in
                count += 1
                return count
            }
            most.withLock { $0 = max($0, now) }
            arrived.yield()
            // The first three wait for each other: with fewer at a time none would go on.
            await gate.wait()
            running.withLock { $0 -= 1 }
            return Self.result(nil)
        }
        run.jobs = 3
        let outcomes = await run.run(try Self.plans(9)) { _ in }
        #expect(outcomes.count == 9)
        #expect(most.withLock { $0 } == 3)
    }

    @Test("At its time a run stops what is at work, begins nothing more, and says so")
    func deadline() async throws {
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let time = try #require(TimeOfDay("06:00"))
        var run = MailboxRun { _ in
            beginning.yield()
            await Self.cancellation()
            return Self.result(.cancelled)
        }
        run.jobs = 2
        run.deadline = (
            time,
            {
                var count = 0
                for await _ in begun {
                    count += 1
                    if count == 2 { return }
                }
            }
        )
        let outcomes = await run.run(try Self.plans(4)) { _ in }
        #expect(
            Self.states(outcomes) == [
                "stopped: it is 06:00", "stopped: it is 06:00", "not begun: it is 06:00", "not begun: it is 06:00",
            ])
        #expect(RunSummary.of(outcomes).status(signal: nil) == .temporary)
    }

    @Test("A run that is over before its time does not wait for it")
    func early() async throws {
        var run = MailboxRun { _ in Self.result(nil) }
        run.deadline = (try #require(TimeOfDay("06:00")), { await Self.cancellation() })
        let outcomes = await run.run(try Self.plans(3)) { _ in }
        #expect(Self.states(outcomes) == ["done", "done", "done"])
        #expect(RunSummary.of(outcomes).status(signal: nil) == .success)
    }

    @Test("A run that is cancelled lets what is at work end at a checkpoint, and begins nothing more")
    func cancelled() async throws {
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        var run = MailboxRun { _ in
            beginning.yield()
            await Self.cancellation()
            return Self.result(.cancelled)
        }
        run.jobs = 1
        let plans = try Self.plans(2)
        let running = Task { [run] in await run.run(plans) { _ in } }
        for await _ in begun { break }
        running.cancel()
        let outcomes = await running.value
        #expect(
            Self.states(outcomes) == ["stopped: the run was interrupted", "not begun: the run was interrupted"])
        #expect(RunSummary.of(outcomes).status(signal: 15) == ExitStatus(rawValue: 143))
    }

    @Test("When enough was fetched, no mailbox of a server begins any more; others do")
    func budget() async throws {
        let spent = DownloadBudget(maximum: 0)
        var run = MailboxRun { _ in Self.result(nil) }
        run.budget = spent
        let outcomes = await run.run(try Self.plans(1, server: true)) { _ in }
        #expect(Self.states(outcomes) == ["not begun: the bytes that may be fetched in one run are spent"])
        #expect(RunSummary.of(outcomes).status(signal: nil) == .temporary)
        #expect(Self.states(await run.run(try Self.plans(1)) { _ in }) == ["done"])
    }

    /// Returns when the task is cancelled.
    private static func cancellation() async {
        let (stream, _) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
    }

    @Test("Mailboxes that were never copied to their end go first, then those for which that is longest ago")
    func order() throws {
        let directory = try TemporaryDirectory()
        let text = "out = \"/b/%u.pst\"\njournal = \"\(directory.path)/%u.sqlite\"\n"
        let configuration = try Configuration(path: "/c/config.toml", text: text)
        let results: [(user: String, runs: [(JournalRun.Status, Int64)])] = [
            ("yesterday", [(.complete, 2_000)]), ("never", []), ("failed", [(.failed, 5_000)]),
            ("long-ago", [(.complete, 1_000), (.failed, 9_000)]), ("problems", [(.problems, 1_500)]),
        ]
        for (user, runs) in results where !runs.isEmpty {
            let journal = try Journal.open(at: "\(directory.path)/\(user).sqlite")
            for (status, seconds) in runs {
                let time = FileTime(unixSeconds: seconds)
                let run = try journal.begin(
                    RunIntention(source: "maildir:/m", destination: "x", store: nil, kind: .update, started: time))
                try journal.finish(run: run, RunResult(status: status, counts: [:], finished: time))
            }
        }
        let plans = try results.map { try MailboxPlan(user: $0.user, in: configuration) }
        #expect(MailboxPlan.inOrder(plans).map(\.user) == ["never", "failed", "long-ago", "problems", "yesterday"])
    }
}

/// Opens once so many have arrived.
private actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var missing: Int

    init(opensAfter count: Int, _ arrivals: AsyncStream<Void>) {
        missing = count
        Task { for await _ in arrivals { await self.arrive() } }
    }

    private func arrive() {
        missing -= 1
        guard missing <= 0 else { return }
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { waiting.append($0) }
    }
}

extension RunSummary {
    static func of(_ outcomes: [MailboxOutcome], refused: [(user: String, error: StoreError)] = []) -> RunSummary {
        RunSummary(outcomes: outcomes, refused: refused, elapsed: .seconds(72), isDryRun: false)
    }
}
