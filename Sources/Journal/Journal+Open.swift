import GRDB
import Glibc
import MAPI
public import MailStore

extension Journal {
    /// Opens a journal for a run, or makes a new one (mode 0600).
    /// - Throws: ``StoreError/Code/temporary`` where another run has it, ``StoreError/Code/configuration`` where a newer
    ///   version wrote it, ``StoreError/Code/badData`` where it is damaged or no journal,
    ///   ``StoreError/Code/cannotCreate`` where it cannot be made. Nothing is changed then.
    public static func open(at path: String) throws(StoreError) -> Journal {
        let lock = try JournalLock(journal: path)
        let isNew = try JournalFile.create(path)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: false))
            let lineage = try queue.writeWithoutTransaction { database in
                try JournalFile.check(database, path: path)
                JournalFile.protect(path)
                guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                    throw StoreError(.cannotCreate, "\(path): this file system cannot hold a journal (SQLite's WAL)")
                }
                // Each commit is durable when it returns.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                return JournalFile.newLineage()
            }
            try JournalSchema.migrator(lineage: lineage, created: .now).migrate(queue)
            try JournalFile.clearSavedAt(queue)
            if isNew { try JournalFile.synchronizeDirectory(of: path) }
            return Journal(
                path: path, queue: queue, lineage: try JournalFile.lineage(queue, path: path), lock: lock,
                isReadOnly: false)
        } catch {
            throw StoreError(error, journal: path)
        }
    }

    /// Opens a journal for reading, while a run writes it too. It is seen as of the last checkpoint.
    /// - Throws: ``StoreError/Code/noInput`` where there is none; else as ``open(at:)``.
    public static func openForReading(at path: String) throws(StoreError) -> Journal {
        guard access(path, F_OK) == 0 else { throw StoreError(.noInput, "\(path): no journal there") }
        try JournalFile.checkSize(path)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: true))
            try queue.writeWithoutTransaction { database in
                guard try JournalFile.check(database, path: path) else {
                    throw StoreError(.noInput, "\(path): the journal is empty")
                }
                let migrator = JournalSchema.migrator(lineage: "", created: .now)
                guard try migrator.hasCompletedMigrations(database) else {
                    throw StoreError(
                        .configuration,
                        "\(path): an older version wrote this journal; the next run brings it up to date")
                }
            }
            return Journal(
                path: path, queue: queue, lineage: try JournalFile.lineage(queue, path: path), lock: nil,
                isReadOnly: true)
        } catch {
            throw StoreError(error, journal: path)
        }
    }

    static func configuration(isReadOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(Double(JournalLimits.busyTimeout) / 1_000)
        // A transaction lasts from one checkpoint to the next.
        configuration.allowsUnsafeTransactions = true
        configuration.label = "journal"
        configuration.prepareDatabase { database in
            // The file may come from elsewhere.
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            try database.execute(sql: "PRAGMA cell_size_check = ON")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
            try database.execute(sql: "PRAGMA cache_size = -\(JournalLimits.pageCache)")
        }
        return configuration
    }
}
