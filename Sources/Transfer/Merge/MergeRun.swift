import MailStore

/// One run of a ``Merger``. Belongs to one task.
final class MergeRun<Base: UpdatableMessageStore> {
    let base: Base
    private let reading: any MessageStore
    let items: MergedItems
    let options: TransferOptions
    let account: RunAccount
    var index = MergeIndex()
    private var checkpoints: CheckpointSchedule
    /// Messages of the base that are copies of a source's; not kept where nothing is replaced.
    private var copied: Set<MessageID> = []
    /// Folders of the base by the path that people see; read where something from nowhere has to find its place.
    private var shown: [FolderPath: FolderInfo]?
    private var made: [FolderPath: FolderID] = [:]
    /// What is in such folders.
    var places: [FolderPath: MergePlace] = [:]

    init(base: Base, reading: any MessageStore, items: MergedItems, options: TransferOptions, account: RunAccount) {
        self.base = base
        self.reading = reading
        self.items = items
        self.options = options
        self.account = account
        checkpoints = CheckpointSchedule(limits: options.limits, now: options.now())
    }

    func readBase() async throws(StoreError) {
        for folder in try await base.inventory() {
            index.add(folder.id, folder.origin)
            let key = MergeIndex.FolderKey(folder.origin)
            for message in try await base.inventory(of: folder.id) {
                guard let origin = message.origin else { continue }
                let entry = MergeIndex.Message(id: message.id, state: message.state, digest: message.digest)
                index.add(entry, origin, to: key)
                if items.version != nil { copied.insert(message.id) }
            }
        }
    }

    /// What a source holds.
    struct Survey {
        let source: MergeSource
        fileprivate(set) var folders: [(folder: InventoryFolder, messages: [InventoryMessage])] = []
        /// The same by its origin, so that a message which is in two folders of the source stays in both.
        fileprivate(set) var own = MergeIndex()
        /// What nobody has copied from anywhere.
        fileprivate(set) var others: [(folder: FolderInfo, rows: [ContentsRow])] = []
    }

    /// Reads what a source holds, and what the base has at the places where that may go. Nothing may be written yet:
    /// `reading` is good for the base as it is.
    func survey(_ source: MergeSource) async throws(StoreError) -> Survey {
        var survey = Survey(source: source)
        var known: Set<MessageID> = []
        for folder in try await source.inventory.inventory() {
            let messages = try await source.inventory.inventory(of: folder.id).filter { $0.origin != nil }
            survey.own.add(folder.id, folder.origin)
            let key = MergeIndex.FolderKey(folder.origin)
            for message in messages {
                known.insert(message.id)
                guard let origin = message.origin else { continue }
                let entry = MergeIndex.Message(id: message.id, state: message.state, digest: nil)
                survey.own.add(entry, origin, to: key)
            }
            survey.folders.append((folder, messages))
        }
        let hierarchy = try await source.store.hierarchy()
        for problem in hierarchy.problems { account.tell(problem) }
        for folder in hierarchy.folders {
            try checkCancellation()
            let table = try await source.store.contents(of: folder)
            for problem in table.problems { account.tell(problem) }
            let rows = table.rows.filter { !known.contains($0.id) }
            guard !rows.isEmpty else { continue }
            survey.others.append((folder, rows))
            if places[folder.path] == nil { places[folder.path] = try await place(at: folder.path) }
        }
        return survey
    }

    func merge(_ survey: Survey) async throws(StoreError) {
        for (folder, messages) in survey.folders {
            try checkCancellation()
            let work = MergeFolder(run: self, source: survey.source, folder: folder, own: survey.own)
            try await work.merge(messages)
        }
        for (folder, rows) in survey.others {
            try checkCancellation()
            try await MergeItems(run: self, store: survey.source.store, folder: folder).merge(rows)
        }
        try await base.checkpoint()
    }

    func checkCancellation() throws(StoreError) {
        if Task.isCancelled { throw StoreError.interrupted }
    }

    func checkpointIfDue(afterBytes bytes: Int = 0) async throws(StoreError) {
        checkpoints.add(bytes: bytes)
        guard checkpoints.isDue(at: options.now()) else { return }
        try await base.checkpoint()
        checkpoints.restart(at: options.now())
        account.report(.checkpoint(account.counts))
    }

    /// Saves messages of a folder, in their order.
    /// - Parameter saved: is told of each what became of it, before there can be a checkpoint.
    func save(
        _ rows: [ContentsRow], of folder: FolderInfo, from store: any MessageStore, in target: FolderID,
        selects: @escaping @Sendable (StoredMessage) -> Bool = { _ in true },
        saved: (ContentsRow, SavedMessage, [UInt8]?) async throws(StoreError) -> Void
    ) async throws(StoreError) {
        let pipeline = MessagePipeline(
            source: store, destination: base, folder: folder, jobs: options.jobs, limits: options.limits,
            selects: selects)
        try await pipeline.forEach(rows) { (row, outcome) async throws(StoreError) in
            if let (message, digest) = try await save(row, outcome, folder, in: target) {
                try await saved(row, message, digest)
            }
            try await checkpointIfDue(afterBytes: row.size)
        } afterBatch: { () async throws(StoreError) in
            account.reportProgress(in: folder)
        }
    }

    private func save(
        _ row: ContentsRow, _ outcome: MessagePipeline<Base>.Outcome, _ folder: FolderInfo, in target: FolderID
    ) async throws(StoreError) -> (SavedMessage, [UInt8]?)? {
        switch outcome {
        case .notSelected:
            account.counts.alreadyThere += 1
            return nil
        case .failed(let error):
            account.tell(error.located(row, folder), aboutMessage: true)
            return nil
        case .prepared(let message, let problems):
            let (notices, isComposed, digest) = (message.notices, message.isComposed, message.digest)
            do {
                let saved = try await base.save(message, in: target)
                account.count(row, wasThere: saved.wasThere, isComposed: isComposed)
                account.tell(problems: problems + saved.problems, notices: notices, of: row, in: folder)
                return (saved, digest)
            } catch {
                guard error.code == .badData else { throw error.located(row, folder) }
                account.tell(error.located(row, folder), aboutMessage: true)
                return nil
            }
        }
    }
}

/// The base as people see it.
extension MergeRun {
    private func place(at path: FolderPath) async throws(StoreError) -> MergePlace {
        var place = MergePlace()
        guard let folder = try await shownFolders()[path] else { return place }
        for id in Self.folders(of: folder) {
            let part = FolderInfo(id: id, path: folder.path, role: folder.role)
            for row in try await reading.contents(of: part).rows {
                // One that cannot be read is like no other.
                guard let message = try? await reading.open(row, in: part) else { continue }
                let key = items.key(message)
                if let key { place.add(key) }
                guard !copied.contains(row.id), let version = items.version?(message) else { continue }
                place.versions.add(ItemVersions.Entry(id: row.id, folder: id, version: version, key: key))
            }
        }
        return place
    }

    private func shownFolders() async throws(StoreError) -> [FolderPath: FolderInfo] {
        if let shown { return shown }
        let folders = try await reading.hierarchy().folders
        let found = Dictionary(folders.map { ($0.path, $0) }) { first, _ in first }
        shown = found
        return found
    }

    /// The folders of the base's files that are shown as one.
    private static func folders(of folder: FolderInfo) -> [FolderID] {
        folder.id.rawValue.split(separator: "\n").map { FolderID(rawValue: String($0)) }
    }

    /// A folder that was made in this run for a source's is shown at its path.
    func note(_ id: FolderID, at path: FolderPath) { made[path] = id }

    /// The folder that is shown at a path, made where there is none.
    func shownFolder(_ folder: FolderInfo) async throws(StoreError) -> FolderID {
        if let there = try await shownFolders()[folder.path] {
            return Self.folders(of: there).first ?? FolderID(rawValue: "")
        }
        if let known = made[folder.path] { return known }
        var parent: FolderID?
        if folder.path.names.count > 1 {
            let above = FolderInfo(id: FolderID(rawValue: ""), path: folder.path.parent, role: nil)
            parent = try await shownFolder(above)
        }
        let id = try await base.createFolder(
            NewFolder(parent: parent, name: folder.path.names.last ?? "", role: folder.role))
        made[folder.path] = id
        return id
    }
}
