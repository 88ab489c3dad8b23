public import MailStore

/// A folder of a source, as a store has it.
public struct JournalFolder: Hashable, Sendable {
    public let id: Int64
    /// Its id at the source.
    public var folder: FolderID
    public var persistentID: String?
    /// Where it stands at the source.
    public var path: FolderPath
    /// Its id in the store; nil where it has none there yet.
    public var destination: FolderID?
    /// The state whose changes have been applied; nil: everything has to be looked at.
    public var state: SynchronizationState?
    /// The last run that found it in this state.
    public var stateRun: Int
    /// The last run that changed anything in it: its state, or a message.
    public var changedRun: Int
    /// Messages that are at the source, as far as the journal knows.
    public var messageCount: Int
    /// Messages that are gone from the source, and still recorded.
    public var goneCount: Int
    /// The run that found it gone from the source; nil: it is there.
    public var goneRun: Int?
}

/// A folder to be recorded.
public struct NewJournalFolder: Hashable, Sendable {
    public var folder: FolderID
    public var persistentID: String?
    public var path: FolderPath
    public var destination: FolderID?

    public init(folder: FolderID, persistentID: String?, path: FolderPath, destination: FolderID? = nil) {
        self.folder = folder
        self.persistentID = persistentID
        self.path = path
        self.destination = destination
    }
}

/// A folder of a source as of an earlier run.
public struct PastFolder: Hashable, Sendable {
    public let folder: FolderID
    public let persistentID: String?
    public let path: FolderPath
    /// Its state then; nil where the journal does not know it any more: everything has to be looked at.
    public let state: SynchronizationState?
}
