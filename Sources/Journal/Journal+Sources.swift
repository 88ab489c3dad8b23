import GRDB
public import MailStore

// One PST may hold folders of several sources: a mailbox that moved, or another one that was added.

extension Journal {
    /// The last run that recorded anything of a source; nil where nothing of it is recorded.
    public func lastRun(ofSource source: String) throws(StoreError) -> Int? {
        try read { database, _ in
            guard let source = try Self.sourceID(of: source, database, orAdd: false) else { return nil }
            var recorded = try SQLStatement(database, "SELECT EXISTS (SELECT 1 FROM folder WHERE source = ?1)")
            try recorded.bind(1, source)
            guard try recorded.step(), try recorded.integer(0) != 0 else { return nil }
            var row = try SQLStatement(database, "SELECT max(id) FROM run WHERE source = ?1 AND finished IS NOT NULL")
            try row.bind(1, source)
            return try row.step() ? try row.optionalInteger(0) : nil
        }
    }

    /// All folders of a store, whatever their source.
    public func folders(of store: Int64) throws(StoreError) -> [JournalFolder] {
        var folders: [JournalFolder] = []
        for source in try sources(of: store) { folders += try self.folders(of: store, source: source) }
        return folders
    }

    /// Folders of a store that were copied from other sources of the same kind ("maildir:…"): the mailbox itself, perhaps,
    /// under the name it had on another machine.
    public func folders(of store: Int64, likeSource source: String) throws(StoreError) -> [JournalFolder] {
        let kind = source.prefix { $0 != ":" } + ":"
        var folders: [JournalFolder] = []
        for other in try sources(of: store) where other != source && other.hasPrefix(kind) {
            folders += try self.folders(of: store, source: other)
        }
        return folders
    }

    private func sources(of store: Int64) throws(StoreError) -> [String] {
        try read { database, _ in try Self.sources(of: store, database) }
    }

    /// The folder is one of another source than was thought.
    public func setSource(of folder: Int64, _ source: String) throws(StoreError) {
        try record { database, session in
            let source = try Self.sourceID(of: source, database, orAdd: true)
            var update = try SQLStatement(database, "UPDATE folder SET source = ?2 WHERE id = ?1")
            try update.bind(1, folder)
            try update.bind(2, source)
            try update.execute()
            session.hasNewPlaces = true
        }
    }
}
