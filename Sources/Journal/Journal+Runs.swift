import GRDB
import Glibc
public import MAPI
public import MailStore

extension Journal {
    /// Begins a run: the intention is durable when this returns, together with all that was recorded before.
    /// - Returns: the number of the run, greater than all before it.
    public func begin(_ intention: RunIntention) throws(StoreError) -> Int {
        try commit { database, _ in
            let source = try Self.sourceID(of: intention.source, database, orAdd: true)
            var insertion = try SQLStatement(
                database,
                """
                INSERT INTO run (source, store, destination, kind, sinceRun, process, started)
                    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                """)
            try insertion.bind(1, source)
            try insertion.bind(2, intention.store)
            try insertion.bind(3, text: intention.destination)
            try insertion.bind(4, text: intention.kind.rawValue)
            try insertion.bind(5, intention.since)
            try insertion.bind(6, Int(getpid()))
            try insertion.bind(7, intention.started.stored)
            try insertion.execute()
            return Int(database.lastInsertedRowID)
        }
    }

    /// Commits what was recorded since the last checkpoint. To be called when the store's own checkpoint is durable, and
    /// not before.
    /// - Parameters:
    ///   - generation: of the store, after that checkpoint.
    ///   - counts: of the run so far.
    public func checkpoint(
        run: Int, store: Int64, generation: String, counts: RunCounts, at time: FileTime
    ) throws(StoreError) {
        try commit { database, _ in
            var storeUpdate = try SQLStatement(database, "UPDATE store SET generation = ?2 WHERE id = ?1")
            try storeUpdate.bind(1, store)
            try storeUpdate.bind(2, text: generation)
            try storeUpdate.execute()
            var update = try SQLStatement(database, "UPDATE run SET store = ?2, checkpointed = ?3 WHERE id = ?1")
            try update.bind(1, run)
            try update.bind(2, store)
            try update.bind(3, time.stored)
            try update.execute()
            try Self.setCounts(counts, of: run, database)
        }
    }

    /// Ends a run, durably. What was recorded after the last checkpoint is not in the store for sure: it is forgotten.
    /// The sizes of the PSTs are counted too (``RunCounts/storedBytes``): how they grow is seen only then.
    public func finish(run: Int, _ result: RunResult) throws(StoreError) {
        try rollback()
        var counts = result.counts
        counts[RunCounts.storedBytes] = try storedBytes()
        try commit { database, _ in
            var update = try SQLStatement(
                database, "UPDATE run SET finished = ?2, status = ?3, failure = ?4 WHERE id = ?1")
            try update.bind(1, run)
            try update.bind(2, result.finished.stored)
            try update.bind(3, text: result.status.rawValue)
            try update.bind(4, text: result.failure)
            try update.execute()
            try Self.setCounts(counts, of: run, database)
        }
    }

    private static func setCounts(_ counts: RunCounts, of run: Int, _ database: Database) throws {
        var deletion = try SQLStatement(database, "DELETE FROM runCount WHERE run = ?1")
        try deletion.bind(1, run)
        try deletion.execute()
        var insertion = try SQLStatement(database, "INSERT INTO runCount (run, name, value) VALUES (?1, ?2, ?3)")
        for (name, value) in counts.values {
            try insertion.bind(1, run)
            try insertion.bind(2, text: name)
            try insertion.bind(3, value)
            try insertion.execute()
        }
    }

    /// The greatest number of a run, however it ended.
    /// - Parameter store: ``JournalStore/id``; nil for the runs of all stores.
    public func lastRun(of store: Int64? = nil) throws(StoreError) -> Int? {
        try read { database, _ in
            var row = try SQLStatement(
                database, "SELECT max(id) FROM run WHERE ?1 IS NULL OR store = ?1")
            try row.bind(1, store)
            return try row.step() ? try row.optionalInteger(0) : nil
        }
    }

    /// When a run last came to its end, with problems or without; nil where none has.
    public func lastSuccess() throws(StoreError) -> FileTime? {
        try read { database, _ in
            var row = try SQLStatement(
                database, "SELECT max(finished) FROM run WHERE status IN ('complete', 'problems') AND kind <> 'rebuild'"
            )
            return try row.step() ? try row.optionalInt64(0).map { FileTime(stored: $0) } : nil
        }
    }

    public func run(_ number: Int) throws(StoreError) -> JournalRun? {
        try runs("run.id = ?1", number).first
    }

    /// The last runs, the latest first.
    public func runs(last count: Int) throws(StoreError) -> [JournalRun] {
        try runs("1", count)
    }

    /// - Parameter number: a run for the condition, and a limit.
    private func runs(_ condition: String, _ number: Int) throws(StoreError) -> [JournalRun] {
        try read { database, _ in
            var rows = try SQLStatement(
                database,
                """
                SELECT run.id, description, store, destination, kind, sinceRun, process, started, checkpointed,
                    finished, status, failure
                    FROM run JOIN source ON source.id = run.source WHERE \(condition) ORDER BY run.id DESC LIMIT ?1
                """)
            try rows.bind(1, number)
            var runs: [JournalRun] = []
            while try rows.step() {
                runs.append(try Self.run(rows, counts: try Self.counts(of: try rows.integer(0), database)))
            }
            return runs
        }
    }

    private static func run(_ row: borrowing SQLStatement, counts: RunCounts) throws -> JournalRun {
        guard let kind = JournalRun.Kind(rawValue: try row.text(4)) else { throw SQLFailure.damaged("kind of a run") }
        var result: RunResult?
        if let finished = try row.optionalInt64(9) {
            guard let status = JournalRun.Status(rawValue: try row.text(10)) else {
                throw SQLFailure.damaged("status of a run")
            }
            result = RunResult(
                status: status, failure: try row.optionalText(11), counts: counts, finished: FileTime(stored: finished))
        }
        let intention = RunIntention(
            source: try row.text(1), destination: try row.text(3), store: try row.optionalInt64(2), kind: kind,
            since: try row.optionalInteger(5), started: FileTime(stored: try row.int64(7)))
        return JournalRun(
            number: try row.integer(0), intention: intention, process: try row.integer(6),
            checkpointed: try row.optionalInt64(8).map { FileTime(stored: $0) }, result: result, counts: counts)
    }

    private static func counts(of run: Int, _ database: Database) throws -> RunCounts {
        var rows = try SQLStatement(database, "SELECT name, value FROM runCount WHERE run = ?1")
        try rows.bind(1, run)
        var counts = RunCounts()
        while try rows.step() { counts[try rows.text(0)] = try rows.integer(1) }
        return counts
    }

    /// - Returns: nil where the journal knows no such source, and it is not to be added.
    static func sourceID(of description: String, _ database: Database, orAdd: Bool) throws -> Int64? {
        var row = try SQLStatement(database, "SELECT id FROM source WHERE description = ?1")
        try row.bind(1, text: description)
        if try row.step() { return try row.int64(0) }
        guard orAdd else { return nil }
        var insertion = try SQLStatement(database, "INSERT INTO source (description) VALUES (?1)")
        try insertion.bind(1, text: description)
        try insertion.execute()
        return database.lastInsertedRowID
    }
}
