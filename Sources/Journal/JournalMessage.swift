public import MailStore

/// Where a message is recorded. Stays while the message stays in its folder.
public struct MessageRowID: Hashable, Sendable {
    public let folder: Int64
    public let number: Int64
}

/// A message that was copied.
public struct JournalMessage: Hashable, Sendable {
    public let rowID: MessageRowID
    /// Its id at the source.
    public let id: MessageID
    public let persistentID: String?
    /// SHA-256 of its original bytes, where they are known.
    public let digest: [UInt8]?
    /// Bytes at the source.
    public let size: Int
    public let state: MessageState
    public let location: String
    /// Its id in the store.
    public let destination: MessageID
    /// The run in which it came into its folder.
    public let run: Int
    /// The last run that changed its state; that of ``run`` at first.
    public let stateRun: Int
    /// The run that found it gone from the source; nil: it is there.
    public let goneRun: Int?

    /// ``JournalFolder/id``.
    public var folder: Int64 { rowID.folder }
}

/// A message to be recorded.
public struct NewJournalMessage: Hashable, Sendable {
    public var id: MessageID
    public var persistentID: String?
    public var digest: [UInt8]?
    public var size: Int
    public var state: MessageState
    public var location: String
    public var destination: MessageID

    public init(
        id: MessageID, persistentID: String?, digest: [UInt8]?, size: Int, state: MessageState, location: String,
        destination: MessageID
    ) {
        self.id = id
        self.persistentID = persistentID
        self.digest = digest
        self.size = size
        self.state = state
        self.location = location
        self.destination = destination
    }

    /// A message of a contents table that was saved.
    public init(_ row: ContentsRow, digest: [UInt8]?, destination: MessageID) {
        self.init(
            id: row.id, persistentID: row.persistentID, digest: digest, size: row.size, state: row.state,
            location: row.location, destination: destination)
    }
}
