public import MailStore

/// What a run counted. `listed` = `saved` + `alreadyThere` + `notSelected` + `vanished` + `failed` in every run that
/// came to its end.
public struct TransferCounts: Hashable, Sendable {
    /// Folders copied, empty ones too.
    public var folders = 0
    /// Messages in the contents tables of these folders.
    public var listed = 0
    public var saved = 0
    /// Messages that the destination had already.
    public var alreadyThere = 0
    /// Messages of selected folders that the selection leaves out.
    public var notSelected = 0
    /// Of those saved or already there: composed from properties, not the bytes that were once received.
    public var composed = 0
    /// Gone from the source between listing and opening. They are told, and are no error: the source does not
    /// have them either. A message moved meanwhile into a folder already copied is one of them.
    public var vanished = 0
    /// Messages that could not be read or stored.
    public var failed = 0
    /// Everything listed as a problem: failed messages, messages stored although something is wrong with them,
    /// folders and files that could not be read.
    public var problems = 0
    /// Size at the source of the messages saved, in bytes.
    public var bytes = 0
    /// Of those already there: given another state, moved to another folder.
    public var stateChanged = 0
    public var moved = 0
    /// Messages of the destination that are gone at the source, and how many of them were deleted for it.
    public var gone = 0
    public var deleted = 0
    /// Of those saved: newer versions of items, which took the place of the older ones.
    public var replaced = 0
    /// Messages removed from the source, because the destination is proven to have them.
    public var archived = 0

    public init() {}

    public var agree: Bool { listed == saved + alreadyThere + notSelected + vanished + failed }

    public mutating func add(_ other: TransferCounts) {
        folders += other.folders
        listed += other.listed
        saved += other.saved
        alreadyThere += other.alreadyThere
        notSelected += other.notSelected
        composed += other.composed
        vanished += other.vanished
        failed += other.failed
        problems += other.problems
        bytes = bytes.addingReportingOverflow(other.bytes).partialValue
        stateChanged += other.stateChanged
        moved += other.moved
        gone += other.gone
        deleted += other.deleted
        replaced += other.replaced
        archived += other.archived
    }

    /// Whether the destination, or what is known of it, is another one after this.
    var isChange: Bool { saved + stateChanged + moved + gone + deleted + failed + vanished > 0 }

    /// What was counted after `earlier`.
    func since(_ earlier: TransferCounts) -> TransferCounts {
        var counts = self
        counts.folders -= earlier.folders
        counts.listed -= earlier.listed
        counts.saved -= earlier.saved
        counts.alreadyThere -= earlier.alreadyThere
        counts.notSelected -= earlier.notSelected
        counts.composed -= earlier.composed
        counts.vanished -= earlier.vanished
        counts.failed -= earlier.failed
        counts.problems -= earlier.problems
        counts.bytes = counts.bytes.subtractingReportingOverflow(earlier.bytes).partialValue
        counts.stateChanged -= earlier.stateChanged
        counts.moved -= earlier.moved
        counts.gone -= earlier.gone
        counts.deleted -= earlier.deleted
        counts.replaced -= earlier.replaced
        counts.archived -= earlier.archived
        return counts
    }
}

/// What happens in a run, in order, for reporters.
public enum TransferEvent: Sendable {
    case runStarted(RunStart)
    /// A folder is done.
    case folder(FolderInfo, TransferCounts)
    case problem(TransferProblem)
    /// After each batch of messages; reporters thin it out.
    case progress(TransferProgress)
    /// What has been counted so far is durable.
    case checkpoint(TransferCounts)
    case runFinished(TransferResult)
}

public struct RunStart: Hashable, Sendable {
    /// The stores, as they are named to people.
    public let source: String
    public let destination: String
    /// Folders selected, and folders of the source not selected.
    public let folders: Int
    public let skipped: [FolderPath]
}

/// Something the user must know of.
public struct TransferProblem: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable {
        /// Told only: a message that has gone.
        case notice
        /// Makes the run exit 1.
        case problem
    }

    public let severity: Severity
    public let error: StoreError

    public init(severity: Severity, error: StoreError) {
        self.severity = severity
        self.error = error
    }
}

public struct TransferProgress: Hashable, Sendable {
    public var counts: TransferCounts
    /// Messages and bytes expected in all, where the run was asked to find out beforehand.
    public var totals: Totals?
    public var folder: FolderPath

    public init(counts: TransferCounts, totals: Totals?, folder: FolderPath) {
        self.counts = counts
        self.totals = totals
        self.folder = folder
    }

    public struct Totals: Hashable, Sendable {
        public var messages = 0
        public var bytes = 0

        public init() {}
    }
}

/// How a run ended.
public struct TransferResult: Hashable, Sendable {
    public let counts: TransferCounts
    /// Why it ended before everything was copied; nil where it went through.
    public let failure: StoreError?
    /// The number of the run in the journal: the state that a later run can start from.
    public let run: Int?
    /// The files of the destination, where it has several.
    public var parts: [TransferPart] = []

    public init(counts: TransferCounts, failure: StoreError?, run: Int? = nil) {
        self.counts = counts
        self.failure = failure
        self.run = run
    }
}

/// A file of a destination that has several.
public struct TransferPart: Hashable, Sendable {
    public let path: String
    /// Size of the file in bytes.
    public let bytes: Int
    /// Messages saved in it by this run.
    public let saved: Int

    public init(path: String, bytes: Int, saved: Int) {
        self.path = path
        self.bytes = bytes
        self.saved = saved
    }
}

/// Tells people or programs about a run. Called by one task at a time.
public protocol Reporter: Sendable {
    func report(_ event: TransferEvent)
}
