import GRDB
import GRDBSQLite
import MailStore

/// What SQLite refused.
struct SQLFailure: Error, Hashable {
    /// An extended result code of SQLite.
    let code: Int32
    let message: String

    /// The file holds what the journal never writes.
    static func damaged(_ message: String) -> SQLFailure {
        SQLFailure(code: SQLITE_CORRUPT, message: message)
    }

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    init(_ error: DatabaseError) {
        code = error.extendedResultCode.rawValue
        message = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
    }

    /// As told to people: which file, what is wrong, what to do.
    func storeError(_ path: String) -> StoreError {
        switch code & 0xFF {
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_ERROR:
            StoreError(.badData, "\(path): the journal is damaged (\(message)); \(Self.remedy)")
        case SQLITE_BUSY, SQLITE_LOCKED:
            StoreError(.temporary, "\(path): in use by another process (\(message))")
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_AUTH:
            StoreError(.cannotCreate, "\(path): cannot open the journal (\(message))")
        case SQLITE_FULL:
            StoreError(.inputOutput, "\(path): no space left for the journal")
        default:
            StoreError(.inputOutput, "\(path): \(message)")
        }
    }

    static let remedy = "move it away, with its -wal and -shm: the next run rebuilds it from the PST"
}

extension StoreError {
    /// Any error that comes out of work on the database of `path`.
    init(_ error: any Error, journal path: String) {
        switch error {
        case let error as StoreError: self = error
        case let error as SQLFailure: self = error.storeError(path)
        case let error as DatabaseError: self = SQLFailure(error).storeError(path)
        // What SQLite reads and its wrapper cannot take: a column of another kind.
        default: self = SQLFailure.damaged("\(error)").storeError(path)
        }
    }
}
