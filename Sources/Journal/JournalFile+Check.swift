import GRDB
import MAPI

extension JournalFile {
    /// Reads a whole database and compares what is in it.
    static func checkWhole(_ database: Database) throws {
        try checkSchema(database)
        try expect("ok", database, "PRAGMA integrity_check(1)")
        try expect(nil, database, "SELECT 'a reference to nothing in ' || \"table\" FROM pragma_foreign_key_check")
        try expect(
            nil, database,
            """
            SELECT 'counts of folder ' || id FROM folder WHERE messageCount <>
                (SELECT count(*) FROM message WHERE folder = folder.id AND goneRun IS NULL) OR goneCount <>
                (SELECT count(*) FROM message WHERE folder = folder.id AND goneRun IS NOT NULL)
            """)
    }

    /// Tables, indexes and nothing else, just as this program makes them: a file from elsewhere brings no triggers or views.
    private static func checkSchema(_ database: Database) throws {
        let migrator = JournalSchema.migrator(lineage: "", created: .now)
        guard let version = try migrator.appliedMigrations(database).last else {
            throw SQLFailure.damaged("unknown version")
        }
        let fresh = try DatabaseQueue()
        try migrator.migrate(fresh, upTo: version)
        let expected = try fresh.writeWithoutTransaction { try schema($0) }
        guard try schema(database) == expected else { throw SQLFailure.damaged("unexpected tables") }
    }

    private static func schema(_ database: Database) throws -> [String] {
        var rows = try SQLStatement(
            database,
            """
            SELECT type || ' ' || name || ' ' || CASE name WHEN 'grdb_migrations' THEN '' ELSE coalesce(sql, '') END
                FROM sqlite_schema ORDER BY 1
            """)
        var schema: [String] = []
        while try rows.step() { schema.append(try rows.text(0)) }
        return schema
    }

    private static func expect(_ expected: String?, _ database: Database, _ sql: String) throws {
        var row = try SQLStatement(database, sql)
        let found = try row.step() ? try row.optionalText(0) : nil
        guard found == expected else { throw SQLFailure.damaged(found ?? "check without a result") }
    }

    /// A journal is no saved state, even if it was made of one.
    static func clearSavedAt(_ queue: DatabaseQueue) throws {
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "UPDATE journal SET savedAt = NULL WHERE savedAt IS NOT NULL")
        }
    }
}
