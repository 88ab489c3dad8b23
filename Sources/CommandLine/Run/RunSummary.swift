import MailStore
import Transfer

/// What became of a run of many mailboxes.
struct RunSummary {
    let outcomes: [MailboxOutcome]
    /// Users whose mailbox could not even be planned, and why.
    let refused: [(user: String, error: StoreError)]
    let elapsed: Duration
    let isDryRun: Bool

    var mailboxes: Int { outcomes.count + refused.count }
    var complete: Int { outcomes.count { $0.isComplete && !$0.hasProblems } }
    var withProblems: Int { outcomes.count(where: \.hasProblems) }
    var failures: Int { outcomes.count { $0.failure != nil } + refused.count }
    /// Begun or not, and not through: the run ended before.
    var left: Int { outcomes.count { !$0.isComplete && $0.failure == nil } }

    private var codes: [StoreError.Code] { outcomes.compactMap { $0.failure?.code } + refused.map(\.error.code) }

    func counts() -> TransferCounts {
        var counts = TransferCounts()
        for result in outcomes.compactMap(\.result) { counts.add(result.counts) }
        return counts
    }

    /// - Parameter signal: that stopped the run.
    func status(signal: Int32?) -> ExitStatus {
        if let signal { return .signal(signal) }
        // All failed, and for the same reason: that reason.
        let statuses = codes.map { ExitStatus(StoreError($0, ""), signal: nil) }
        if let first = statuses.first, statuses.count == mailboxes, statuses.allSatisfy({ $0 == first }) {
            return first
        }
        if withProblems > 0 || codes.contains(where: { $0 != .temporary }) { return .problems }
        return codes.isEmpty && left == 0 ? .success : .temporary
    }

    /// One line about a mailbox that was copied, or stopped.
    static func line(_ outcome: MailboxOutcome, isDryRun: Bool) -> String {
        switch outcome.state {
        case .done(let result, let elapsed):
            let text = TextReporter.summary(result, elapsed: elapsed, isDryRun: isDryRun)
            return " * \(outcome.user.padded(to: 20)) \(text)"
        case .stopped(let result, let end):
            return
                " - \(outcome.user.padded(to: 20)) stopped, \(end.text): \(Format.count(result.counts.saved, "message")) saved,"
                + " the next run goes on"
        case .notBegun(let end): return " - \(outcome.user.padded(to: 20)) not begun, \(end.text)"
        }
    }

    /// "50 mailboxes: 47 complete, 3 failed; …".
    var total: String {
        var parts = ["\(Format.count(complete)) complete"]
        if withProblems > 0 { parts.append("\(Format.count(withProblems)) with problems") }
        if failures > 0 { parts.append("\(Format.count(failures)) failed") }
        if left > 0 { parts.append("\(Format.count(left)) left for the next run") }
        let counts = counts()
        return
            "\(Self.mailboxes(mailboxes)): \(parts.joined(separator: ", ")); \(Format.count(counts.saved, "message")),"
            + " \(Format.bytes(counts.bytes)) in \(Format.duration(elapsed))"
            + (isDryRun ? " · dry run, nothing written" : "")
    }

    static func mailboxes(_ count: Int) -> String { "\(Format.count(count)) mailbox\(count == 1 ? "" : "es")" }

    /// "fredb: access denied? …", one line for each mailbox that failed.
    var failureLines: [String] {
        refused.map { "\($0.user): \(MailboxOutcome.text($0.error))" }
            + outcomes.compactMap { outcome in
                outcome.failure.map { "\(outcome.user): \(MailboxOutcome.text($0))" }
            }
    }
}
