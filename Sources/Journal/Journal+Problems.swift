import GRDB
public import MailStore

extension Journal {
    /// Records what was wrong with a message that was stored, or with something else. Of one run 10,000 are kept.
    public func record(_ problem: JournalProblem, run: Int) throws(StoreError) {
        try record { database, _ in
            var insertion = try SQLStatement(
                database,
                """
                INSERT INTO problem (run, number, path, messageID, text)
                    SELECT ?1, number, ?2, ?3, ?4 FROM
                        (SELECT coalesce(max(number), 0) + 1 AS number FROM problem WHERE run = ?1)
                        WHERE number <= ?5
                """)
            try insertion.bind(1, run)
            try insertion.bind(2, text: problem.path.map { StoredPath.encode($0) })
            try insertion.bind(3, text: problem.messageID?.rawValue)
            try insertion.bind(4, text: Self.bounded(problem.text))
            try insertion.bind(5, JournalLimits.problemsOfRun)
            try insertion.execute()
        }
    }

    /// The problems of a run, in the order in which they came.
    public func problems(of run: Int) throws(StoreError) -> [JournalProblem] {
        try read { database, _ in
            var rows = try SQLStatement(
                database, "SELECT path, messageID, text FROM problem WHERE run = ?1 ORDER BY number")
            try rows.bind(1, run)
            var problems: [JournalProblem] = []
            while try rows.step() {
                var path: FolderPath?
                if let text = try rows.optionalText(0) {
                    path = StoredPath.decode(text)
                    if path == nil { throw SQLFailure.damaged("path of a problem") }
                }
                problems.append(
                    JournalProblem(
                        path: path, messageID: try rows.optionalText(1).map { MessageID(rawValue: $0) },
                        text: try rows.text(2)))
            }
            return problems
        }
    }

    /// Records that a message could not be copied in `run`. It is forgotten when the message is recorded.
    public func recordFailure(
        of message: MessageID, in folder: Int64, text: String, run: Int
    ) throws(StoreError) {
        try record { database, session in
            var insertion = try SQLStatement(
                database,
                """
                INSERT INTO failure (folder, messageID, attempts, firstRun, lastRun, text)
                    VALUES (?1, ?2, 1, ?3, ?3, ?4)
                    ON CONFLICT (folder, messageID) DO UPDATE SET
                        attempts = attempts + (lastRun <> ?3), lastRun = ?3, text = ?4
                """)
            try insertion.bind(1, folder)
            try insertion.bind(2, id: message.rawValue)
            try insertion.bind(3, run)
            try insertion.bind(4, text: Self.bounded(text))
            try insertion.execute()
            session.hasFailures = true
        }
    }

    /// The message is gone, or not wanted any more.
    public func removeFailure(of message: MessageID, in folder: Int64) throws(StoreError) {
        try record { database, _ in try Self.deleteFailure(of: message, in: folder, database) }
    }

    static func deleteFailure(of message: MessageID, in folder: Int64, _ database: Database) throws {
        var deletion = try SQLStatement(database, "DELETE FROM failure WHERE folder = ?1 AND messageID = ?2")
        try deletion.bind(1, folder)
        try deletion.bind(2, id: message.rawValue)
        try deletion.execute()
    }

    /// The messages of a folder that could not be copied so far, and how many runs have tried.
    public func failures(_ folder: Int64) throws(StoreError) -> [MessageID: Int] {
        try read { database, _ in
            var rows = try SQLStatement(database, "SELECT messageID, attempts FROM failure WHERE folder = ?1")
            try rows.bind(1, folder)
            var attempts: [MessageID: Int] = [:]
            while try rows.step() { attempts[MessageID(rawValue: try rows.id(0))] = try rows.integer(1) }
            return attempts
        }
    }

    /// Open failures of all stores, the latest first.
    public func failures(limit: Int) throws(StoreError) -> [JournalFailure] {
        try read { database, _ in
            var rows = try SQLStatement(
                database,
                """
                SELECT folder, path, messageID, attempts, firstRun, lastRun, text
                    FROM failure JOIN folder ON folder.id = failure.folder
                    ORDER BY lastRun DESC, folder, messageID LIMIT ?1
                """)
            try rows.bind(1, limit)
            var failures: [JournalFailure] = []
            while try rows.step() {
                guard let path = StoredPath.decode(try rows.text(1)) else {
                    throw SQLFailure.damaged("path of a folder")
                }
                failures.append(
                    JournalFailure(
                        folder: try rows.int64(0), path: path, messageID: MessageID(rawValue: try rows.id(2)),
                        attempts: try rows.integer(3), firstRun: try rows.integer(4), lastRun: try rows.integer(5),
                        text: try rows.text(6)))
            }
            return failures
        }
    }

    /// The beginning of a text, by whole characters.
    private static func bounded(_ text: String) -> String {
        guard text.utf8.count > JournalLimits.problemText else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: JournalLimits.problemText)
        while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return text[..<end] + "…"
    }
}

extension Session {
    mutating func mayHaveFailures(_ database: Database) throws -> Bool {
        if let hasFailures { return hasFailures }
        var row = try SQLStatement(database, "SELECT EXISTS (SELECT 1 FROM failure)")
        let found = try row.step() ? try row.integer(0) != 0 : false
        hasFailures = found
        return found
    }
}
