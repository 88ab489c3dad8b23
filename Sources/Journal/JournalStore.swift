/// A PST that was written, as the journal knows it.
public struct JournalStore: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// Holds the mailbox, and is updated.
        case base
        /// Holds what was new or changed since an earlier run.
        case delta
    }

    public let id: Int64
    /// ``MailStore/StoreIdentity/store``.
    public let key: String
    public let path: String
    /// ``MailStore/StoreIdentity/generation`` at the last checkpoint that the journal knows of. Another one in the PST: the
    /// journal does not know all of it.
    public let generation: String
    public let kind: Kind
    /// The run whose state a delta starts from.
    public let sinceRun: Int?
    public let createdRun: Int

    public init(
        id: Int64, key: String, path: String, generation: String, kind: Kind, sinceRun: Int?, createdRun: Int
    ) {
        self.id = id
        self.key = key
        self.path = path
        self.generation = generation
        self.kind = kind
        self.sinceRun = sinceRun
        self.createdRun = createdRun
    }
}
