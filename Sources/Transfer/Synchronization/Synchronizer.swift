public import Journal
import MAPI
public import MailStore

/// Brings a destination up to date with a source: what ICS calls a synchronization, with the journal as the client's state.
/// Into an empty destination everything is copied.
public struct Synchronizer<Destination: UpdatableMessageStore>: Sendable {
    private let source: any SynchronizingStore
    private let destination: Destination
    private let journal: Journal
    private let plan: SynchronizationPlan
    private let selection: Selection
    private let options: TransferOptions
    private let reporter: any Reporter

    public init(
        from source: any SynchronizingStore, to destination: Destination, journal: Journal, plan: SynchronizationPlan,
        selection: Selection = Selection(), options: TransferOptions = TransferOptions(), reporter: any Reporter
    ) {
        self.source = source
        self.destination = destination
        self.journal = journal
        self.plan = plan
        self.selection = selection
        self.options = options
        self.reporter = reporter
    }

    /// Runs; tells the reporter everything, at last how it ended.
    ///
    /// Cancelling the task ends it at a message boundary with a checkpoint: the next run goes on there. Where the
    /// destination or the journal fails, both are as at the last checkpoint.
    @concurrent
    @discardableResult
    public func run() async -> TransferResult {
        let account = RunAccount(reporter: reporter)
        var record: RunRecord?
        var failure: StoreError?
        do throws(StoreError) {
            let begun = try await begin(account)
            record = begun
            let run = SynchronizationRun(
                source: source, destination: destination, record: begun, plan: plan, selection: selection,
                options: options, account: account)
            do throws(StoreError) {
                try await run.synchronize()
                try await run.finish()
            } catch {
                failure = await run.end(after: error)
            }
        } catch {
            await destination.abandon()
            failure = error
        }
        if let record {
            do throws(StoreError) {
                try record.finish(account.counts, failure)
            } catch {
                failure = failure ?? error
            }
        }
        let result = TransferResult(counts: account.counts, failure: failure, run: record?.run)
        account.report(.runFinished(result))
        return result
    }

    private func begin(_ account: RunAccount) async throws(StoreError) -> RunRecord {
        let isDelta = plan.sinceRun != nil
        let rebuild = JournalRebuild(
            journal: journal, destination: destination, kind: isDelta ? .delta : .base, sinceRun: plan.sinceRun)
        let kind: JournalRun.Kind = isDelta ? .delta : plan.trustsStates ? .update : .full
        let begun = try await rebuild.run { store in
            RunIntention(
                source: plan.sourceName, destination: destination.description, store: store, kind: kind,
                since: plan.sinceRun, started: .now)
        }
        if let recorded = begun.recorded, recorded > 0 {
            let text = "the journal did not know the last state of \(destination.description)"
            account.notify(StoreError(.badData, "\(text): rebuilt from it, \(recorded) messages"))
        }
        return RunRecord(journal: journal, store: begun.store, source: plan.sourceName, run: begun.run)
    }
}
