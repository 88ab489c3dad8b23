/// The bounds of reading a mailbox.
enum StoreLimits {
    /// Mailboxes of one account.
    static let mailboxes = 100_000
    /// Messages of one mailbox.
    static let messages = 4_000_000
    /// Messages asked for and not yet taken.
    static let prefetched = 4_096
    /// Bytes of a message above its size as listed that are held in memory; some servers count line ends as one byte.
    static let bytesBeyondListed = 64 << 10
    /// Bytes of the UIDs in one command.
    static let setLength = 4_000
    /// So many that are gone, and more than a quarter of all, are a claim that a new connection has to confirm.
    static let suspiciouslyMany = 20
    /// Connections lost in a row over the same messages, before they are asked for one by one.
    static let lossesBeforeSingle = 2
    /// Connections lost in a row over one message, before it is believed to be the cause.
    static let lossesOverOne = 6
    /// Connections in a row that end before a command of a batch was sent; after that they count as lost over it: a server may
    /// end every connection as soon as it stands. And the wait after the first of them, which grows with each.
    static let turnsMissed = 100
    static let missedTurnPause: Duration = .milliseconds(20)
    /// The longest wait between two tries.
    static let longestBackoff: Duration = .seconds(60)
    /// The longest wait that a server may ask for.
    static let longestSuggestedBackoff: Duration = .seconds(600)
    /// Logons in a row that end without an answer. Servers lock accounts after five to ten.
    static let logonAttempts = 3
    /// Connections at the same time. Servers allow 10 to 20 for a user on all machines together.
    static let connections = 4
    /// What a message costs beside its bytes, counted as bytes.
    static let bytesPerMessage = 4_096
    /// Bytes at the start of a message in which a placeholder shows.
    static let placeholderHeader = 4_096
}
