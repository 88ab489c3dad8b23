/// The bounds of a journal.
enum JournalLimits {
    /// Milliseconds to wait for another process that reads or writes the journal.
    static let busyTimeout = 5_000
    /// KiB of memory for pages of the database.
    static let pageCache = 16 << 10
    /// Rows that one look-up gives, the newest of a digest first: a mailbox may hold the same message very often.
    static let matches = 256
    /// Problems kept of one run; all are counted.
    static let problemsOfRun = 10_000
    /// UTF-8 bytes kept of one text about a problem: it may quote what a stranger wrote.
    static let problemText = 1_000
    /// Bytes read of a lock file.
    static let lockText = 256
    /// Runs and failures that a status names.
    static let statusRuns = 100
    static let statusFailures = 10_000
}
