import GRDB
public import MailStore

extension Journal {
    /// The folders of a source that a store has, those that are gone from the source too, in the order in which they came.
    public func folders(of store: Int64, source: String) throws(StoreError) -> [JournalFolder] {
        try read { database, session in
            guard let source = try Self.sourceID(of: source, database, orAdd: false) else { return [] }
            var rows = try SQLStatement(
                database,
                """
                SELECT id, folderID, persistentID, path, destination, state, stateRun, changedRun, messageCount,
                    goneCount, goneRun
                    FROM folder WHERE store = ?1 AND source = ?2 ORDER BY id
                """)
            try rows.bind(1, store)
            try rows.bind(2, source)
            var folders: [JournalFolder] = []
            while try rows.step() { folders.append(try Self.folder(rows, session)) }
            return folders
        }
    }

    static func folder(
        _ row: borrowing SQLStatement, _ session: borrowing Session
    ) throws -> JournalFolder {
        let id = try row.int64(0)
        let folder = try row.id(1)
        guard let path = StoredPath.decode(try row.text(3)) else { throw SQLFailure.damaged("path of a folder") }
        let change = session.changes[id]
        return JournalFolder(
            id: id, folder: FolderID(rawValue: folder), persistentID: try row.optionalID(2, same: folder), path: path,
            destination: row.isNull(4) ? nil : FolderID(rawValue: try row.id(4)),
            state: try row.optionalText(5).map { SynchronizationState(rawValue: $0) },
            stateRun: try row.integer(6), changedRun: max(try row.integer(7), change?.run ?? 0),
            messageCount: try row.integer(8) + (change?.messages ?? 0),
            goneCount: try row.integer(9) + (change?.gone ?? 0), goneRun: try row.optionalInteger(10))
    }

    /// - Parameter id: ``JournalFolder/id``.
    public func folder(_ id: Int64) throws(StoreError) -> JournalFolder? {
        try read { database, session in
            var row = try SQLStatement(
                database,
                """
                SELECT id, folderID, persistentID, path, destination, state, stateRun, changedRun, messageCount,
                    goneCount, goneRun
                    FROM folder WHERE id = ?1
                """)
            try row.bind(1, id)
            return try row.step() ? try Self.folder(row, session) : nil
        }
    }

    /// Records a folder; it has no state yet.
    /// - Returns: ``JournalFolder/id``.
    public func insert(
        _ folder: NewJournalFolder, store: Int64, source: String, run: Int
    ) throws(StoreError) -> Int64 {
        try record { database, session in
            let source = try Self.sourceID(of: source, database, orAdd: true)
            var insertion = try SQLStatement(
                database,
                """
                INSERT INTO folder (store, source, folderID, persistentID, path, destination, stateRun, changedRun)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
                """)
            try insertion.bind(1, store)
            try insertion.bind(2, source)
            try insertion.bind(3, id: folder.folder.rawValue)
            try insertion.bind(4, persistentID: folder.persistentID, of: folder.folder.rawValue)
            try insertion.bind(5, text: StoredPath.encode(folder.path))
            if let destination = folder.destination { try insertion.bind(6, id: destination.rawValue) }
            try insertion.bind(7, run)
            try insertion.execute()
            session.hasNewPlaces = true
            return database.lastInsertedRowID
        }
    }

    /// The folder has another name or another place at the source, or another id. Folders may change places: only at the
    /// next checkpoint must ids be different.
    public func setPlace(
        of folder: Int64, id: FolderID, persistentID: String?, path: FolderPath
    ) throws(StoreError) {
        try record { database, session in
            var update = try SQLStatement(
                database, "UPDATE folder SET folderID = ?2, persistentID = ?3, path = ?4 WHERE id = ?1")
            try update.bind(1, folder)
            try update.bind(2, id: id.rawValue)
            try update.bind(3, persistentID: persistentID, of: id.rawValue)
            try update.bind(4, text: StoredPath.encode(path))
            try update.execute()
            session.hasNewPlaces = true
        }
    }

    /// Its id in the store; nil where it has none there any more.
    public func setDestination(of folder: Int64, _ destination: FolderID?) throws(StoreError) {
        try record { database, _ in
            var update = try SQLStatement(database, "UPDATE folder SET destination = ?2 WHERE id = ?1")
            try update.bind(1, folder)
            if let destination { try update.bind(2, id: destination.rawValue) }
            try update.execute()
        }
    }

    /// The state whose changes have all been applied by `run`; nil: everything has to be looked at next time.
    public func setState(of folder: Int64, _ state: SynchronizationState?, run: Int) throws(StoreError) {
        try record { database, _ in
            var update = try SQLStatement(
                database,
                """
                UPDATE folder SET state = ?2, stateRun = ?3,
                    changedRun = CASE WHEN state IS ?2 THEN changedRun ELSE max(changedRun, ?3) END WHERE id = ?1
                """)
            try update.bind(1, folder)
            try update.bind(2, text: state?.rawValue)
            try update.bind(3, run)
            try update.execute()
        }
    }

    /// Says in which run a folder was found gone from the source; nil: it is there again. Its state is forgotten.
    public func setGone(_ folder: Int64, run: Int?) throws(StoreError) {
        try record { database, session in
            var update = try SQLStatement(
                database, "UPDATE folder SET goneRun = ?2, state = NULL WHERE id = ?1")
            try update.bind(1, folder)
            try update.bind(2, run)
            try update.execute()
            session.hasNewPlaces = true
        }
    }

    /// Forgets a folder with all its messages and failures.
    public func deleteFolder(_ folder: Int64) throws(StoreError) {
        try record { database, session in
            var deletion = try SQLStatement(database, "DELETE FROM folder WHERE id = ?1")
            try deletion.bind(1, folder)
            try deletion.execute()
            session.changes[folder] = nil
            session.next = nil
            session.hasFailures = nil
        }
    }
}
