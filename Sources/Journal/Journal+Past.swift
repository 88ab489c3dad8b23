import GRDB
public import MailStore

// The state as of an earlier run, over all stores: what a PST of changes since that run starts from. Where the journal
// does not know any more how things were, it says "everything" or "changed": then too much is copied, never too little.

extension MessageState {
    /// Equal to no state that a store can find: no keyword has a zero in it.
    static var unlike: MessageState {
        var state = MessageState()
        state.keywords = ["\0"]
        return state
    }
}

extension Journal {
    /// The messages of a source's folder that some store had after run `past`, and that were at the source then. One
    /// whose state has changed since has no location and a state that is unlike any other.
    /// - Parameter folder: its id at the source.
    public func given(source: String, folder: FolderID, asOf past: Int) throws(StoreError) -> [GivenMessage] {
        try read { database, _ in
            guard let source = try Self.sourceID(of: source, database, orAdd: false) else { return [] }
            var rows = try SQLStatement(
                database,
                """
                SELECT messageID, message.state, location, size, message.persistentID, message.stateRun > ?3,
                    message.goneRun <= ?3
                    FROM folder JOIN message ON message.folder = folder.id
                    WHERE source = ?1 AND folderID = ?2 AND run <= ?3
                    ORDER BY message.run, folder.store, message.folder, message.number
                """)
            try rows.bind(1, source)
            try rows.bind(2, id: folder.rawValue)
            try rows.bind(3, past)
            var newest = PastMessages()
            while try rows.step() {
                let id = try rows.id(0)
                let isChanged = try rows.integer(5) != 0
                let isGone = try rows.optionalInteger(6) == 1
                let message = GivenMessage(
                    id: MessageID(rawValue: id), state: isChanged ? .unlike : try rows.state(1),
                    location: isChanged ? "" : try rows.text(2), size: try rows.integer(3),
                    persistentID: try rows.optionalID(4, same: id))
                newest.add(message, isGone: isGone)
            }
            return newest.present
        }
    }

    /// The folders of a source as some store had them after run `past`.
    public func folders(source: String, asOf past: Int) throws(StoreError) -> [PastFolder] {
        try read { database, _ in
            guard let source = try Self.sourceID(of: source, database, orAdd: false) else { return [] }
            // A state that came after that run says nothing about it; an older one of another store does.
            var rows = try SQLStatement(
                database,
                """
                SELECT folderID, persistentID, path, CASE WHEN changedRun <= ?2 THEN state END FROM folder
                    WHERE source = ?1 AND EXISTS (SELECT 1 FROM run WHERE run.id <= ?2)
                    ORDER BY changedRun <= ?2 AND state IS NOT NULL, changedRun, id
                """)
            try rows.bind(1, source)
            try rows.bind(2, past)
            var folders: [PastFolder] = []
            var indexes: [FolderID: Int] = [:]
            while try rows.step() {
                let id = try rows.id(0)
                guard let path = StoredPath.decode(try rows.text(2)) else {
                    throw SQLFailure.damaged("path of a folder")
                }
                let folder = PastFolder(
                    folder: FolderID(rawValue: id), persistentID: try rows.optionalID(1, same: id), path: path,
                    state: try rows.optionalText(3).map { SynchronizationState(rawValue: $0) })
                if let index = indexes[folder.folder] {
                    folders[index] = folder
                } else {
                    indexes[folder.folder] = folders.count
                    folders.append(folder)
                }
            }
            return folders
        }
    }
}

/// The newest of each message; they come oldest first.
private struct PastMessages {
    private var messages: [GivenMessage?] = []
    private var indexes: [MessageID: Int] = [:]

    mutating func add(_ message: GivenMessage, isGone: Bool) {
        let entry = isGone ? nil : message
        if let index = indexes[message.id] {
            messages[index] = entry
        } else {
            indexes[message.id] = messages.count
            messages.append(entry)
        }
    }

    var present: [GivenMessage] { messages.compactMap(\.self) }
}
