import GRDB
public import MailStore
import Synchronization

/// What was copied where, and what the sources said then: an SQLite file per user. It is an index that can be rebuilt; the
/// PST is the truth. `docs/journal.md` describes its tables.
///
/// One run at a time writes it. What a run records becomes durable, and visible to readers, all at once: with
/// ``checkpoint(run:store:generation:counts:at:)``, which comes after the checkpoint of the PST. After an error nothing
/// can be recorded before ``rollback()``.
///
/// Calls are synchronous and short, and may come from any task; those that record come from one.
/// Every call throws ``StoreError/Code/badData`` where the file is damaged, ``StoreError/Code/inputOutput`` where it cannot
/// be read or written, ``StoreError/Code/temporary`` where another process keeps it busy.
public final class Journal: Sendable {
    public let path: String
    let queue: DatabaseQueue
    let session: Mutex<Session>
    private let isReadOnly: Bool
    /// nil where the journal is only read, or in memory.
    private let lock: JournalLock?

    init(path: String, queue: DatabaseQueue, lineage: String, lock: JournalLock?, isReadOnly: Bool) {
        self.path = path
        self.queue = queue
        self.lock = lock
        self.isReadOnly = isReadOnly
        session = Mutex(Session(lineage: lineage))
    }

    deinit {
        // Before the lock goes.
        try? queue.close()
    }

    /// Made when the journal was created, 36 characters of a UUID; saved states and what becomes of them keep it. Run
    /// numbers mean something within one lineage only.
    public var lineage: String { session.withLock { $0.lineage } }
}

/// What was recorded and is not committed yet.
struct Session {
    var lineage: String
    /// A transaction is open.
    var isOpen = false
    /// Why nothing more can be recorded.
    var failure: StoreError?
    var changes: [Int64: FolderChange] = [:]
    /// Folder ids have changed: no two live folders of a store may end with the same.
    var hasNewPlaces = false
    /// The number that the next message of the folder used last gets.
    var next: (folder: Int64, number: Int64)?
    /// Whether any failure is recorded; nil where nobody has looked.
    var hasFailures: Bool?

    /// Counts of a folder are kept here until the checkpoint, so that a message costs one row.
    struct FolderChange {
        var messages = 0
        var gone = 0
        /// The last run that changed anything in it.
        var run = 0
    }

    mutating func change(_ folder: Int64, run: Int, messages: Int = 0, gone: Int = 0) {
        var change = changes[folder, default: FolderChange()]
        change.messages += messages
        change.gone += gone
        change.run = max(change.run, run)
        changes[folder] = change
    }

    mutating func forgetUncommitted() {
        self = Session(lineage: lineage)
    }
}

// MARK: Reading and recording

extension Journal {
    func read<Value: Sendable>(_ body: (Database, borrowing Session) throws -> Value) throws(StoreError) -> Value {
        do {
            return try session.withLock { session in
                try queue.writeWithoutTransaction { try body($0, session) }
            }
        } catch {
            throw StoreError(error, journal: path)
        }
    }

    /// Runs `body` within the transaction, which begins where there is none.
    func record<Value: Sendable>(_ body: (Database, inout Session) throws -> Value) throws(StoreError) -> Value {
        do {
            return try session.withLock { session in
                if let failure = session.failure { throw failure }
                guard !isReadOnly else {
                    throw StoreError(.configuration, "\(path): the journal is open for reading")
                }
                do {
                    return try queue.writeWithoutTransaction { database in
                        if !session.isOpen {
                            try database.beginTransaction(.immediate)
                            session.isOpen = true
                        }
                        return try body(database, &session)
                    }
                } catch {
                    let failure = StoreError(error, journal: path)
                    session.failure = failure
                    throw failure
                }
            }
        } catch {
            throw StoreError(error, journal: path)
        }
    }

    /// Records, and commits all that was recorded.
    func commit<Value: Sendable>(_ body: (Database, inout Session) throws -> Value) throws(StoreError) -> Value {
        try record { database, session in
            let value = try body(database, &session)
            try session.flush(database)
            try database.commit()
            session.isOpen = false
            return value
        }
    }

    /// Forgets what was recorded since the last checkpoint. Recording can go on afterwards, also after an error.
    public func rollback() throws(StoreError) {
        do {
            try session.withLock { session in
                try queue.writeWithoutTransaction { database in
                    // SQLite itself rolls back where the disk is full.
                    if database.isInsideTransaction { try database.rollback() }
                }
                session.forgetUncommitted()
            }
        } catch {
            throw StoreError(error, journal: path)
        }
    }
}

extension Session {
    /// Writes the counts that were kept back, and makes sure of what no index can.
    mutating func flush(_ database: Database) throws {
        if !changes.isEmpty {
            var update = try SQLStatement(
                database,
                """
                UPDATE folder SET messageCount = messageCount + ?2, goneCount = goneCount + ?3,
                    changedRun = max(changedRun, ?4) WHERE id = ?1
                """)
            for (folder, change) in changes {
                try update.bind(1, folder)
                try update.bind(2, change.messages)
                try update.bind(3, change.gone)
                try update.bind(4, change.run)
                try update.execute()
            }
            changes = [:]
        }
        if hasNewPlaces {
            // While folders change places two of them may have one id for a moment.
            var twins = try SQLStatement(
                database,
                """
                SELECT folderID FROM folder WHERE goneRun IS NULL GROUP BY store, source, folderID
                    HAVING count(*) > 1 LIMIT 1
                """)
            if try twins.step() {
                throw SQLFailure.damaged("two folders have the id \(try twins.id(0))")
            }
            hasNewPlaces = false
        }
    }
}
