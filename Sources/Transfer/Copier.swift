public import MailStore

/// Copies the selected folders of a store, with their messages, into a new store.
public struct Copier<Destination: WritableMessageStore>: Sendable {
    private let source: any MessageStore
    private let destination: Destination
    private let selection: FolderSelection
    private let options: TransferOptions
    private let reporter: any Reporter

    public init(
        from source: any MessageStore, to destination: Destination, selection: FolderSelection = FolderSelection(),
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
        let run = CopyRun(source: source, destination: destination, options: options, reporter: reporter)
        var failure: StoreError?
        do throws(StoreError) {
            try await run.copy(selection)
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
    private let options: TransferOptions
    private let reporter: any Reporter
    private(set) var counts = TransferCounts()
    private var totals: TransferProgress.Totals?
    private var checkpoints: CheckpointSchedule

    init(
        source: any MessageStore, destination: Destination, options: TransferOptions, reporter: any Reporter
    ) {
        self.source = source
        self.destination = destination
        self.options = options
        self.reporter = reporter
        checkpoints = CheckpointSchedule(limits: options.limits, now: options.now())
    }

    func copy(_ selection: FolderSelection) async throws(StoreError) {
        let hierarchy = try await source.hierarchy()
        let all = hierarchy.folders
        let selected = all.filter { selection.selects($0, among: all) }
        let chosen = Set(selected.map(\.id))
        reporter.report(
            .runStarted(
                RunStart(
                    source: source.description, destination: destination.description, folders: selected.count,
                    skipped: all.filter { !chosen.contains($0.id) }.map(\.path))))
        let unmatched = selection.unmatched(in: all).map { "'\($0.text)'" }
        guard !selected.isEmpty else {
            let reason = unmatched.isEmpty ? "is selected" : "matches \(unmatched.joined(separator: ", "))"
            throw StoreError(.noInput, "no folder of \(source.description) \(reason)")
        }
        for problem in hierarchy.problems { tell(problem) }
        for pattern in unmatched { tell(StoreError(.noInput, "no folder matches \(pattern)")) }
        if options.findsTotals { totals = await findTotals(selected) }
        var creation = FolderCreation(destination: destination, folders: all)
        for folder in selected {
            try checkCancellation()
            try await copy(folder, &creation)
        }
    }

    /// What cannot be listed counts nothing here; the copy will tell.
    private func findTotals(_ folders: [FolderInfo]) async -> TransferProgress.Totals {
        var totals = TransferProgress.Totals()
        for folder in folders where folder.holdsMessages && !Task.isCancelled {
            guard let table = try? await source.contents(of: folder) else { continue }
            totals.messages += table.rows.count
            for row in table.rows { totals.bytes = totals.bytes.addingReportingOverflow(row.size).partialValue }
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
        for problem in table.problems { tell(problem) }
        let target: FolderID
        do {
            target = try await creation.folder(at: folder.path)
        } catch {
            guard error.code == .badData else { throw error }
            tell(error)
            inFolder.folders = 0
            inFolder.failed = table.rows.count
            counts.add(inFolder)
            return
        }
        let before = counts
        counts.add(inFolder)
        try await copy(table.rows, of: folder, to: target)
        inFolder.saved = counts.saved - before.saved
        inFolder.vanished = counts.vanished - before.vanished
        inFolder.failed = counts.failed - before.failed
        inFolder.bytes = counts.bytes - before.bytes
        inFolder.problems = counts.problems - problemsBefore
        reporter.report(.folder(folder, inFolder))
    }

    /// nil where the folder cannot be read; the run goes on without it.
    private func list(_ folder: FolderInfo) async throws(StoreError) -> ContentsTable? {
        guard folder.holdsMessages else { return ContentsTable(rows: []) }
        do {
            return try await source.contents(of: folder)
        } catch {
            if error.code == .cancelled { throw error }
            var located = error
            located.folder = located.folder ?? folder.path
            tell(located)
            return nil
        }
    }

    private func copy(_ rows: [ContentsRow], of folder: FolderInfo, to target: FolderID) async throws(StoreError) {
        guard !rows.isEmpty else { return }
        let pipeline = MessagePipeline(
            source: source, destination: destination, folder: folder, jobs: options.jobs, limits: options.limits)
        var failure: StoreError?
        let isComplete = await pipeline.run(rows) { rows, outcomes in
            do throws(StoreError) {
                for (row, outcome) in zip(rows, outcomes) {
                    try self.checkCancellation()
                    try await self.save(row, outcome, of: folder, to: target)
                }
                try await self.checkpointIfDue()
            } catch {
                failure = error
                return false
            }
            self.reporter.report(
                .progress(TransferProgress(counts: self.counts, totals: self.totals, folder: folder.path)))
            return true
        }
        if let failure { throw failure }
        if !isComplete { throw Self.cancelled }
    }

    private func save(
        _ row: ContentsRow, _ outcome: MessagePipeline<Destination>.Outcome, of folder: FolderInfo, to target: FolderID
    ) async throws(StoreError) {
        switch outcome {
        case .failed(let error):
            tell(located(error, row, folder), aboutMessage: true)
        case .prepared(let message, let problems):
            do {
                _ = try await destination.save(message, in: target)
            } catch {
                guard error.code == .badData else { throw located(error, row, folder) }
                tell(located(error, row, folder), aboutMessage: true)
                return
            }
            counts.saved += 1
            counts.bytes = counts.bytes.addingReportingOverflow(row.size).partialValue
            checkpoints.add(bytes: row.size)
            for problem in problems {
                tell(StoreError(.badData, problem, folder: folder.path, messageID: row.id))
            }
        }
    }

    private func located(_ error: StoreError, _ row: ContentsRow, _ folder: FolderInfo) -> StoreError {
        var located = error
        located.folder = located.folder ?? folder.path
        located.messageID = located.messageID ?? row.id
        return located
    }

    private func checkpointIfDue() async throws(StoreError) {
        guard checkpoints.isDue(at: options.now()) else { return }
        try await destination.checkpoint()
        checkpoints.restart(at: options.now())
        reporter.report(.checkpoint(counts))
    }

    func finish() async throws(StoreError) {
        guard counts.agree else {
            throw StoreError(
                .badData,
                "counts do not agree: \(counts.listed) messages listed, \(counts.saved) saved, "
                    + "\(counts.vanished) vanished, \(counts.failed) failed")
        }
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

    private static var cancelled: StoreError { StoreError(.cancelled, "interrupted") }

    private func checkCancellation() throws(StoreError) {
        if Task.isCancelled { throw Self.cancelled }
    }

    private func tell(_ error: StoreError, aboutMessage: Bool = false) {
        let isGone = error.code == .vanished
        if aboutMessage {
            if isGone { counts.vanished += 1 } else { counts.failed += 1 }
        }
        if !isGone { counts.problems += 1 }
        reporter.report(.problem(TransferProblem(severity: isGone ? .notice : .problem, error: error)))
    }
}
