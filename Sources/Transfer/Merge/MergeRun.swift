import MailStore
import Synchronization

/// One run of a ``Merger``. Belongs to one task.
final class MergeRun<Base: UpdatableMessageStore> {
    let base: Base
    private let reading: any MessageStore
    private let contentKey: @Sendable (StoredMessage) -> [UInt8]?
    let options: TransferOptions
    let account: RunAccount
    var index = MergeIndex()
    private var checkpoints: CheckpointSchedule
    /// Folders of the base by the path that people see; read where something from nowhere has to find its place.
    private var shown: [FolderPath: FolderInfo]?
    private var made: [FolderPath: FolderID] = [:]
    /// What is in such folders.
    private var contents: [FolderPath: Set<[UInt8]>] = [:]

    init(
        base: Base, reading: any MessageStore, contentKey: @escaping @Sendable (StoredMessage) -> [UInt8]?,
        options: TransferOptions, account: RunAccount
    ) {
        self.base = base
        self.reading = reading
        self.contentKey = contentKey
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
            }
        }
    }

    func merge(_ source: MergeSource) async throws(StoreError) {
        var folders: [(folder: InventoryFolder, messages: [InventoryMessage])] = []
        var known: Set<MessageID> = []
        /// What the source itself has, so that a message which is in two of its folders stays in both.
        var own = MergeIndex()
        for folder in try await source.inventory.inventory() {
            let messages = try await source.inventory.inventory(of: folder.id).filter { $0.origin != nil }
            own.add(folder.id, folder.origin)
            let key = MergeIndex.FolderKey(folder.origin)
            for message in messages {
                known.insert(message.id)
                guard let origin = message.origin else { continue }
                own.add(MergeIndex.Message(id: message.id, state: message.state, digest: nil), origin, to: key)
            }
            folders.append((folder, messages))
        }
        for (folder, messages) in folders {
            try checkCancellation()
            let work = MergeFolder(run: self, source: source, folder: folder, own: own)
            try await work.merge(messages)
        }
        try await mergeOthers(of: source, but: known)
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
    /// - Parameter saved: is told of each what became of it.
    func save(
        _ rows: [ContentsRow], of folder: FolderInfo, from store: any MessageStore, in target: FolderID,
        selects: @escaping @Sendable (StoredMessage) -> Bool = { _ in true },
        saved: (ContentsRow, SavedMessage, [UInt8]?) -> Void
    ) async throws(StoreError) {
        let pipeline = MessagePipeline(
            source: store, destination: base, folder: folder, jobs: options.jobs, limits: options.limits,
            selects: selects)
        try await pipeline.forEach(rows) { (row, outcome) async throws(StoreError) in
            if let (message, digest) = try await save(row, outcome, folder, in: target) { saved(row, message, digest) }
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

/// What the items of a folder say, told by several tasks.
private final class FoundKeys: Sendable {
    private let keys = Mutex<[MessageID: [UInt8]]>([:])

    subscript(message: MessageID) -> [UInt8]? {
        get { keys.withLock { $0[message] } }
        set { keys.withLock { $0[message] = newValue } }
    }
}

/// What nobody has copied from a source.
extension MergeRun {
    private func mergeOthers(of source: MergeSource, but known: Set<MessageID>) async throws(StoreError) {
        let hierarchy = try await source.store.hierarchy()
        for problem in hierarchy.problems { account.tell(problem) }
        for folder in hierarchy.folders {
            try checkCancellation()
            let table = try await source.store.contents(of: folder)
            for problem in table.problems { account.tell(problem) }
            let rows = table.rows.filter { !known.contains($0.id) }
            guard !rows.isEmpty else { continue }
            account.counts.listed += rows.count
            let before = account.counts
            let there = try await keys(at: folder.path)
            var now = there
            let found = FoundKeys()
            let contentKey = contentKey
            let target = try await shownFolder(folder)
            try await save(rows, of: folder, from: source.store, in: target) { message in
                guard let key = contentKey(message) else { return true }
                found[message.row.id] = key
                return !there.contains(key)
            } saved: { row, _, _ in
                // Only now is the like of it there.
                if let key = found[row.id] { now.insert(key) }
            }
            contents[folder.path] = now
            account.report(.folder(folder, account.counts.since(before)))
        }
    }

    /// What the base has at a path.
    private func keys(at path: FolderPath) async throws(StoreError) -> Set<[UInt8]> {
        if let known = contents[path] { return known }
        guard let folder = try await shownFolders()[path] else { return [] }
        var keys: Set<[UInt8]> = []
        for row in try await reading.contents(of: folder).rows {
            // One that cannot be read is like no other.
            guard let message = try? await reading.open(row, in: folder), let key = contentKey(message) else {
                continue
            }
            keys.insert(key)
        }
        return keys
    }

    private func shownFolders() async throws(StoreError) -> [FolderPath: FolderInfo] {
        if let shown { return shown }
        let folders = try await reading.hierarchy().folders
        let found = Dictionary(folders.map { ($0.path, $0) }) { first, _ in first }
        shown = found
        return found
    }

    /// A folder that was made in this run for a source's is shown at its path.
    func note(_ id: FolderID, at path: FolderPath) { made[path] = id }

    private func shownFolder(_ folder: FolderInfo) async throws(StoreError) -> FolderID {
        if let there = try await shownFolders()[folder.path] {
            let first = there.id.rawValue.split(separator: "\n").first
            return FolderID(rawValue: String(first ?? ""))
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
