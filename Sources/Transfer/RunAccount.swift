import MailStore

/// What a run has counted, and whom it tells. Belongs to one task.
final class RunAccount {
    private let reporter: any Reporter
    var counts = TransferCounts()
    /// What is expected in all, where that was found out.
    var totals: TransferProgress.Totals?

    init(reporter: any Reporter) {
        self.reporter = reporter
    }

    func report(_ event: TransferEvent) { reporter.report(event) }

    func reportProgress(in folder: FolderInfo) {
        reporter.report(.progress(TransferProgress(counts: counts, totals: totals, folder: folder.path)))
    }

    /// A problem, or where the message or folder has simply gone, a notice.
    func tell(_ error: StoreError, aboutMessage: Bool = false) {
        let isGone = error.code == .vanished
        if aboutMessage {
            if isGone { counts.vanished += 1 } else { counts.failed += 1 }
        }
        if !isGone { counts.problems += 1 }
        reporter.report(.problem(TransferProblem(severity: isGone ? .notice : .problem, error: error)))
    }

    /// What is wrong with a message that is stored all the same, and what is worth telling of it.
    func tell(problems: [String], notices: [String], of row: ContentsRow, in folder: FolderInfo) {
        for problem in problems {
            tell(StoreError(.badData, problem, folder: folder.path, messageID: row.id))
        }
        for notice in notices {
            notify(StoreError(.badData, notice, folder: folder.path, messageID: row.id))
        }
    }

    func notify(_ notice: StoreError) {
        reporter.report(.problem(TransferProblem(severity: .notice, error: notice)))
    }

    /// A message that the destination took.
    func count(_ row: ContentsRow, wasThere: Bool, isComposed: Bool) {
        if isComposed { counts.composed += 1 }
        guard !wasThere else {
            counts.alreadyThere += 1
            return
        }
        counts.saved += 1
        counts.bytes = counts.bytes.addingReportingOverflow(row.size).partialValue
    }
}

extension StoreError {
    /// The same error with the place filled in where it does not tell.
    func located(_ row: ContentsRow, _ folder: FolderInfo) -> StoreError {
        var located = self
        located.folder = located.folder ?? folder.path
        located.messageID = located.messageID ?? row.id
        return located
    }

    func located(_ path: FolderPath) -> StoreError {
        var located = self
        located.folder = located.folder ?? path
        return located
    }

    static var interrupted: StoreError { StoreError(.cancelled, "interrupted") }
}
