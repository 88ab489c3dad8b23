public import MailStore

/// Copies the selected folders and messages of a store into another one.
public struct Copier<Destination: WritableMessageStore>: Sendable {
    private let source: any MessageStore
    private let destination: Destination
    private let selection: Selection
    private let options: TransferOptions
    private let reporter: any Reporter

    public init(
        from source: any MessageStore, to destination: Destination, selection: Selection = Selection(),
        options: TransferOptions = TransferOptions(), reporter: any Reporter
    ) {
        self.source = source
        self.destination = destination
        self.selection = selection
        self.options = options
        self.reporter = reporter
    }

    /// Copies; tells the reporter everything, at last how it ended.
    ///
    /// Cancelling the task ends it at a message boundary: what was saved is then kept as a finished store. Where the
    /// destination fails, or nothing was saved, it is abandoned.
    @concurrent
    @discardableResult
    public func run() async -> TransferResult {
        let run = CopyRun(
            source: source, destination: destination, selection: selection, options: options, reporter: reporter)
        var failure: StoreError?
        do throws(StoreError) {
            try await run.copy()
            try await run.finish()
        } catch {
            failure = await run.end(after: error)
        }
        let result = TransferResult(counts: run.counts, failure: failure)
        reporter.report(.runFinished(result))
        return result
    }
}

/// One run of a ``Copier``, with its counts. Belongs to one task.
private final class CopyRun<Destination: WritableMessageStore> {
    private let source: any MessageStore
    private let destination: Destination
    private let selection: Selection
    /// Message-IDs asked for and found.
    private let found = FoundMessageIDs()
    private let options: TransferOptions
    private let account: RunAccount
    private var checkpoints: CheckpointSchedule

    var counts: TransferCounts { account.counts }

    init(
        source: any MessageStore, destination: Destination, selection: Selection, options: TransferOptions,
        reporter: any Reporter
    ) {
        self.source = source
        self.destination = destination
        self.selection = selection
        self.options = options
        account = RunAccount(reporter: reporter)
        checkpoints = CheckpointSchedule(limits: options.limits, now: options.now())
    }

    func copy() async throws(StoreError) {
        let hierarchy = try await source.hierarchy()
        let selected = try account.choose(
            from: hierarchy, selection.folders, source: source.description, destination: destination.description)
        if options.findsTotals { account.totals = await findTotals(selected) }
        var creation = FolderCreation(destination: destination, folders: hierarchy.folders)
        for folder in selected {
            try checkCancellation()
            try await copy(folder, &creation)
        }
        account.tellMissing(selection.messages, found)
    }

    /// What cannot be listed counts nothing here; the copy will tell.
    private func findTotals(_ folders: [FolderInfo]) async -> TransferProgress.Totals {
        var totals = TransferProgress.Totals()
        for folder in folders where folder.holdsMessages && !Task.isCancelled {
            guard let table = try? await source.contents(of: folder) else { continue }
            totals.add(table.rows, selection.messages)
        }
        return totals
    }

    private func copy(
        _ folder: FolderInfo, _ creation: inout FolderCreation<Destination>
    ) async throws(StoreError) {
        guard let table = try await list(folder) else { return }
        var inFolder = TransferCounts()
        inFolder.folders = 1
        inFolder.listed = table.rows.count
        let problemsBefore = counts.problems
        for problem in table.problems { account.tell(problem) }
        let rows = table.rows.filter(selection.messages.mayMatch)
        inFolder.notSelected = table.rows.count - rows.count
        // Where messages are chosen one by one, only their folders are wanted.
        if rows.isEmpty && selection.messages.isRestricting {
            inFolder.folders = 0
            account.counts.add(inFolder)
            return
        }
        let target: FolderID?
        do {
            target = selection.messages.readsContent ? nil : try await creation.folder(at: folder.path)
        } catch {
            guard error.code == .badData else { throw error }
            account.tell(error)
            inFolder.folders = 0
            inFolder.failed = rows.count
            account.counts.add(inFolder)
            return
        }
        var before = counts
        before.problems = problemsBefore
        account.counts.add(inFolder)
        var place = Place(folder: folder, target: target, creation: creation)
        defer { creation = place.creation }
        try await copy(rows, to: &place)
        if place.target == nil { account.counts.folders -= 1 }
        let done = counts.since(before)
        if place.target != nil || done.problems > 0 { account.report(.folder(folder, done)) }
    }

    /// A folder of the source and its counterpart, which is made when there is a message for it.
    private struct Place {
        let folder: FolderInfo
        var target: FolderID?
        var creation: FolderCreation<Destination>

        mutating func makeTarget() async throws(StoreError) -> FolderID {
            if let target { return target }
            let made = try await creation.folder(at: folder.path)
            target = made
            return made
        }
    }

    /// nil where the folder cannot be read; the run goes on without it.
    private func list(_ folder: FolderInfo) async throws(StoreError) -> ContentsTable? {
        guard folder.holdsMessages else { return ContentsTable(rows: []) }
        do {
            return try await source.contents(of: folder)
        } catch {
            if error.code == .cancelled { throw error }
            account.tell(error.located(folder.path))
            return nil
        }
    }

    private func copy(_ rows: [ContentsRow], to place: inout Place) async throws(StoreError) {
        let folder = place.folder
        let selects = selection.messages.chooser(options.inspector, found)
        let pipeline = MessagePipeline(
            source: source, destination: destination, folder: folder, jobs: options.jobs, limits: options.limits,
            selects: selects)
        try await pipeline.forEach(rows) { (row, outcome) async throws(StoreError) in
            try await save(row, outcome, in: &place)
        } afterBatch: { () async throws(StoreError) in
            try await checkpointIfDue()
            account.reportProgress(in: folder)
        }
    }

    private func save(
        _ row: ContentsRow, _ outcome: MessagePipeline<Destination>.Outcome, in place: inout Place
    ) async throws(StoreError) {
        let folder = place.folder
        switch outcome {
        case .notSelected:
            account.counts.notSelected += 1
        case .failed(let error):
            account.tell(error.located(row, folder), aboutMessage: true)
        case .prepared(let message, var problems):
            let (notices, isComposed) = (message.notices, message.isComposed)
            do {
                let saved = try await destination.save(message, in: try await place.makeTarget())
                problems += saved.problems
                account.count(row, wasThere: saved.wasThere, isComposed: isComposed)
                if !saved.wasThere { checkpoints.add(bytes: row.size) }
            } catch {
                guard error.code == .badData else { throw error.located(row, folder) }
                account.tell(error.located(row, folder), aboutMessage: true)
                return
            }
            account.tell(problems: problems, notices: notices, of: row, in: folder)
        }
    }

    private func checkpointIfDue() async throws(StoreError) {
        guard checkpoints.isDue(at: options.now()) else { return }
        try await destination.checkpoint()
        checkpoints.restart(at: options.now())
        account.report(.checkpoint(counts))
    }

    func finish() async throws(StoreError) {
        try account.checkAgreement()
        try await destination.finish()
    }

    /// Leaves the destination as ``Copier/run()`` says.
    /// - Returns: why the run ended.
    func end(after error: StoreError) async -> StoreError {
        guard error.code == .cancelled, counts.saved > 0 else {
            await destination.abandon()
            return error
        }
        do throws(StoreError) {
            try await destination.finish()
        } catch let unfinished {
            await destination.abandon()
            return unfinished
        }
        return error
    }

    private func checkCancellation() throws(StoreError) {
        if Task.isCancelled { throw StoreError.interrupted }
    }
}
