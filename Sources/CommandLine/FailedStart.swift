import Journal
import MAPI
import MailStore

/// A run that ended before there was a source and a PST to speak of: it stands in the journal too, so that `status` and the
/// report tell of it.
struct FailedStart {
    let user: String
    let out: String
    /// What the journal knows the source by.
    let sourceName: String
    let state: StateOptions

    /// Where the journal itself is what failed, nothing is recorded.
    func record(_ error: StoreError) {
        // What was written wrongly is told to who wrote it; what was stopped is no failure.
        guard error.code != .configuration, error.code != .cancelled else { return }
        do throws(StoreError) {
            let path = try state.journalPath(user: user)
            try StateDirectory.makeDirectory(of: path)
            let journal = try Journal.open(at: path)
            let run = try journal.begin(
                RunIntention(
                    source: sourceName, destination: out, store: nil, kind: state.sinceState == nil ? .full : .update,
                    started: .now))
            try journal.finish(
                run: run, RunResult(status: .failed, failure: error.message, counts: [:], finished: .now))
        } catch {
            // The failure itself is told in any case.
        }
    }
}
