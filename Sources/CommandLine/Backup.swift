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
    var isDryRun = false
    var verifies = false
    /// Whether, and how, what is proven to be in the PST is removed from the source.
    var archive: ArchiveConfirmation?
    var selection = Selection()
    var options = TransferOptions()

    func run(from source: any SynchronizingStore, _ reporter: any Reporter) async -> TransferResult {
        do throws(StoreError) {
            let exists = try OutputFile.check(out)
            if let file = state.saveState { try OutputFile.checkDirectory(of: file) }
            let (journal, savedRun) = try JournalFile(
                user: user, options: state, isDryRun: isDryRun, reporter: reporter
            ).open()
            var plan = SynchronizationPlan(sourceName: sourceName)
            plan.deletions = state.deleted.plan
            plan.trustsStates = state.sinceState != nil
            if let start = state.sinceState, !exists {
                plan.sinceRun = if let savedRun { savedRun } else { try firstRun(start, sourceName, journal) }
            }
            return try await run(from: source, journal, plan, exists: exists, reporter)
        } catch {
            return TransferRun.failed(error, reporter)
        }
    }

    private func run(
        from source: any SynchronizingStore, _ journal: Journal, _ plan: SynchronizationPlan, exists: Bool,
        _ reporter: any Reporter
    ) async throws(StoreError) -> TransferResult {
        if isDryRun {
            let store = try CountingStore(inPlaceOf: out, exists ? PSTInventory.open(at: out) : nil)
            var plan = plan
            if exists { plan.sinceRun = try deltaStart(try await store.identity(), journal) }
            return await synchronize(source, store, journal, plan, reporter)
        }
        let store =
            exists
            ? try PSTStore.open(at: out, options: storeOptions, knownGeneration: try knownGeneration(journal))
            : try PSTStore.create(at: out, options: storeOptions)
        var plan = plan
        if exists { plan.sinceRun = try deltaStart(try await store.identity(), journal) }
        let verifies = self.verifies || archive != nil
        let needsEnd = verifies || state.saveState != nil
        var result = await synchronize(source, store, journal, plan, needsEnd ? ReporterWithoutEnd(reporter) : reporter)
        guard needsEnd else { return result }
        if verifies {
            let expected = exists ? nil : try await messages(of: store, in: journal)
            result = await ProofOfCopy(path: out, expectedMessages: expected).of(result, reporter)
        }
        if let archive {
            let step = ArchiveStep(
                out: out, storeOptions: storeOptions, sourceName: sourceName, selection: selection,
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
        reporter.report(.runFinished(result))
        return result
    }

    /// What the journal knows of the PST's last commit; if that is still its last, its maps need no look at every block.
    private func knownGeneration(_ journal: Journal) throws(StoreError) -> String? {
        try journal.stores().last { $0.path == out }?.generation
    }

    /// The run since which a PST that exists has changes only: it goes on as what it is. nil for one that is to have
    /// everything.
    private func deltaStart(_ identity: StoreIdentity, _ journal: Journal) throws(StoreError) -> Int? {
        guard let known = try journal.store(key: identity.store), known.kind == .delta else { return nil }
        return known.sinceRun
    }

    /// Messages that the journal has of a PST.
    private func messages(of store: PSTStore, in journal: Journal) async throws(StoreError) -> Int {
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
