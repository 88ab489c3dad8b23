public import Journal
public import MailStore

/// What a journal tells of one mailbox, for the page and the metrics.
public struct MailboxReport: Hashable, Sendable {
    /// Whose journal it is, as its file is named.
    public var user: String
    /// Why the journal could not be read; everything else is empty then.
    public var damage: String?
    /// The latest last, at most ``runLimit``.
    public var runs: [RunReport] = []
    /// PSTs that are there, and those that are missing although messages were copied into them.
    public var stores: [StoreStatus] = []
    /// Messages that could not be copied so far, the latest first; not all of them.
    public var failures: [JournalFailure] = []
    /// How many there are.
    public var failureCount = 0
    /// What the last run stored although something is wrong with it.
    public var problems: [JournalProblem] = []

    /// Runs looked at: a year of nights.
    public static let runLimit = 366

    public init(user: String) {
        self.user = user
    }

    /// The mailbox of a journal that cannot be read.
    public init(user: String, damage: String) {
        self.user = user
        self.damage = damage
    }

    /// - Throws: `.badData` where the journal is damaged.
    public init(user: String, journal: Journal) throws(StoreError) {
        self.init(user: user)
        let status = try journal.status()
        let runs = try journal.runs(last: Self.runLimit)
        if let last = runs.first { problems = try journal.problems(of: last.number) }
        // Only the last run can be the one that has the journal now.
        self.runs = runs.enumerated().map { RunReport($1, isRunning: $0 == 0 && status.holder != nil) }.reversed()
        // Where a PST took the place of another, what lies there is the later one.
        let last = Dictionary(status.stores.map { ($0.store.path, $0.store.id) }) { max($0, $1) }
        stores = status.stores.filter { status in
            last[status.store.path] == status.store.id && (status.fileSize != nil || status.messages &+ status.gone > 0)
        }
        failures = status.failures
        failureCount = status.failureCount
    }

    public var lastRun: RunReport? { runs.last }

    /// The last run that went through to its end, with problems or without: nil where there is none among ``runs``.
    public var lastSuccess: RunReport? { runs.last { $0.outcome == .complete || $0.outcome == .problems } }

    /// Messages in the PSTs that are at the source still, as far as the journal knows.
    public var messages: Int { stores.reduce(0) { $0 &+ $1.messages } }

    /// Bytes of the PSTs that are there.
    public var storedBytes: Int { stores.reduce(0) { $0 &+ ($1.fileSize ?? 0) } }

    /// PSTs that have gone although the journal counts on them. A relative path says nothing: the run began elsewhere.
    public var missingStores: [StoreStatus] {
        stores.filter { $0.fileSize == nil && $0.store.path.hasPrefix("/") }
    }

    /// How it stands with the mailbox, apart from its age.
    public var condition: Condition {
        guard damage == nil else { return .damaged }
        guard let lastRun else { return .never }
        return .run(lastRun.outcome)
    }

    public enum Condition: Hashable, Sendable {
        /// The journal cannot be read.
        case damaged
        /// The journal knows no run.
        case never
        case run(RunReport.Outcome)

        /// The last run did not end well, as the status 1 of `mailbackup status` says.
        public var needsAttention: Bool {
            switch self {
            case .damaged: true
            case .never: false
            case .run(let outcome): outcome.needsAttention
            }
        }
    }
}
