import GRDB
import Glibc
public import MAPI
public import MailStore
import Synchronization

/// A saved state: a journal as it was after a run, in one file that can be taken elsewhere.
public struct JournalSnapshot: Hashable, Sendable {
    public let path: String
    /// ``Journal/lineage`` of the journal that it was saved from.
    public let lineage: String
    /// The last run that it knows.
    public let lastRun: Int
    public let savedAt: FileTime
    /// Which run of that number it was: two journals of one lineage may both have gone on.
    let lastRunTrace: String

    /// Reads and checks the whole file.
    /// - Throws: ``StoreError/Code/noInput`` where there is none, ``StoreError/Code/badData`` where it is damaged or no saved
    ///   state, ``StoreError/Code/configuration`` where a newer version saved it.
    public static func open(_ path: String) throws(StoreError) -> JournalSnapshot {
        guard access(path, F_OK) == 0 else { throw StoreError(.noInput, "\(path): no saved state there") }
        do {
            try JournalFile.checkSize(path)
            let queue = try DatabaseQueue(path: path, configuration: Journal.configuration(isReadOnly: true))
            return try queue.writeWithoutTransaction { database in
                guard try JournalFile.check(database, path: path) else { throw notSaved(path) }
                try JournalFile.checkWhole(database)
                var row = try SQLStatement(
                    database, "SELECT lineage, savedAt, (SELECT max(id) FROM run) FROM journal")
                guard try row.step(), let savedAt = try row.optionalInt64(1), let run = try row.optionalInteger(2)
                else { throw notSaved(path) }
                guard let trace = try Journal.trace(of: run, database) else { throw SQLFailure.damaged("no last run") }
                return JournalSnapshot(
                    path: path, lineage: try row.text(0), lastRun: run, savedAt: FileTime(stored: savedAt),
                    lastRunTrace: trace)
            }
        } catch {
            throw remedied(StoreError(error, journal: path), path)
        }
    }

    private static func notSaved(_ path: String) -> StoreError {
        StoreError(.badData, "\(path): not a state saved by --save-state")
    }

    /// What helps with a damaged journal does not help with a saved state.
    private static func remedied(_ error: StoreError, _ path: String) -> StoreError {
        guard error.code == .badData else { return error }
        let text = error.message.replacing("; \(SQLFailure.remedy)", with: "")
            .replacing("the journal is damaged", with: "the saved state is damaged")
        return StoreError(.badData, text)
    }
}

/// What a saved state is to a journal.
public enum SnapshotAdoption: Hashable, Sendable {
    /// The journal held nothing, and is the saved state now.
    case became(lastRun: Int)
    /// The journal holds that state among others: changes are those since this run.
    case since(run: Int)
}

extension Journal {
    /// Takes up a saved state.
    /// - Throws: ``StoreError/Code/configuration`` where the journal has a history of its own into which the state does
    ///   not fit: another lineage, newer, or gone on from the same point elsewhere. The message says what to do.
    public func adopt(_ snapshot: JournalSnapshot) throws(StoreError) -> SnapshotAdoption {
        let (isEmpty, trace) = try read { database, _ in
            var row = try SQLStatement(
                database, "SELECT NOT EXISTS (SELECT 1 FROM run) AND NOT EXISTS (SELECT 1 FROM store)")
            let isEmpty = try row.step() ? try row.integer(0) != 0 : false
            return (isEmpty, try Self.trace(of: snapshot.lastRun, database))
        }
        if isEmpty {
            try become(snapshot)
            return .became(lastRun: snapshot.lastRun)
        }
        guard snapshot.lineage == lineage else {
            throw refusal(
                snapshot, "belongs to another journal; give that one (--journal), or one that does not exist yet")
        }
        guard let trace else {
            throw refusal(
                snapshot,
                "is newer than the journal (run \(snapshot.lastRun)); move the journal away to go on from the saved state"
            )
        }
        guard trace == snapshot.lastRunTrace else {
            throw refusal(
                snapshot,
                "and the journal have both gone on since they parted; use one of them, and move the other away")
        }
        return .since(run: snapshot.lastRun)
    }

    private func refusal(_ snapshot: JournalSnapshot, _ reason: String) -> StoreError {
        StoreError(.configuration, "\(path): the saved state \(snapshot.path) \(reason)")
    }

    /// Copies the saved state over what there is, in one transaction.
    private func become(_ snapshot: JournalSnapshot) throws(StoreError) {
        try rollback()
        do {
            let source = try DatabaseQueue(
                path: snapshot.path, configuration: Self.configuration(isReadOnly: true))
            try source.backup(to: queue)
            try JournalSchema.migrator(lineage: snapshot.lineage, created: .now).migrate(queue)
            try JournalFile.clearSavedAt(queue)
            session.withLock { $0 = Session(lineage: snapshot.lineage) }
        } catch {
            throw StoreError(error, journal: path)
        }
    }

    /// What tells a run from another one of the same number; nil where there is none of that number.
    static func trace(of run: Int, _ database: Database) throws -> String? {
        var row = try SQLStatement(
            database,
            """
            SELECT started, process, kind, destination, description
                FROM run JOIN source ON source.id = run.source WHERE run.id = ?1
            """)
        try row.bind(1, run)
        guard try row.step() else { return nil }
        return "\(try row.int64(0)) \(try row.int64(1)) \(try row.text(2)) \(try row.text(3)) \(try row.text(4))"
    }
}
