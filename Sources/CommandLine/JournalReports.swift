import Journal
import MAPI
import MailStore
import Reporting

/// Journals, read for the page and for the metrics.
struct JournalReports {
    /// By the name that the report gives them.
    let journals: [(name: String, path: String)]

    /// - Returns: a report for each; of several, one that cannot be read is a mailbox that says so.
    /// - Throws: `.noInput` where the only one is not there.
    func read() throws(StoreError) -> [MailboxReport] {
        var reports: [MailboxReport] = []
        for (name, path) in journals {
            do throws(StoreError) {
                reports.append(try MailboxReport(user: name, journal: Journal.openForReading(at: path)))
            } catch {
                if journals.count == 1 && error.code == .noInput { throw error }
                reports.append(MailboxReport(user: name, damage: error.message))
            }
        }
        return reports
    }

    /// - Throws: `.noInput`, `.cannotCreate`, `.inputOutput`.
    func writeMetrics(to path: String) throws(StoreError) {
        try ReplacedFile.write(MetricsText(BackupReport(time: .now, mailboxes: try read())).text, to: path)
    }
}
