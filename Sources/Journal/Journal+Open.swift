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
                guard try String.fetchOne(database, sql: "PRAGMA journal_mode = WAL") == "wal" else {
                    throw StoreError(.cannotCreate, "\(path): this file system cannot hold a journal (SQLite's WAL)")
                }
                // Each commit is durable when it returns.
                try database.execute(sql: "PRAGMA synchronous = FULL")
                return JournalFile.newLineage()
            }
            try JournalSchema.migrator(lineage: lineage, created: .current).migrate(queue)
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
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: true))
            try queue.writeWithoutTransaction { database in
                guard try JournalFile.check(database, path: path) else {
                    throw StoreError(.noInput, "\(path): the journal is empty")
                }
                let migrator = JournalSchema.migrator(lineage: "", created: .current)
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

/// A journal as a file.
enum JournalFile {
    /// Makes an empty file that only its owner can read, so that no moment is left in which others can.
    /// - Returns: false where the file was there; it is for its owner only afterwards.
    static func create(_ path: String) throws(StoreError) -> Bool {
        let created = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if created >= 0 {
            close(created)
            return true
        }
        guard errno == EEXIST else { throw FileFailure.error(errno, path, "cannot create the journal") }
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileFailure.error(errno, path, "cannot open the journal") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError(.cannotCreate, "\(path): not a file") }
        // Somebody else's file is theirs to protect.
        if status.st_mode & 0o077 != 0, status.st_uid == geteuid() { _ = chmod(path, 0o600) }
        return false
    }

    static func synchronizeDirectory(of path: String) throws(StoreError) {
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure.error(errno, directory, "cannot open") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFailure.error(errno, directory, "cannot write") }
    }

    /// Makes sure that a database is a journal that this version understands, and reads only.
    /// - Returns: false where it is empty.
    @discardableResult
    static func check(_ database: Database, path: String) throws -> Bool {
        var tables = try SQLStatement(database, "SELECT count(*) FROM sqlite_schema")
        guard try tables.step() else { throw SQLFailure.damaged("no schema") }
        if try tables.integer(0) == 0 { return false }
        var header = try SQLStatement(database, "PRAGMA application_id")
        guard try header.step(), try header.int64(0) == JournalSchema.applicationID else {
            throw StoreError(.badData, "\(path): not a journal; \(SQLFailure.remedy)")
        }
        let migrator = JournalSchema.migrator(lineage: "", created: .current)
        guard try !migrator.hasBeenSuperseded(database) else {
            throw StoreError(
                .configuration,
                "\(path): a newer version of mailbackup wrote this journal; use that version, or another journal")
        }
        return true
    }

    static func lineage(_ queue: DatabaseQueue, path: String) throws -> String {
        try queue.writeWithoutTransaction { database in
            var row = try SQLStatement(database, "SELECT lineage FROM journal")
            guard try row.step() else { throw SQLFailure.damaged("no lineage") }
            return try row.text(0)
        }
    }

    /// A random UUID — RFC 9562 5.4.
    static func newLineage() -> String {
        var bytes = (0..<16).map { _ in UInt8.random(in: 0...255) }
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array("0123456789abcdef")
        var text = ""
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text += "-" }
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0x0F)])
        }
        return text
    }
}
