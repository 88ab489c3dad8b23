import GRDB
public import MailStore

extension Journal {
    private static let storeColumns = "id, key, path, generation, kind, sinceRun, createdRun FROM store"

    /// All PSTs, in the order in which they came.
    public func stores() throws(StoreError) -> [JournalStore] {
        try read { database, _ in
            var rows = try SQLStatement(database, "SELECT \(Self.storeColumns) ORDER BY id")
            var stores: [JournalStore] = []
            while try rows.step() { stores.append(try Self.store(rows)) }
            return stores
        }
    }

    /// - Parameter key: ``MailStore/StoreIdentity/store``.
    public func store(key: String) throws(StoreError) -> JournalStore? {
        try read { database, _ in
            var rows = try SQLStatement(database, "SELECT \(Self.storeColumns) WHERE key = ?1")
            try rows.bind(1, text: key)
            return try rows.step() ? try Self.store(rows) : nil
        }
    }

    static func store(_ row: borrowing SQLStatement) throws -> JournalStore {
        guard let kind = JournalStore.Kind(rawValue: try row.text(4)) else {
            throw SQLFailure.damaged("kind of a store")
        }
        return JournalStore(
            id: try row.int64(0), key: try row.text(1), path: try row.text(2), generation: try row.text(3),
            kind: kind, sinceRun: try row.optionalInteger(5), createdRun: try row.integer(6))
    }

    /// Records a PST.
    /// - Parameter run: that made it, or took it up.
    /// - Throws: ``StoreError/Code/badData`` where the journal has one of that key.
    public func addStore(
        _ identity: StoreIdentity, path: String, kind: JournalStore.Kind, since: Int? = nil, run: Int
    ) throws(StoreError) -> JournalStore {
        try record { database, _ in
            var insertion = try SQLStatement(
                database,
                """
                INSERT INTO store (key, path, generation, kind, sinceRun, createdRun)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                """)
            try insertion.bind(1, text: identity.store)
            try insertion.bind(2, text: path)
            try insertion.bind(3, text: identity.generation)
            try insertion.bind(4, text: kind.rawValue)
            try insertion.bind(5, since)
            try insertion.bind(6, run)
            try insertion.execute()
            return JournalStore(
                id: database.lastInsertedRowID, key: identity.store, path: path, generation: identity.generation,
                kind: kind, sinceRun: since, createdRun: run)
        }
    }

    /// The PST lies somewhere else now.
    public func setPath(_ path: String, of store: Int64) throws(StoreError) {
        try record { database, _ in
            var update = try SQLStatement(database, "UPDATE store SET path = ?2 WHERE id = ?1")
            try update.bind(1, store)
            try update.bind(2, text: path)
            try update.execute()
        }
    }

    /// Forgets the folders and messages of a PST, and its generation: they are recorded anew from the PST itself.
    public func forget(_ store: Int64) throws(StoreError) {
        try record { database, session in
            var deletion = try SQLStatement(database, "DELETE FROM folder WHERE store = ?1")
            try deletion.bind(1, store)
            try deletion.execute()
            var update = try SQLStatement(database, "UPDATE store SET generation = '' WHERE id = ?1")
            try update.bind(1, store)
            try update.execute()
            // What is kept back for its folders finds no row at the checkpoint.
            session.next = nil
            session.hasFailures = nil
        }
    }

    /// Forgets a PST that does not exist any more, durably.
    public func removeStore(_ store: Int64) throws(StoreError) {
        try forget(store)
        try commit { database, _ in
            var deletion = try SQLStatement(database, "DELETE FROM store WHERE id = ?1")
            try deletion.bind(1, store)
            try deletion.execute()
        }
    }
}
