import Journal
import MailStore
import Transfer

/// Finds and opens the journal of a run.
struct JournalFile {
    let user: String
    let options: StateOptions
    let isDryRun: Bool
    let reporter: any Reporter

    /// - Returns: the journal, and the run that a saved state stands for.
    /// - Throws: `.temporary` where another run has it, `.badData` where it is damaged, `.cannotCreate`, `.configuration`.
    func open() throws(StoreError) -> (journal: Journal, savedRun: Int?) {
        let path: String
        do {
            path = try options.journalPath(user: user)
            if !isDryRun { try StateDirectory.makeDirectory(of: path) }
            let journal = isDryRun ? try Journal.inMemory(copyOf: path) : try Journal.open(at: path)
            guard case .file(let file) = options.sinceState else { return (journal, nil) }
            switch try journal.adopt(JournalSnapshot.open(file)) {
            case .became(let run), .since(let run): return (journal, run)
            }
        } catch {
            // Only an index: without it the next run reads the PST once more. What was asked for by name must work.
            guard options.journal == nil, options.sinceState == nil, options.saveState == nil,
                [.cannotCreate, .configuration, .accessDenied].contains(error.code)
            else { throw error }
            let notice = StoreError(error.code, "this run is not recorded: \(error.message)")
            reporter.report(.problem(TransferProblem(severity: .notice, error: notice)))
            return (try Journal.inMemory(), nil)
        }
    }
}
