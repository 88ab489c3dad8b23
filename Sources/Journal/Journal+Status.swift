import GRDB
import Glibc
import MAPI
public import MailStore
import Synchronization

extension Journal {
    /// All that a person wants to know.
    public func status() throws(StoreError) -> JournalStatus {
        var stores: [StoreStatus] = []
        for store in try self.stores() { stores.append(try status(of: store)) }
        let failures = try failures(limit: JournalLimits.statusFailures)
        let runs = try runs(last: JournalLimits.statusRuns)
        let (created, failureCount) = try read { database, _ in
            var row = try SQLStatement(database, "SELECT created, (SELECT count(*) FROM failure) FROM journal")
            guard try row.step() else { throw SQLFailure.damaged("no lineage") }
            return (FileTime(stored: try row.int64(0)), try row.integer(1))
        }
        return JournalStatus(
            path: path, lineage: lineage, created: created, fileSize: Self.file(path)?.size ?? 0,
            holder: JournalLock.holder(journal: path), stores: stores, runs: runs, failures: failures,
            failureCount: failureCount)
    }

    private func status(of store: JournalStore) throws(StoreError) -> StoreStatus {
        var status = try read { database, _ in
            var row = try SQLStatement(
                database,
                """
                SELECT count(*) FILTER (WHERE goneRun IS NULL), coalesce(sum(messageCount), 0),
                    coalesce(sum(goneCount), 0) FROM folder WHERE store = ?1
                """)
            try row.bind(1, store.id)
            guard try row.step() else { throw SQLFailure.damaged("no counts") }
            return StoreStatus(
                store: store, sources: try Self.sources(of: store.id, database), folders: try row.integer(0),
                messages: try row.integer(1), gone: try row.integer(2),
                messageBytes: try Self.messageBytes(of: store.id, database))
        }
        if let last = try lastRun(of: store.id) { status.lastRun = try run(last) }
        let files = store.files.compactMap { Self.file($0) }
        if !files.isEmpty {
            status.fileSize = files.reduce(0) { $0 &+ $1.size }
            status.modified = files.map(\.modified).max()
        }
        return status
    }

    static func sources(of store: Int64, _ database: Database) throws -> [String] {
        var rows = try SQLStatement(
            database,
            """
            SELECT description FROM source WHERE id IN (SELECT source FROM folder WHERE store = ?1) ORDER BY id
            """)
        try rows.bind(1, store)
        var sources: [String] = []
        while try rows.step() { sources.append(try rows.text(0)) }
        return sources
    }

    private static func messageBytes(of store: Int64, _ database: Database) throws -> Int {
        // total() cannot overflow; whole numbers up to 2^53 are exact.
        var row = try SQLStatement(
            database,
            """
            SELECT CAST(total(size) AS INTEGER) FROM folder JOIN message ON message.folder = folder.id
                WHERE store = ?1 AND message.goneRun IS NULL
            """)
        try row.bind(1, store)
        return try row.step() ? try row.integer(0) : 0
    }

    /// Bytes of all PSTs of this journal, as they lie there now. Where one took another's place, both have one path.
    func storedBytes() throws(StoreError) -> Int {
        Set(try stores().flatMap(\.files)).reduce(0) { $0 &+ (Self.file($1)?.size ?? 0) }
    }

    private static func file(_ path: String) -> (size: Int, modified: FileTime)? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let time = status.st_mtim
        return (
            Int(status.st_size), FileTime(unixSeconds: Int64(time.tv_sec), nanoseconds: Int64(time.tv_nsec))
        )
    }

    /// Reads the whole journal and compares what is in it: structure, indexes, references, counts. Costs time in
    /// proportion to its size.
    /// - Throws: ``StoreError/Code/badData`` for the first thing that is wrong.
    public func check() throws(StoreError) {
        guard session.withLock({ $0.isOpen }) else {
            return try read { database, _ in try JournalFile.checkWhole(database) }
        }
        try record { database, session in
            // Counts are kept back until then.
            try session.flush(database)
            try JournalFile.checkWhole(database)
        }
    }
}
