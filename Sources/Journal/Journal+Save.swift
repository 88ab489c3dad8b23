import GRDB
import Glibc
public import MAPI
public import MailStore
import Synchronization

extension Journal {
    /// Saves the journal as of the last checkpoint to a file of its own (mode 0600), which is whole and durable when it gets
    /// its name.
    /// - Throws: ``StoreError/Code/cannotCreate`` where the file exists and is no saved state: it is not touched.
    public func save(to target: String, at time: FileTime) throws(StoreError) {
        guard !session.withLock({ $0.isOpen }) else {
            throw StoreError(.configuration, "\(path): a state is saved after a checkpoint only")
        }
        try Self.checkReplaceable(target)
        let partial = "\(target).\(getpid()).partial"
        do {
            // SQLite writes into an empty file; this one is for its owner only from the start.
            guard try JournalFile.create(partial) else {
                throw StoreError(.cannotCreate, "\(partial): exists")
            }
            do {
                try queue.writeWithoutTransaction { database in
                    try database.execute(sql: "VACUUM INTO ?", arguments: [partial])
                }
                try Self.markSaved(partial, at: time)
                try Self.publish(partial, as: target)
            } catch {
                unlink(partial)
                throw error
            }
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(error, journal: target)
        }
    }

    private static func checkReplaceable(_ target: String) throws(StoreError) {
        do throws(StoreError) {
            _ = try JournalSnapshot.open(target)
        } catch {
            if error.code == .noInput { return }
            throw StoreError(.cannotCreate, "\(target): exists, and is no saved state that could be replaced")
        }
    }

    /// The copy says what it is, and consists of one file.
    private static func markSaved(_ file: String, at time: FileTime) throws {
        let copy = try DatabaseQueue(path: file, configuration: configuration(isReadOnly: false))
        try copy.writeWithoutTransaction { database in
            _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
            try database.execute(sql: "PRAGMA synchronous = FULL")
            var update = try SQLStatement(database, "UPDATE journal SET savedAt = ?1")
            try update.bind(1, time.stored)
            try update.execute()
        }
        try copy.close()
    }

    private static func publish(_ partial: String, as target: String) throws(StoreError) {
        let descriptor = Glibc.open(partial, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure.error(errno, partial, "cannot open") }
        let isDurable = fsync(descriptor) == 0
        let reason = errno
        close(descriptor)
        guard isDurable else { throw FileFailure.error(reason, partial, "cannot write") }
        // A link fails where there is a file by now; only a saved state is replaced.
        if link(partial, target) == 0 {
            unlink(partial)
        } else {
            try checkReplaceable(target)
            guard rename(partial, target) == 0 else { throw FileFailure.error(errno, target, "cannot create") }
        }
        try JournalFile.synchronizeDirectory(of: target)
    }
}
