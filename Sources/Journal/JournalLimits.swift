/// The bounds of a journal.
enum JournalLimits {
    /// Milliseconds to wait for another process that reads or writes the journal.
    static let busyTimeout = 5_000
}
