import ArgumentParser
import Configuration
import Glibc
import Journal
import MailStore

/// `mailbackup status`: what the journals know.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tells what the journals know: runs, PSTs, sizes, ages, failures.",
        discussion: """
            Examples:
              mailbackup status
              mailbackup status --user FredB --json
              mailbackup status --metrics /var/lib/prometheus/node-exporter/mailbackup.prom

            Without --user and --journal: every journal of the state directory, and every one that the configuration \
            names. A run in progress is told as running; its \
            journal is read as of its last checkpoint.

            \(ExitStatus.explanation([
                0: "the last run of every journal came to its end without a problem",
                1: "the last run of a journal failed, was interrupted, or had problems", 65: "bad data: a journal is damaged",
                66: "no journal there", 73: "the file of the metrics cannot be created",
            ], without: [69, 75, 77, 130]))
            """)

    @Option(help: ArgumentHelp("Only the journal of this user.", valueName: "user"))
    var user: String?

    @Option(help: ArgumentHelp("Only this journal.", valueName: "file"))
    var journal: String?

    @OptionGroup
    var configured: ConfigurationOption

    @Option(help: ArgumentHelp("Runs to show of each journal.", valueName: "n"))
    var runs = 5

    @Option(
        help: ArgumentHelp(
            "Write metrics of these journals too, for Prometheus' node_exporter; the file is replaced as a whole.",
            valueName: "file.prom"))
    var metrics: String?

    @Flag(help: "JSON, one object a line.")
    var json = false

    func validate() throws {
        if user != nil && journal != nil { throw ValidationError("give --user or --journal, not both") }
        guard (0...100).contains(runs) else { throw ValidationError("--runs \(runs): 0 to 100 are possible") }
    }

    mutating func run() async throws {
        try await CommandExit.run { [self] (output, errors) async throws(StoreError) in
            var status = ExitStatus.success
            for (name, path) in try journals() {
                do throws(StoreError) {
                    let journal = try Journal.openForReading(at: path)
                    let read = try journal.status()
                    let problems = try read.runs.first.map { (run) throws(StoreError) in
                        try journal.problems(of: run.number)
                    }
                    let printer = StatusPrinter(name: name, status: read, problems: problems ?? [], runs: runs)
                    output.write(json ? printer.json : printer.text)
                    if printer.needsAttention, status == .success { status = .problems }
                } catch {
                    errors.write("mailbackup: \(error.message.printable)\n")
                    status = ExitStatus(error, signal: nil)
                }
            }
            if let metrics, status != .noInput {
                try JournalReports(journals: try journals()).writeMetrics(to: metrics)
            }
            return status
        }
    }

    private func journals() throws(StoreError) -> [(name: String, path: String)] {
        if let journal { return [(journal, journal)] }
        return try JournalPlaces(try configured.load()).chosen(user: user)
    }
}
