import GRDB
public import MailStore

extension Journal {
    /// Records a message that was saved in a folder. If it had failed before, that is forgotten.
    /// - Throws: ``StoreError/Code/badData`` where the folder has a message of that id already, be it one that is gone.
    @discardableResult
    public func insert(
        _ message: NewJournalMessage, folder: Int64, run: Int
    ) throws(StoreError) -> MessageRowID {
        try record { database, session in
            try Self.insert(message, folder: folder, run: run, database, &session)
        }
    }

    /// Records messages of one folder, as one by one but faster.
    public func insert(
        _ messages: some Sequence<NewJournalMessage>, folder: Int64, run: Int
    ) throws(StoreError) {
        try record { database, session in
            for message in messages { _ = try Self.insert(message, folder: folder, run: run, database, &session) }
        }
    }

    private static func insert(
        _ message: NewJournalMessage, folder: Int64, run: Int, _ database: Database, _ session: inout Session
    ) throws -> MessageRowID {
        let number = try nextNumber(in: folder, database, &session)
        var insertion = try SQLStatement(
            database,
            """
            INSERT INTO message (folder, number, messageID, persistentID, digest, size, state, location, destination,
                run, stateRun) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)
            """)
        try insertion.bind(1, folder)
        try insertion.bind(2, number)
        try insertion.bind(3, id: message.id.rawValue)
        try insertion.bind(4, persistentID: message.persistentID, of: message.id.rawValue)
        try insertion.bind(5, blob: message.digest)
        try insertion.bind(6, message.size)
        try insertion.bind(7, text: StoredState.encode(message.state))
        try insertion.bind(8, text: message.location)
        try insertion.bind(9, id: message.destination.rawValue)
        try insertion.bind(10, run)
        try insertion.execute()
        session.change(folder, run: run, messages: 1)
        if try session.mayHaveFailures(database) {
            try deleteFailure(of: message.id, in: folder, database)
        }
        return MessageRowID(folder: folder, number: number)
    }

    /// Numbers count up within a folder: a folder's messages lie side by side in the file, in the order in which they
    /// came.
    private static func nextNumber(
        in folder: Int64, _ database: Database, _ session: inout Session
    ) throws -> Int64 {
        if let next = session.next, next.folder == folder {
            session.next = (folder, next.number + 1)
            return next.number
        }
        var row = try SQLStatement(database, "SELECT coalesce(max(number), 0) FROM message WHERE folder = ?1")
        try row.bind(1, folder)
        let (number, overflow) = try row.step() ? try row.int64(0).addingReportingOverflow(1) : (1, false)
        guard !overflow, number < Int64.max else { throw SQLFailure.damaged("number of a message") }
        session.next = (folder, number + 1)
        return number
    }

    /// The message has another state at the source, or lies somewhere else in its folder.
    public func setState(
        of message: MessageRowID, _ state: MessageState, location: String, run: Int
    ) throws(StoreError) {
        try change(
            message, run: run,
            "UPDATE message SET state = ?3, location = ?4, stateRun = ?5 WHERE folder = ?1 AND number = ?2"
        ) { update throws(SQLFailure) in
            try update.bind(3, text: StoredState.encode(state))
            try update.bind(4, text: location)
            try update.bind(5, run)
        }
    }

    /// The message lies somewhere else in its folder, and is as it was.
    public func setLocation(of message: MessageRowID, _ location: String) throws(StoreError) {
        try change(message, run: 0, "UPDATE message SET location = ?3 WHERE folder = ?1 AND number = ?2") {
            update throws(SQLFailure) in
            try update.bind(3, text: location)
        }
    }

    /// Executes an update of one message, which counts as done where the message is as it should be already.
    private func change(
        _ message: MessageRowID, run: Int, _ sql: String, gone: Int = 0,
        _ bind: (borrowing SQLStatement) throws(SQLFailure) -> Void
    ) throws(StoreError) {
        try record { database, session in
            var update = try SQLStatement(database, sql)
            try update.bind(1, message.folder)
            try update.bind(2, message.number)
            try bind(update)
            try update.execute()
            if database.changesCount == 1 {
                session.change(message.folder, run: run, messages: -gone, gone: gone)
            } else if try Self.message(message, database) == nil {
                throw Self.missing(message)
            }
        }
    }

    private static func missing(_ message: MessageRowID) -> SQLFailure {
        .damaged("no message \(message.number) in folder \(message.folder)")
    }

    /// The message is gone from the source, and stays in the store.
    public func markGone(_ message: MessageRowID, run: Int) throws(StoreError) {
        try change(
            message, run: run,
            "UPDATE message SET goneRun = ?3 WHERE folder = ?1 AND number = ?2 AND goneRun IS NULL", gone: 1
        ) { update throws(SQLFailure) in
            try update.bind(3, run)
        }
    }

    /// The message was moved to another folder, at the source and in the store, or is back in its own. It counts as one that
    /// came to that folder in that run, and is there (not gone).
    /// - Parameter moved: all about the message as it is now; its id in the store may be another one too.
    /// - Returns: where it is recorded now.
    public func move(
        _ message: MessageRowID, to folder: Int64, as moved: NewJournalMessage, run: Int
    ) throws(StoreError) -> MessageRowID {
        try record { database, session in
            guard let old = try Self.message(message, database) else { throw Self.missing(message) }
            try Self.delete(old, run: run, database, &session)
            return try Self.insert(moved, folder: folder, run: run, database, &session)
        }
    }

    /// Messages of one folder have other ids at the source (another UIDVALIDITY). All at once: a new id may be the old one
    /// of another.
    public func renumber(
        _ messages: [(rowID: MessageRowID, row: ContentsRow)], run: Int
    ) throws(StoreError) {
        try record { database, session in
            var clearing = try SQLStatement(
                database, "UPDATE message SET messageID = CAST(number AS BLOB) WHERE folder = ?1 AND number = ?2")
            for message in messages {
                try clearing.bind(1, message.rowID.folder)
                try clearing.bind(2, message.rowID.number)
                try clearing.execute()
                guard database.changesCount == 1 else { throw Self.missing(message.rowID) }
            }
            var update = try SQLStatement(
                database,
                """
                UPDATE message SET messageID = ?3, persistentID = ?4, location = ?5
                    WHERE folder = ?1 AND number = ?2
                """)
            for (rowID, row) in messages {
                try update.bind(1, rowID.folder)
                try update.bind(2, rowID.number)
                try update.bind(3, id: row.id.rawValue)
                try update.bind(4, persistentID: row.persistentID, of: row.id.rawValue)
                try update.bind(5, text: row.location)
                try update.execute()
                session.change(rowID.folder, run: run)
            }
        }
    }

    /// Forgets a message: it is in the store no more.
    public func delete(_ message: MessageRowID, run: Int) throws(StoreError) {
        try record { database, session in
            guard let old = try Self.message(message, database) else { return }
            try Self.delete(old, run: run, database, &session)
        }
    }

    private static func delete(
        _ message: JournalMessage, run: Int, _ database: Database, _ session: inout Session
    ) throws {
        var deletion = try SQLStatement(database, "DELETE FROM message WHERE folder = ?1 AND number = ?2")
        try deletion.bind(1, message.rowID.folder)
        try deletion.bind(2, message.rowID.number)
        try deletion.execute()
        let isGone = message.goneRun != nil
        session.change(message.folder, run: run, messages: isGone ? 0 : -1, gone: isGone ? -1 : 0)
        session.next = nil
    }
}
