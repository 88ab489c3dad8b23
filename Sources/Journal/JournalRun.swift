public import MAPI

/// What a run is about to do.
public struct RunIntention: Hashable, Sendable {
    /// The source as named to people, without a secret.
    public var source: String
    /// The PST it writes, as named to people.
    public var destination: String
    /// ``JournalStore/id`` of that PST; nil where the journal does not know it yet.
    public var store: Int64?
    public var kind: JournalRun.Kind
    /// The run whose state it starts from.
    public var since: Int?
    public var started: FileTime

    public init(
        source: String, destination: String, store: Int64?, kind: JournalRun.Kind, since: Int? = nil,
        started: FileTime
    ) {
        self.source = source
        self.destination = destination
        self.store = store
        self.kind = kind
        self.since = since
        self.started = started
    }
}

/// How a run ended.
public struct RunResult: Hashable, Sendable {
    public var status: JournalRun.Status
    /// Why it failed; nil where it did not.
    public var failure: String?
    public var counts: RunCounts
    public var finished: FileTime

    public init(status: JournalRun.Status, failure: String? = nil, counts: RunCounts, finished: FileTime) {
        self.status = status
        self.failure = failure
        self.counts = counts
        self.finished = finished
    }
}

/// A run that was begun.
public struct JournalRun: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// Everything, into a new PST.
        case full
        /// Changes, into the PST that has the rest.
        case update
        /// Changes, into a PST of their own.
        case delta
        /// The journal, from a PST.
        case rebuild
        /// Messages that are proven to be in the PST were removed from the source.
        case archive
    }

    public enum Status: String, Hashable, Sendable {
        case complete
        /// Done, with problems.
        case problems
        /// Told to stop; what was checkpointed holds.
        case interrupted
        /// Could not go on; what was checkpointed holds.
        case failed
    }

    public let number: Int
    public let intention: RunIntention
    /// Which process it was.
    public let process: Int
    /// Its last checkpoint.
    public let checkpointed: FileTime?
    /// nil: it is still running, or broke off.
    public let result: RunResult?
    /// At the end, or at the last checkpoint.
    public let counts: RunCounts
}

/// Counts of a run by name, all that are not zero.
public struct RunCounts: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    public private(set) var values: [String: Int] = [:]

    /// Under this name: bytes of all PSTs of the journal when the run had ended.
    public static let storedBytes = "pst_bytes"

    public init() {}

    public init(dictionaryLiteral elements: (String, Int)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// 0 for what was not counted.
    public subscript(name: String) -> Int {
        get { values[name] ?? 0 }
        set { values[name] = newValue == 0 ? nil : newValue }
    }
}
