public import Journal
public import MAPI

/// A run, as the page shows it.
public struct RunReport: Hashable, Sendable {
    /// How a run ended, the worst first.
    public enum Outcome: String, Hashable, Sendable, CaseIterable {
        case failed
        /// It never said how it ended.
        case brokenOff = "broken_off"
        case interrupted
        case problems
        case running
        case complete

        /// It did not end well.
        public var needsAttention: Bool { self != .complete && self != .running }
    }

    public let number: Int
    public let outcome: Outcome
    public let started: FileTime
    /// nil: it is still running, or broke off.
    public let finished: FileTime?
    /// Why it failed.
    public let failure: String?
    public let source: String
    public let counts: RunCounts

    public init(_ run: JournalRun, isRunning: Bool) {
        number = run.number
        started = run.intention.started
        finished = run.result?.finished
        failure = run.result?.failure
        source = run.intention.source
        counts = run.counts
        outcome =
            switch run.result?.status {
            case .complete?: .complete
            case .problems?: .problems
            case .interrupted?: .interrupted
            case .failed?: .failed
            case nil: isRunning ? .running : .brokenOff
            }
    }

    /// Whole seconds from beginning to end; nil where it has no end.
    public var seconds: Int? { finished.map { max(0, Int($0.unixSeconds - started.unixSeconds)) } }

    /// Bytes of the PST when it had ended; nil where nobody looked.
    public var storedBytes: Int? { counts[RunCounts.storedBytes] > 0 ? counts[RunCounts.storedBytes] : nil }
}
