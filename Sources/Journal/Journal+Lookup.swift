import GRDB
public import MailStore

extension Journal {
    /// The messages of a folder that are at the source, as far as the journal knows, in the order in which they came.
    /// - Parameter folder: ``JournalFolder/id``.
    public func given(_ folder: Int64) throws(StoreError) -> [GivenMessage] {
        try read { database, _ in
            var rows = try SQLStatement(
                database,
                """
                SELECT messageID, state, location, size, persistentID FROM message
                    WHERE folder = ?1 AND goneRun IS NULL ORDER BY number
                """)
            try rows.bind(1, folder)
            var given: [GivenMessage] = []
            while try rows.step() {
                let id = try rows.id(0)
                given.append(
                    GivenMessage(
                        id: MessageID(rawValue: id), state: try rows.state(1), location: try rows.text(2),
                        size: try rows.integer(3), persistentID: try rows.optionalID(4, same: id)))
            }
            return given
        }
    }

    /// All messages of a folder, those that are gone too, in the order in which they came.
    /// - Parameter folder: ``JournalFolder/id``.
    public func messages(_ folder: Int64) throws(StoreError) -> [JournalMessage] {
        try read { database, _ in
            var rows = try SQLStatement(
                database, "SELECT \(Self.messageColumns) FROM message WHERE folder = ?1 ORDER BY number")
            try rows.bind(1, folder)
            return try Self.messages(&rows)
        }
    }

    /// The message of an id in a folder, be it one that is gone.
    public func message(_ folder: Int64, _ id: MessageID) throws(StoreError) -> JournalMessage? {
        try read { database, _ in
            var rows = try SQLStatement(
                database, "SELECT \(Self.messageColumns) FROM message WHERE folder = ?1 AND messageID = ?2")
            try rows.bind(1, folder)
            try rows.bind(2, id: id.rawValue)
            return try Self.messages(&rows).first
        }
    }

    /// Messages in a store that are gone from the source, of a persistent id: candidates for having been moved. At most
    /// 256.
    /// - Parameter store: ``JournalStore/id``.
    public func goneMessages(persistentID: String, store: Int64) throws(StoreError) -> [JournalMessage] {
        try lookUp(
            store,
            """
            CASE persistentID WHEN x'' THEN messageID ELSE persistentID END = ?1
                AND message.goneRun IS NOT NULL AND persistentID IS NOT NULL
            """
        ) { rows throws(SQLFailure) in try rows.bind(1, id: persistentID) }
    }

    /// Messages in a store that are gone from the source, of the same content. At most 256.
    /// - Parameters:
    ///   - digest: SHA-256 of the original bytes.
    ///   - store: ``JournalStore/id``.
    public func goneMessages(digest: [UInt8], store: Int64) throws(StoreError) -> [JournalMessage] {
        try lookUp(
            store,
            """
            substr(message.digest, 1, 6) = substr(?1, 1, 6) AND message.digest = ?1
                AND message.goneRun IS NOT NULL AND message.digest IS NOT NULL
            """
        ) { rows throws(SQLFailure) in try rows.bind(1, blob: digest) }
    }

    private func lookUp(
        _ store: Int64, _ condition: String, _ bind: (borrowing SQLStatement) throws(SQLFailure) -> Void
    ) throws(StoreError) -> [JournalMessage] {
        try read { database, _ in
            var rows = try SQLStatement(
                database,
                """
                SELECT \(Self.messageColumns) FROM message
                    WHERE \(condition) AND (SELECT store FROM folder WHERE id = message.folder) = ?2 LIMIT ?3
                """)
            try bind(rows)
            try rows.bind(2, store)
            try rows.bind(3, JournalLimits.matches)
            return try Self.messages(&rows)
        }
    }
}

// MARK: Rows

extension Journal {
    static let messageColumns = """
        folder, number, messageID, persistentID, digest, size, state, location, destination, run, stateRun, goneRun
        """

    private static func messages(_ rows: inout SQLStatement) throws -> [JournalMessage] {
        var messages: [JournalMessage] = []
        while try rows.step() {
            let id = try rows.id(2)
            messages.append(
                JournalMessage(
                    rowID: MessageRowID(folder: try rows.int64(0), number: try rows.int64(1)),
                    id: MessageID(rawValue: id), persistentID: try rows.optionalID(3, same: id),
                    digest: try rows.optionalBlob(4), size: try rows.integer(5), state: try rows.state(6),
                    location: try rows.text(7), destination: MessageID(rawValue: try rows.id(8)),
                    run: try rows.integer(9), stateRun: try rows.integer(10), goneRun: try rows.optionalInteger(11)))
        }
        return messages
    }

    static func message(_ rowID: MessageRowID, _ database: Database) throws -> JournalMessage? {
        var rows = try SQLStatement(
            database, "SELECT \(messageColumns) FROM message WHERE folder = ?1 AND number = ?2")
        try rows.bind(1, rowID.folder)
        try rows.bind(2, rowID.number)
        return try messages(&rows).first
    }
}
