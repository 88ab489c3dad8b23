import GRDB
import MAPI

/// The tables, and how an older journal becomes a present one: forward only, each step once. `docs/journal.md` says what
/// the columns mean.
enum JournalSchema {
    /// "mbjr" in the file's header: a journal of ours, whatever its name.
    static let applicationID: Int64 = 0x6D62_6A72

    /// - Parameters:
    ///   - lineage: that of a new journal.
    ///   - created: when a new journal was made.
    static func migrator(lineage: String, created: FileTime) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 journal") { database in
            for statement in version1 { try database.execute(sql: statement) }
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            var insertion = try SQLStatement(database, "INSERT INTO journal (one, lineage, created) VALUES (1, ?1, ?2)")
            try insertion.bind(1, text: lineage)
            try insertion.bind(2, created.stored)
            try insertion.execute()
        }
        return migrator
    }

    private static let version1 = [
        """
        CREATE TABLE journal (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            lineage TEXT NOT NULL,
            created INTEGER NOT NULL,
            savedAt INTEGER
        ) STRICT
        """,
        """
        CREATE TABLE source (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            description TEXT NOT NULL UNIQUE
        ) STRICT
        """,
        """
        CREATE TABLE store (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            key TEXT NOT NULL UNIQUE,
            path TEXT NOT NULL,
            generation TEXT NOT NULL,
            kind TEXT NOT NULL,
            sinceRun INTEGER,
            createdRun INTEGER NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE run (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            source INTEGER NOT NULL REFERENCES source (id),
            store INTEGER REFERENCES store (id) ON DELETE SET NULL,
            destination TEXT NOT NULL,
            kind TEXT NOT NULL,
            sinceRun INTEGER,
            process INTEGER NOT NULL,
            started INTEGER NOT NULL,
            checkpointed INTEGER,
            finished INTEGER,
            status TEXT,
            failure TEXT
        ) STRICT
        """,
        """
        CREATE TABLE runCount (
            run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            name TEXT NOT NULL,
            value INTEGER NOT NULL,
            PRIMARY KEY (run, name)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE folder (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            store INTEGER NOT NULL REFERENCES store (id) ON DELETE CASCADE,
            source INTEGER NOT NULL REFERENCES source (id),
            folderID ANY NOT NULL,
            persistentID ANY,
            path TEXT NOT NULL,
            destination ANY,
            state TEXT,
            stateRun INTEGER NOT NULL,
            changedRun INTEGER NOT NULL,
            messageCount INTEGER NOT NULL DEFAULT 0,
            goneCount INTEGER NOT NULL DEFAULT 0,
            goneRun INTEGER
        ) STRICT
        """,
        "CREATE INDEX folderOfStore ON folder (store, source)",
        "CREATE INDEX folderOfSource ON folder (source, folderID)",
        """
        CREATE TABLE message (
            folder INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            messageID ANY NOT NULL,
            persistentID ANY,
            digest BLOB,
            size INTEGER NOT NULL,
            state TEXT NOT NULL,
            location TEXT NOT NULL,
            destination ANY NOT NULL,
            run INTEGER NOT NULL,
            stateRun INTEGER NOT NULL,
            goneRun INTEGER,
            PRIMARY KEY (folder, number)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE UNIQUE INDEX messageOfFolder ON message (folder, messageID)",
        """
        CREATE INDEX goneMessage ON message (CASE persistentID WHEN x'' THEN messageID ELSE persistentID END)
            WHERE goneRun IS NOT NULL AND persistentID IS NOT NULL
        """,
        """
        CREATE INDEX goneDigest ON message (substr(digest, 1, 6))
            WHERE goneRun IS NOT NULL AND digest IS NOT NULL
        """,
        """
        CREATE TABLE failure (
            folder INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
            messageID ANY NOT NULL,
            attempts INTEGER NOT NULL,
            firstRun INTEGER NOT NULL,
            lastRun INTEGER NOT NULL,
            text TEXT NOT NULL,
            PRIMARY KEY (folder, messageID)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE problem (
            run INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            path TEXT,
            messageID TEXT,
            text TEXT NOT NULL,
            PRIMARY KEY (run, number)
        ) STRICT, WITHOUT ROWID
        """,
    ]
}
