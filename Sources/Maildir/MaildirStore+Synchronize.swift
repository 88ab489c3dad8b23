import Glibc
public import MailStore

/// The change feed of a Maildir: a folder's state is the times and inodes of its directories, a message's identity its
/// unique name, and what is gone is found by comparing two listings with what the caller has.
extension MaildirStore: SynchronizingStore {
    /// Unique names are given by any program, and some give them folder by folder.
    public var hasReliablePersistentIDs: Bool { false }

    /// The folders with the states that could be told without listing them. A folder that changed within the last two
    /// seconds, or according to its times in the future, has none.
    /// - Throws: `.noInput` where there is no folder at all: nothing says that all have been removed.
    public func hierarchyWithStates() async throws(StoreError) -> SynchronizedHierarchy {
        let now = clock.now()
        let table = hierarchyTable(of: try readTree())
        var states: [FolderID: SynchronizationState] = [:]
        states.reserveCapacity(table.folders.count)
        for folder in table.folders {
            // Without a directory of its own (see FolderTree) its path is nobody's.
            guard folder.persistentID != nil else {
                states[folder.id] = Self.emptyState
                continue
            }
            guard let stamp = FolderStamp(folder: path(of: folder)), stamp.isBelievable(at: now) else { continue }
            states[folder.id] = stamp.state
        }
        return SynchronizedHierarchy(table: table, states: states)
    }

    /// Lists the folder once, twice where given messages are missing, and up to four times while it changes. Files that
    /// are where given messages were are not looked at.
    ///
    /// The folder need not be in the hierarchy any more: that it was removed is certain where this throws `.vanished`.
    /// - Parameter state: makes no difference, as everything is measured against `given`.
    /// - Throws: `.vanished` where the folder was removed; `.temporary` where its directories are missing in a way that
    ///   removing does not explain (an empty directory where something else should be mounted); `.noInput`,
    ///   `.accessDenied`, `.inputOutput` where it cannot be read. Where only a part of it can be read, there is a problem
    ///   and nothing is gone.
    public func changes(
        in folder: FolderInfo, since state: SynchronizationState?, given: [GivenMessage]
    ) async throws(StoreError) -> ContentsChanges {
        if !folder.holdsMessages && given.isEmpty { return ContentsChanges(state: Self.emptyState) }
        var scan = ContentsScan(folder: path(of: folder), path: folder.path, given: given, clock: clock)
        do {
            return try scan.readChanges()
        } catch {
            guard error.code == .vanished else { throw error }
            // An empty top is no proof that a folder was removed.
            _ = try readTree()
            throw FolderAbsence.explain(error, folder: path(of: folder), root: root)
        }
    }

    /// Of a folder that cannot hold messages.
    private static let emptyState = SynchronizationState(rawValue: "maildir1 none")
}
