import Journal
import MAPI
import MailStore
import PSTStore
import Transfer

/// One mailbox into its PST: finds out what kind of run it is, opens journal and PST, synchronizes, proves, saves the state.
struct Backup {
    let user: String
    let out: String
    /// What journal and PST know the source by.
    let sourceName: String
    let storeOptions: PSTStoreOptions
    let state: StateOptions
    /// How it is divided into files; with a rotation, `out` is the file of today.
    var output = OutputPlan()
    var isDryRun = false
    var verifies = false
    /// Whether, and how, what is proven to be in the PST is removed from the source.
    var archive: ArchiveConfirmation?
    var selection = Selection()
    var options = TransferOptions()

    func run(from source: any SynchronizingStore, _ reporter: any Reporter) async -> TransferResult {
        do throws(StoreError) {
            _ = try OutputFile.check(out)
            let files = try PSTParts.find(out)
            let exists = !files.isEmpty
            if let file = state.saveState { try OutputFile.checkDirectory(of: file) }
            let (journal, savedRun) = try JournalFile(
                user: user, options: state, isDryRun: isDryRun, reporter: reporter
            ).open()
            var plan = SynchronizationPlan(sourceName: sourceName)
            plan.deletions = state.deleted.plan
            plan.trustsStates = state.sinceState != nil || output.rotation != nil
            let known = try journal.store(key: files.key)?.generation
            if let known, exists { try files.checkPresence(of: known, out) }
            if let start = try start(journal), !exists {
                plan.sinceRun = if let savedRun { savedRun } else { try firstRun(start, sourceName, journal) }
            }
            return try await run(from: source, journal, plan, exists: exists, known, reporter)
        } catch {
            failedStart?.record(error)
            return TransferRun.failed(error, reporter)
        }
    }

    private var failedStart: FailedStart? {
        isDryRun ? nil : FailedStart(user: user, out: out, sourceName: sourceName, state: state)
    }

    /// Where a new file starts from; nil where it is to hold everything.
    private func start(_ journal: Journal) throws(StoreError) -> StateOptions.Start? {
        guard let rotation = output.rotation else { return state.sinceState }
        return try rotation.isBaseDue(journal) ? nil : .last
    }

    /// - Parameter generation: of the PST, as the journal knows it.
    private func run(
        from source: any SynchronizingStore, _ journal: Journal, _ plan: SynchronizationPlan, exists: Bool,
        _ generation: String?, _ reporter: any Reporter
    ) async throws(StoreError) -> TransferResult {
        if isDryRun {
            let store = CountingStore(inPlaceOf: out, exists ? try PSTSetInventory.open(at: out) : nil)
            var plan = plan
            if exists { plan.sinceRun = try deltaStart(try await store.identity(), journal) }
            try tellSuperfluous(journal, isNewBase: exists ? nil : plan.sinceRun == nil, reporter)
            return await synchronize(source, store, journal, plan, reporter)
        }
        let store = try await PSTSet.open(
            at: out, options: output.setOptions(storeOptions), knownGeneration: generation)
        var plan = plan
        if exists { plan.sinceRun = try deltaStart(try await store.identity(), journal) }
        let verifies = self.verifies || archive != nil
        var result = await synchronize(source, store, journal, plan, ReporterWithoutEnd(reporter))
        if verifies {
            let expected = exists ? nil : try await messages(of: store, in: journal)
            result = await ProofOfCopy(path: out, expectedMessages: expected).of(result, reporter)
        }
        if let archive {
            let step = ArchiveStep(
                out: out, options: output.setOptions(storeOptions), sourceName: sourceName, selection: selection,
                confirmation: archive)
            result = await step.run(after: result, from: source, journal, reporter)
        }
        if let file = state.saveState, result.failure == nil {
            do throws(StoreError) {
                try journal.save(to: file, at: .now)
            } catch {
                result = TransferResult(counts: result.counts, failure: error, run: result.run)
            }
        }
        if let rotation = output.rotation { result = remove(rotation, journal, result, reporter) }
        let files = await store.files
        if files.count > 1 {
            result.parts = files.map {
                TransferPart(path: $0.path, bytes: OutputFile.size($0.path) ?? 0, saved: $0.saved)
            }
        }
        reporter.report(.runFinished(result))
        return result
    }

    /// Says what a run would remove.
    private func tellSuperfluous(
        _ journal: Journal, isNewBase: Bool?, _ reporter: any Reporter
    ) throws(StoreError) {
        guard let rotation = output.rotation else { return }
        for path in try rotation.superfluous(journal, isNewBase: isNewBase) {
            let notice = StoreError(.configuration, "\(path) would be removed: no rule keeps it")
            reporter.report(.problem(TransferProblem(severity: .notice, error: notice)))
        }
    }

    /// Removes files that no rule keeps, if this run has left nothing to be wished for.
    private func remove(
        _ rotation: Rotation, _ journal: Journal, _ result: TransferResult, _ reporter: any Reporter
    ) -> TransferResult {
        guard result.failure == nil, result.counts.problems == 0, result.counts.failed == 0 else { return result }
        var counts = result.counts
        do throws(StoreError) {
            for problem in try rotation.removeSuperfluous(journal) {
                counts.problems += 1
                reporter.report(.problem(TransferProblem(severity: .problem, error: problem)))
            }
            return TransferResult(counts: counts, failure: nil, run: result.run)
        } catch {
            return TransferResult(counts: counts, failure: error, run: result.run)
        }
    }

    /// The run since which a PST that exists has changes only: it goes on as what it is. nil for one that is to have
    /// everything.
    private func deltaStart(_ identity: StoreIdentity, _ journal: Journal) throws(StoreError) -> Int? {
        guard let known = try journal.store(key: identity.store), known.kind == .delta else { return nil }
        return known.sinceRun
    }

    /// Messages that the journal has of a PST.
    private func messages(of store: PSTSet, in journal: Journal) async throws(StoreError) -> Int {
        guard let known = try journal.store(key: await store.identity().store) else { return 0 }
        return try journal.folders(of: known.id).reduce(0) { $0 + $1.messageCount + $1.goneCount }
    }

    private func synchronize(
        _ source: any SynchronizingStore, _ destination: some UpdatableMessageStore, _ journal: Journal,
        _ plan: SynchronizationPlan, _ reporter: any Reporter
    ) async -> TransferResult {
        await Synchronizer(
            from: source, to: destination, journal: journal, plan: plan, selection: selection, options: options,
            reporter: reporter
        ).run()
    }

    /// The run since which changes go into a new PST; nil where nothing is known yet, so that it becomes a full copy.
    private func firstRun(
        _ start: StateOptions.Start, _ source: String, _ journal: Journal
    ) throws(StoreError) -> Int? {
        guard let last = try journal.lastRun(ofSource: source) else {
            guard case .run(let number) = start else { return nil }
            throw StoreError(.noInput, "--since-state \(number): the journal knows no run of \(source)")
        }
        guard case .run(let number) = start else { return last }
        guard number <= last else {
            throw StoreError(.noInput, "--since-state \(number): the last run of \(source) was \(last)")
        }
        return number
    }
}
