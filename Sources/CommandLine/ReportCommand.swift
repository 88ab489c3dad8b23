import ArgumentParser
import Configuration
import Glibc
import MAPI
import MailStore
import Reporting

/// `mailbackup report`: what `status` tells, as a page to look at and as metrics.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Writes a page, or metrics, of what the journals know.",
        discussion: """
            Examples:
              mailbackup report --html /var/www/html/backups.html
              mailbackup report --html fredb.html --user FredB --title "Fred's mailbox"
              mailbackup report --metrics /var/lib/prometheus/node-exporter/mailbackup.prom

            The page is one file that needs no network and no script: first what needs attention, then how the PSTs \
            grew and how long the runs took. Files are replaced as a whole.

            \(ExitStatus.explanation([
                0: "the last run of every journal came to its end without a problem",
                1: "written; the last run of a journal failed, was interrupted, or had problems, or a journal is damaged",
                66: "no journal there", 73: "the file cannot be created",
            ], without: [65, 69, 75, 77, 130]))
            """)

    @Option(help: ArgumentHelp("Write the page to this file.", valueName: "file"))
    var html: String?

    @Option(help: ArgumentHelp("Write metrics for Prometheus' node_exporter to this file.", valueName: "file.prom"))
    var metrics: String?

    @Option(help: ArgumentHelp("Only the journal of this user.", valueName: "user"))
    var user: String?

    @Option(help: ArgumentHelp("Only this journal.", valueName: "file"))
    var journal: String?

    @OptionGroup
    var configured: ConfigurationOption

    @Option(help: ArgumentHelp("Heading of the page. Default: \"Mailbox backups on HOST\".", valueName: "text"))
    var title: String?

    @Option(
        help: ArgumentHelp(
            "Hours without a run that went through, after which a mailbox is shown as overdue.", valueName: "hours"))
    var overdue = 48

    func validate() throws {
        guard html != nil || metrics != nil else { throw ValidationError("give --html FILE, --metrics FILE, or both") }
        if user != nil && journal != nil { throw ValidationError("give --user or --journal, not both") }
        guard html != "", metrics != "" else { throw ValidationError("the name of the file is empty") }
        guard (1...87_600).contains(overdue) else {
            throw ValidationError("--overdue \(overdue): 1 to 87600 are possible")
        }
    }

    mutating func run() async throws {
        try await CommandExit.run { [self] (_, _) async throws(StoreError) in
            let mailboxes = try JournalReports(journals: try journals()).read()
            let report = BackupReport(
                title: title ?? "Mailbox backups on \(HostName.current ?? "this machine")", time: .now,
                mailboxes: mailboxes,
                overdueAfter: overdue * 3_600)
            if let html { try ReplacedFile.write(ReportPage(report).text, to: html) }
            if let metrics { try ReplacedFile.write(MetricsText(report).text, to: metrics) }
            return mailboxes.contains { $0.condition.needsAttention } ? .problems : .success
        }
    }

    private func journals() throws(StoreError) -> [(name: String, path: String)] {
        if let journal { return [(journal, journal)] }
        return try JournalPlaces(try configured.load()).chosen(user: user)
    }
}
