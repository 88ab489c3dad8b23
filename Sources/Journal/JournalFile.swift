import GRDB
import Glibc
import MAPI
import MailStore

/// A journal as a file.
enum JournalFile {
    /// Makes an empty file that only its owner can read, so that no moment is left in which others can.
    /// - Returns: false where the file was there.
    static func create(_ path: String) throws(StoreError) -> Bool {
        let created = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if created >= 0 {
            close(created)
            return true
        }
        guard errno == EEXIST else { throw FileFailure.error(errno, path, "cannot create the journal") }
        try checkSize(path)
        return false
    }

    /// Nobody else shall read a journal; somebody else's file is theirs to protect.
    static func protect(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o077 != 0, status.st_uid == geteuid() else { return }
        chmod(path, 0o600)
    }

    /// Refuses what SQLite would not mind: it takes a file with less than its smallest page for an empty one, and would
    /// write over it; it does without the end of the last page.
    static func checkSize(_ path: String) throws(StoreError) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure.error(errno, path, "cannot open the journal") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileFailure.error(errno, path, "cannot open the journal") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StoreError(.cannotCreate, "\(path): not a file") }
        guard status.st_size > 0 else { return }
        guard status.st_size >= 512 else { throw notJournal(path) }
        var header = [UInt8](repeating: 0, count: 18)
        guard pread(descriptor, &header, header.count, 0) == header.count else {
            throw FileFailure.error(errno, path, "cannot read the journal")
        }
        // 1 stands for 65,536; what is no size is for SQLite to refuse.
        let size = off_t(header[16]) << 8 | off_t(header[17])
        let pageSize = size == 1 ? 65_536 : size
        var log = stat()
        // Pages that a log is about to bring may be half there.
        let hasLog = stat(path + "-wal", &log) == 0 && log.st_size > 0
        guard pageSize < 512 || hasLog || status.st_size % pageSize == 0 else {
            throw SQLFailure.damaged("cut off").storeError(path)
        }
    }

    private static func notJournal(_ path: String) -> StoreError {
        StoreError(.badData, "\(path): not a journal; \(SQLFailure.remedy)")
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
        if try isEmpty(database) { return false }
        var header = try SQLStatement(database, "PRAGMA application_id")
        guard try header.step(), try header.int64(0) == JournalSchema.applicationID else {
            throw notJournal(path)
        }
        let migrator = JournalSchema.migrator(lineage: "", created: .now)
        guard try !migrator.hasBeenSuperseded(database) else {
            throw StoreError(
                .configuration,
                "\(path): a newer version of mailbackup wrote this journal; use that version, or another journal")
        }
        return true
    }

    /// Also where a full disk came between the table of migrations and the first migration.
    private static func isEmpty(_ database: Database) throws -> Bool {
        var tables = try SQLStatement(
            database, "SELECT count(*), coalesce(sum(tbl_name <> 'grdb_migrations'), 0) FROM sqlite_schema")
        guard try tables.step() else { throw SQLFailure.damaged("no schema") }
        if try tables.integer(0) == 0 { return true }
        guard try tables.integer(1) == 0 else { return false }
        var migrations = try SQLStatement(database, "SELECT count(*) FROM grdb_migrations")
        guard try migrations.step() else { throw SQLFailure.damaged("no migrations") }
        return try migrations.integer(0) == 0
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
