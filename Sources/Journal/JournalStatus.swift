public import MAPI

/// What a journal knows, for people to look at.
public struct JournalStatus: Hashable, Sendable {
    public var path: String
    public var lineage: String
    public var created: FileTime
    /// Bytes of the journal's file.
    public var fileSize: Int
    /// The run that is writing it: "process 4711 since 2025-11-25 01:00:00 UTC"; nil where there is none.
    public var holder: String?
    public var stores: [StoreStatus]
    /// The last hundred runs, the latest first.
    public var runs: [JournalRun]
    /// Messages that could not be copied so far, the latest first, at most 10,000.
    public var failures: [JournalFailure]
    /// How many there are.
    public var failureCount: Int

    /// Messages of all stores that are at the source, as far as the journal knows.
    public var messages: Int { stores.reduce(0) { $0 + $1.messages } }
    public var folders: Int { stores.reduce(0) { $0 + $1.folders } }
}

/// A PST, as the journal knows it and as it lies there.
public struct StoreStatus: Hashable, Sendable {
    public var store: JournalStore
    /// The sources it has messages of, as named to people.
    public var sources: [String]
    /// Folders that are at the source.
    public var folders: Int
    /// Messages that are at the source.
    public var messages: Int
    /// Messages that are gone from the source, and kept.
    public var gone: Int
    /// Bytes of the messages at the source.
    public var messageBytes: Int
    /// The last run that wrote it.
    public var lastRun: JournalRun?
    /// Bytes of its files; nil where there is none any more.
    public var fileSize: Int?
    /// When one of its files was changed last.
    public var modified: FileTime?
}
