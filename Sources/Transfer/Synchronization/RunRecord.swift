import Journal
import MAPI
import MailStore

/// The run as the journal has it.
struct RunRecord {
    let journal: Journal
    /// ``JournalStore/id`` of the destination.
    let store: Int64
    /// The source as named to people.
    let source: String
    let run: Int

    /// Makes durable what was recorded; the destination's own checkpoint has come before.
    func checkpoint(_ identity: StoreIdentity, _ counts: TransferCounts) throws(StoreError) {
        try journal.checkpoint(
            run: run, store: store, generation: identity.generation, counts: counts.recorded, at: .now)
    }

    func finish(_ counts: TransferCounts, _ failure: StoreError?) throws(StoreError) {
        let status: JournalRun.Status =
            switch failure?.code {
            case nil: counts.problems > 0 || counts.failed > 0 ? .problems : .complete
            case .cancelled?: .interrupted
            default: .failed
            }
        try journal.finish(
            run: run, RunResult(status: status, failure: failure?.message, counts: counts.recorded, finished: .now))
    }
}

extension TransferCounts {
    /// Under the names of the JSON log.
    var recorded: RunCounts {
        [
            "folders": folders, "listed": listed, "saved": saved, "already_there": alreadyThere,
            "not_selected": notSelected, "composed": composed, "vanished": vanished, "failed": failed,
            "problems": problems, "bytes": bytes, "state_changed": stateChanged, "moved": moved, "gone": gone,
            "deleted": deleted,
        ]
    }
}
