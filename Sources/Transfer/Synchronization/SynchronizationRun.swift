import Journal
import MailStore

/// One run of a ``Synchronizer``. Belongs to one task.
///
/// First every folder that is known and may have changed is asked for its changes, so that a message missing in one folder
/// and new in another is recognised as moved. Then the changes are applied, folder by folder in the order of the source. At
/// last, what is nowhere any more is kept or deleted.
final class SynchronizationRun<Destination: UpdatableMessageStore> {
    let source: any SynchronizingStore
    let destination: Destination
    let record: RunRecord
    let plan: SynchronizationPlan
    let selection: Selection
    let options: TransferOptions
    let account: RunAccount
    /// Message-IDs asked for and found.
    let found = FoundMessageIDs()
    var candidates = MoveCandidates()
    private var checkpoints: CheckpointSchedule
    /// What known folders told, until it is applied.
    private var surveys: [FolderID: ContentsChanges] = [:]
    private var unchanged: Set<FolderID> = []
    /// Known folders that could not tell their changes. They are left as they are: to ask such a folder for everything
    /// would copy all of it a second time.
    private var unreadable: [FolderID: StoreError] = [:]
    /// Folders, by their rows, that told for certain what is gone.
    private var certain: Set<Int64> = []
    /// States that count once everything gone has been dealt with.
    private var pendingStates: [(folder: Int64, state: SynchronizationState)] = []
    /// As of the last checkpoint.
    private var durableCounts = TransferCounts()
    /// Whether the journal has messages that are gone at the source and kept.
    private(set) var hasKept = false

    init(
        source: any SynchronizingStore, destination: Destination, record: RunRecord, plan: SynchronizationPlan,
        selection: Selection, options: TransferOptions, account: RunAccount
    ) {
        self.source = source
        self.destination = destination
        self.record = record
        self.plan = plan
        self.selection = selection
        self.options = options
        self.account = account
        checkpoints = CheckpointSchedule(limits: options.limits, now: options.now())
    }

    var journal: Journal { record.journal }

    func synchronize() async throws(StoreError) {
        let hierarchy = try await source.hierarchyWithStates()
        let all = hierarchy.table.folders
        let selected = try account.choose(
            from: hierarchy.table, selection.folders, source: source.description,
            destination: destination.description)
        let folders = DestinationFolders(destination: destination, record: record, folders: all)
        let gone = try await survey(selected, of: hierarchy, into: folders)
        if options.findsTotals { account.totals = await findTotals(selected) }
        for folder in selected {
            try checkCancellation()
            try await apply(folder, folders)
            try await checkpointIfDue()
        }
        try await dealWithGoneMessages(gone, folders)
        account.tellMissing(selection.messages, found)
    }

    func checkCancellation() throws(StoreError) {
        if Task.isCancelled { throw StoreError.interrupted }
    }
}

/// Surveying.
extension SynchronizationRun {
    /// Matches the folders of the source with those known, and asks the latter for their changes.
    /// - Returns: known folders that are no folder of the source any more.
    private func survey(
        _ selected: [FolderInfo], of hierarchy: SynchronizedHierarchy, into folders: DestinationFolders<Destination>
    ) async throws(StoreError) -> [JournalFolder] {
        let all = hierarchy.table.folders
        let known = try journal.folders(of: record.store, source: record.source)
        let foreign = known.isEmpty ? try journal.folders(of: record.store, likeSource: record.source) : []
        hasKept = (known + foreign).contains { $0.goneCount > 0 || $0.goneRun != nil }
        var matching = FolderMatching(folders: all, known: known, foreign: foreign)
        let chosen = Set(selected.map(\.id))
        var baseline: [FolderID: SynchronizationState] = [:]
        if let run = plan.sinceRun {
            for folder in try journal.folders(source: record.source, asOf: run) {
                baseline[folder.folder] = folder.state
            }
        }
        let before = Dictionary((known + foreign).map { ($0.path, $0) }) { first, _ in first }
        for folder in all {
            try checkCancellation()
            let match = matching.matches[folder.id]
            guard chosen.contains(folder.id) else {
                if let match, match.isCertain {
                    try await folders.adopt(match.known, as: folder, isForeign: false, before: before)
                }
                continue
            }
            switch try await survey(folder, match, hierarchy.states[folder.id], baseline[folder.id]) {
            case .same:
                guard let match else { continue }
                try await folders.adopt(match.known, as: folder, isForeign: match.isForeign, before: before)
            case .another: matching.reject(folder.id)
            case .unknown(let error):
                unreadable[folder.id] = error
                guard let match, match.isCertain else { continue }
                try await folders.adopt(match.known, as: folder, isForeign: false, before: before)
            }
        }
        // What could not be read as a folder is missing from the table, and not from the source.
        guard hierarchy.table.problems.isEmpty else { return [] }
        let gone = matching.unmatched.filter { folder in
            selection.folders.selects(FolderInfo(id: folder.folder, path: folder.path, role: nil), among: all)
        }
        var believed: [JournalFolder] = []
        for folder in gone where try await hasVanished(folder) {
            for message in try journal.messages(folder.id) where message.goneRun == nil {
                candidates.add(message, in: folder)
            }
            believed.append(folder)
        }
        return believed
    }

    /// Makes sure that a folder that stands in no list any more is not there: its place may be a mount point without its
    /// file system.
    private func hasVanished(_ folder: JournalFolder) async throws(StoreError) -> Bool {
        guard folder.messageCount > 0 else { return true }
        let info = FolderInfo(
            id: folder.folder, path: folder.path, role: nil, persistentID: folder.persistentID)
        do {
            _ = try await source.changes(in: info, since: nil, given: try journal.given(folder.id))
        } catch {
            if error.code == .vanished { return true }
            if error.endsListing { throw error }
            account.tell(error.located(folder.path))
        }
        return false
    }

    private enum SurveyOutcome {
        case same
        /// Another folder than the one it was taken for.
        case another
        case unknown(StoreError)
    }

    /// - Returns: whether the folder is the known one.
    private func survey(
        _ folder: FolderInfo, _ match: FolderMatching.Match?, _ state: SynchronizationState?,
        _ baseline: SynchronizationState?
    ) async throws(StoreError) -> SurveyOutcome {
        guard folder.holdsMessages else { return .same }
        let known = match?.known
        let last = plan.trustsStates ? (plan.sinceRun == nil ? known?.state : baseline) : nil
        if let state, last == state, match?.isCertain != false {
            unchanged.insert(folder.id)
            return .same
        }
        var given: [GivenMessage] = []
        if let run = plan.sinceRun {
            given = try journal.given(source: record.source, folder: folder.id, asOf: run)
        }
        if let known, known.messageCount > 0 { given.merge(try journal.given(known.id)) }
        guard !given.isEmpty else { return .same }
        let changes: ContentsChanges
        do {
            changes = try await source.changes(in: folder, since: last, given: given)
        } catch {
            if error.endsListing { throw error }
            return .unknown(error)
        }
        if match?.isCertain == false, changes.gone.count * 2 > given.count { return .another }
        surveys[folder.id] = changes
        // A listing with gaps proves nothing to be gone, but what turns up elsewhere has moved all the same.
        if let known {
            for id in changes.gone {
                if let message = try journal.message(known.id, id) { candidates.add(message, in: known) }
            }
        }
        return .same
    }

    /// What cannot be listed counts nothing here; the run will tell.
    private func findTotals(_ folders: [FolderInfo]) async -> TransferProgress.Totals {
        var totals = TransferProgress.Totals()
        for folder in folders
        where folder.holdsMessages && !unchanged.contains(folder.id) && unreadable[folder.id] == nil
            && !Task.isCancelled
        {
            if let changes = surveys[folder.id] {
                totals.add(changes.new, selection.messages)
            } else if let table = try? await source.contents(of: folder) {
                totals.add(table.rows, selection.messages)
            }
        }
        return totals
    }
}

/// Applying.
extension SynchronizationRun {
    private func apply(
        _ folder: FolderInfo, _ folders: DestinationFolders<Destination>
    ) async throws(StoreError) {
        if unchanged.contains(folder.id) {
            let count = folders.rows[folder.id]?.messageCount ?? 0
            var inFolder = TransferCounts()
            (inFolder.folders, inFolder.listed, inFolder.alreadyThere) = (1, count, count)
            account.counts.add(inFolder)
            return
        }
        if let error = unreadable[folder.id] { return account.tell(error.located(folder.path)) }
        let before = account.counts
        guard let changes = try await changes(of: folder) else { return }
        let work = FolderWork(run: self, folder: folder, folders: folders)
        let isWhole = try await work.apply(changes)
        if changes.gone.isEmpty {
            if isWhole { try work.store(changes.state) }
        } else if changes.problems.isEmpty {
            // A listing with gaps proves nothing to be gone.
            let row = try folders.rowWithoutFolder(for: folder)
            certain.insert(row)
            if isWhole { pendingStates.append((row, changes.state)) }
        }
        let done = account.counts.since(before)
        if work.hasTarget && (done.isChange || plan.sinceRun == nil && !plan.trustsStates) || done.problems > 0 {
            account.report(.folder(folder, done))
        }
    }

    /// nil where the folder cannot be read; the run goes on without it.
    private func changes(of folder: FolderInfo) async throws(StoreError) -> ContentsChanges? {
        if let surveyed = surveys.removeValue(forKey: folder.id) { return surveyed }
        guard folder.holdsMessages else { return ContentsChanges(state: SynchronizationState(rawValue: "")) }
        do {
            return try await source.changes(in: folder, since: nil, given: [])
        } catch {
            if error.endsListing { throw error }
            account.tell(error.located(folder.path))
            return nil
        }
    }

    func checkpointIfDue(afterBytes bytes: Int = 0) async throws(StoreError) {
        checkpoints.add(bytes: bytes)
        guard checkpoints.isDue(at: options.now()) else { return }
        try await checkpoint()
        checkpoints.restart(at: options.now())
        account.report(.checkpoint(account.counts))
    }

    /// The store first: it is the truth. A crash in between makes the next run rebuild the journal.
    private func checkpoint() async throws(StoreError) {
        try await destination.checkpoint()
        try record.checkpoint(try await destination.identity(), account.counts)
        durableCounts = account.counts
    }
}

/// What is nowhere any more.
extension SynchronizationRun {
    private func dealWithGoneMessages(
        _ goneFolders: [JournalFolder], _ folders: DestinationFolders<Destination>
    ) async throws(StoreError) {
        certain.formUnion(goneFolders.map(\.id))
        for candidate in candidates.remaining where certain.contains(candidate.message.folder) {
            try checkCancellation()
            account.counts.gone += 1
            switch plan.deletions {
            case .keep: try journal.markGone(candidate.message.rowID, run: record.run)
            case .mirror:
                if let place = candidate.destination {
                    try await destination.delete(candidate.message.destination, from: place)
                }
                try journal.delete(candidate.message.rowID, run: record.run)
                account.counts.deleted += 1
            }
            try await checkpointIfDue()
        }
        for pending in pendingStates { try journal.setState(of: pending.folder, pending.state, run: record.run) }
        // Folders in folders first.
        for folder in goneFolders.sorted(by: { $0.path.names.count > $1.path.names.count }) {
            try await removeFolder(folder)
        }
    }

    private func removeFolder(_ folder: JournalFolder) async throws(StoreError) {
        let left = try journal.folder(folder.id)
        if plan.deletions == .mirror, let left, left.messageCount + left.goneCount == 0 {
            guard let place = folder.destination else { return try journal.deleteFolder(folder.id) }
            if try await destination.deleteFolder(place) { return try journal.deleteFolder(folder.id) }
        }
        if folder.goneRun == nil { try journal.setGone(folder.id, run: record.run) }
    }

    func finish() async throws(StoreError) {
        try account.checkAgreement()
        try await destination.finish()
        try record.checkpoint(try await destination.identity(), account.counts)
    }

    /// Leaves destination and journal as ``Synchronizer/run()`` says.
    /// - Returns: why the run ended.
    func end(after error: StoreError) async -> StoreError {
        var reason = error
        // Where it was the source that ended the run, what has arrived is kept.
        if error.endsRun, account.counts.isChange {
            do throws(StoreError) {
                try await destination.finish()
                try record.checkpoint(try await destination.identity(), account.counts)
                return error
            } catch let unfinished {
                reason = unfinished
            }
        }
        // What the journal recorded since the last checkpoint is forgotten when the run is finished in it.
        await destination.abandon()
        let problems = account.counts.problems
        account.counts = durableCounts
        account.counts.problems = problems
        return reason
    }
}

extension StoreError {
    /// There is no use in asking for the next folder: the server is away, or does not let us in any more.
    fileprivate var endsListing: Bool {
        switch code {
        case .cancelled, .unavailable, .loginRefused, .configuration: true
        default: false
        }
    }

    /// There is no use in asking for the next message: neither for the next folder, or the server wants to be left alone, or
    /// was asked for as much as it may be.
    var endsRun: Bool { endsListing || code == .temporary }
}

extension [GivenMessage] {
    /// Adds messages; where one is there already, the added one counts.
    fileprivate mutating func merge(_ other: [GivenMessage]) {
        guard !isEmpty else {
            self = other
            return
        }
        let ids = Set(other.map(\.id))
        removeAll { ids.contains($0.id) }
        self += other
    }
}
