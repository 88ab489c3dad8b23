/// A store that can tell what changed: what ICS calls the downloading side of a synchronizer — [MS-OXCFXICS] 3.2.5.3.
///
/// One run asks for the hierarchy first, then for the contents of each folder whose state is not the one it knows.
/// Folders are independent: each has a state of its own, and a run that breaks off between two of them has lost nothing.
/// Applying the same changes twice must be harmless, because a run that broke off within a folder gets them again.
public protocol SynchronizingStore: MessageStore {
    /// Whether messages of one persistent id have the same bytes for certain, as OBJECTID promises it (RFC 8474 5.1). Where
    /// not, a message is taken for one that has moved only after it was read.
    var hasReliablePersistentIDs: Bool { get }

    /// The folders, each with its present state where that costs next to nothing (a Maildir: the times of its
    /// directories; IMAP: LIST-STATUS in one round trip). A folder whose state equals the one last known has not changed
    /// and is not looked at again.
    func hierarchyWithStates() async throws(StoreError) -> SynchronizedHierarchy

    /// What changed in `folder` since `state`, measured against the messages that the caller has.
    /// - Parameters:
    ///   - state: as returned by the call whose changes have been applied; nil for none: everything is looked at.
    ///   - given: ICS's IdsetGiven with the flags last seen: all messages of the folder that the caller has, each once.
    func changes(
        in folder: FolderInfo, since state: SynchronizationState?, given: [GivenMessage]
    ) async throws(StoreError) -> ContentsChanges
}

extension SynchronizingStore {
    public var hasReliablePersistentIDs: Bool { true }
}

/// What a store wants to be told next time; opaque to everyone else. Two equal states of one folder mean that nothing
/// changed in between.
public struct SynchronizationState: Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) {
        self.rawValue = rawValue
    }
}

/// The folders of a store with their states.
public struct SynchronizedHierarchy: Sendable {
    public var table: HierarchyTable
    /// Folders without an entry have to be asked for their changes.
    public var states: [FolderID: SynchronizationState]

    public init(table: HierarchyTable, states: [FolderID: SynchronizationState]) {
        self.table = table
        self.states = states
    }
}

/// A message that whoever asks for changes has already.
public struct GivenMessage: Hashable, Sendable {
    public let id: MessageID
    /// Its state when it was last seen.
    public let state: MessageState
    /// ``ContentsRow/location`` when it was last seen: a store that finds the message there knows that its state is the
    /// same.
    public let location: String
    /// Size in bytes, and delivery time, by which a message whose id has changed may be known again.
    public let size: Int
    public let persistentID: String?

    public init(id: MessageID, state: MessageState, location: String, size: Int, persistentID: String? = nil) {
        self.id = id
        self.state = state
        self.location = location
        self.size = size
        self.persistentID = persistentID
    }
}

/// What happened in a folder.
public struct ContentsChanges: Sendable {
    /// Messages that were not given, in the store's order.
    public var new: [ContentsRow] = []
    /// Given messages whose state or location is another one now. Their content is the same: where that can change, the
    /// message has a new id.
    public var changed: [ContentsRow] = []
    /// Given messages that have a new id (another UIDVALIDITY), by the old one.
    public var renumbered: [(was: MessageID, row: ContentsRow)] = []
    /// Given messages that are not there any more, which the store has made sure of.
    public var gone: [MessageID] = []
    /// Messages in the folder now: given - gone + new.
    public var count = 0
    /// The state once all this has been applied.
    public var state: SynchronizationState
    /// What stands in the folder and could not be listed, each told in one line.
    public var problems: [StoreError] = []

    public init(state: SynchronizationState) {
        self.state = state
    }
}
