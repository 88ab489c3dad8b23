import GRDB
import GRDBSQLite

/// A statement of SQL that binds and reads values as they are: texts with zeros in them too, and nothing is converted on
/// the way. Reset when it goes out of scope; the prepared form is kept by the connection.
struct SQLStatement: ~Copyable {
    private let statement: Statement
    private let handle: OpaquePointer

    init(_ database: Database, _ sql: String) throws(SQLFailure) {
        do {
            statement = try database.cachedStatement(sql: sql)
        } catch {
            throw Self.failure(error)
        }
        handle = statement.sqliteStatement
    }

    deinit {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private static func failure(_ error: any Error) -> SQLFailure {
        if let error = error as? DatabaseError { return SQLFailure(error) }
        return SQLFailure(code: SQLITE_ERROR, message: "\(error)")
    }

    private func check(_ code: Int32) throws(SQLFailure) {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: Int32) -> SQLFailure {
        let connection = sqlite3_db_handle(handle)
        let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "SQLite error \(code)"
        return SQLFailure(code: code, message: message)
    }
}

// MARK: Binding, by the number of the parameter (1, 2, …)

extension SQLStatement {
    /// SQLITE_TRANSIENT: the value is copied.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    func bind(_ index: Int32, _ value: Int64?) throws(SQLFailure) {
        try check(value.map { sqlite3_bind_int64(handle, index, $0) } ?? sqlite3_bind_null(handle, index))
    }

    func bind(_ index: Int32, _ value: Int?) throws(SQLFailure) {
        try bind(index, value.map { Int64($0) })
    }

    func bind(_ index: Int32, text: String?) throws(SQLFailure) {
        guard var text else { return try check(sqlite3_bind_null(handle, index)) }
        try check(
            text.withUTF8 { bytes in
                // An empty text may have no address, which would bind NULL.
                guard let base = bytes.baseAddress else { return sqlite3_bind_text(handle, index, "", 0, nil) }
                return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text64(
                        handle, index, $0, UInt64(bytes.count), Self.copied, UInt8(truncatingIfNeeded: SQLITE_UTF8))
                }
            })
    }

    func bind(_ index: Int32, blob: [UInt8]?) throws(SQLFailure) {
        guard let blob else { return try check(sqlite3_bind_null(handle, index)) }
        guard !blob.isEmpty else { return try check(sqlite3_bind_zeroblob(handle, index, 0)) }
        try check(
            blob.withUnsafeBytes { sqlite3_bind_blob64(handle, index, $0.baseAddress, UInt64($0.count), Self.copied) })
    }

    /// An id: decimal numbers become integers, which are smaller; everything else stays text. Equal ids are equal values.
    func bind(_ index: Int32, id: String) throws(SQLFailure) {
        if let number = StoredID.number(id) {
            try bind(index, number)
        } else {
            try bind(index, text: id)
        }
    }

    /// An id that may be missing, or the same as another, which costs nothing then.
    func bind(_ index: Int32, persistentID: String?, of id: String) throws(SQLFailure) {
        guard let persistentID else { return try bind(index, text: nil) }
        // Byte by byte: equal strings may be spelled differently.
        if StoredID.areSame(persistentID, id) {
            try bind(index, blob: StoredID.same)
        } else {
            try bind(index, id: persistentID)
        }
    }
}

// MARK: Executing

extension SQLStatement {
    /// The next row.
    /// - Returns: false where there is none.
    mutating func step() throws(SQLFailure) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    /// Executes a statement that gives no rows, and readies it for other values.
    mutating func execute() throws(SQLFailure) {
        while try step() {}
        try check(sqlite3_reset(handle))
    }
}

// MARK: Reading, by the number of the column (0, 1, …)

extension SQLStatement {
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func int64(_ column: Int32) throws(SQLFailure) -> Int64 {
        guard sqlite3_column_type(handle, column) == SQLITE_INTEGER else { throw unexpected(column) }
        return sqlite3_column_int64(handle, column)
    }

    func integer(_ column: Int32) throws(SQLFailure) -> Int { Int(try int64(column)) }

    func optionalInt64(_ column: Int32) throws(SQLFailure) -> Int64? { isNull(column) ? nil : try int64(column) }

    func optionalInteger(_ column: Int32) throws(SQLFailure) -> Int? { isNull(column) ? nil : try integer(column) }

    func text(_ column: Int32) throws(SQLFailure) -> String {
        guard sqlite3_column_type(handle, column) == SQLITE_TEXT, let bytes = bytes(column) else {
            throw unexpected(column)
        }
        // Nearly every text is ASCII, for which the check is not needed.
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw unexpected(column) }
        return text
    }

    func optionalText(_ column: Int32) throws(SQLFailure) -> String? { isNull(column) ? nil : try text(column) }

    func optionalBlob(_ column: Int32) throws(SQLFailure) -> [UInt8]? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: return nil
        case SQLITE_BLOB:
            let count = Int(sqlite3_column_bytes(handle, column))
            return [UInt8](UnsafeRawBufferPointer(start: sqlite3_column_blob(handle, column), count: count))
        default: throw unexpected(column)
        }
    }

    /// As bound by `bind(_:id:)`.
    func id(_ column: Int32) throws(SQLFailure) -> String {
        if sqlite3_column_type(handle, column) == SQLITE_INTEGER {
            return String(sqlite3_column_int64(handle, column))
        }
        return try text(column)
    }

    /// An id that may be missing, or the same as another.
    func optionalID(_ column: Int32, same other: String) throws(SQLFailure) -> String? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: return nil
        case SQLITE_BLOB: return other
        default: return try id(column)
        }
    }

    /// The bytes of a text, valid until the next step.
    func bytes(_ column: Int32) -> UnsafeBufferPointer<UInt8>? {
        // sqlite3_column_text gives nil where memory ran out.
        guard let text = sqlite3_column_text(handle, column) else { return nil }
        return UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(handle, column)))
    }

    private func unexpected(_ column: Int32) -> SQLFailure {
        let name = sqlite3_column_name(handle, column).map { String(cString: $0) } ?? "column \(column)"
        return .damaged("unexpected value of \(name)")
    }
}
