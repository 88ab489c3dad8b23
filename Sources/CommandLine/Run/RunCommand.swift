import ArgumentParser
import Configuration
import Glibc
import IMAPStore
import MailStore
import Transfer

/// `mailbackup run`: every mailbox of the configuration.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Copies every mailbox of the configuration: the nightly job.",
        discussion: """
            Examples:
              mailbackup run --quiet
              mailbackup run --config /etc/mailbackup/config.toml --jobs 8 --until 06:00
              mailbackup run --user FredB --user AnnaK --dry-run

            Each mailbox is copied as 'copy --since-state last' does it. A mailbox that fails stops no other; what failed is \
            listed last. Mailboxes that were never copied to their end go first, then those whose last success is oldest: a run \
            that was ended early goes on with what is missing. 'mailbackup config check' tells what would be done.

            \(ExitStatus.explanation([
                0: "every mailbox is in its PST", 1: "some mailboxes failed or have problems (each is listed)",
                66: "no such source, for all mailboxes", 69: "no server answers, for all mailboxes",
                73: "no output can be created, for all mailboxes",
                75: "some mailboxes are left for the next run: it was time, enough was fetched, or others have them",
                77: "login refused, access denied, for all mailboxes", 78: "configuration",
                130: "interrupted, 143 terminated: each PST is valid at its last checkpoint",
            ]))
            """)

    @OptionGroup
    var configured: ConfigurationOption

    @Option(
        name: .customLong("user"), parsing: .singleValue,
        help: ArgumentHelp("Only this user (repeatable).", valueName: "user"))
    var users: [String] = []

    @Option(help: ArgumentHelp("Mailboxes at the same time, 1 to 64. Default: run.jobs, else 4.", valueName: "n"))
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "End at that time of day, at a checkpoint of every mailbox: 06:00 is the next time that it is six.",
            valueName: "hh:mm"),
        transform: RunCommand.time)
    var until: TimeOfDay?

    @Option(
        help: ArgumentHelp("Fetch no more than this from servers, all mailboxes together.", valueName: "size"),
        transform: SelectionOptions.size)
    var maxDownload: ByteSize?

    @Option(
        help: ArgumentHelp(
            "Only part i of n, counted from 0: 0/4, 1/4, 2/4 and 3/4 are all mailboxes, each once.", valueName: "i/n"),
        transform: RunCommand.part)
    var shard: Shard?

    @Option(
        help: ArgumentHelp(
            "Write metrics of these mailboxes, for Prometheus' node_exporter; the file is replaced as a whole. Default:"
                + " run.metrics.", valueName: "file.prom"))
    var metrics: String?

    @Flag(help: "Read everything, write nothing.")
    var dryRun = false

    @Flag(help: "Not one byte on success.")
    var quiet = false

    @Option(help: "The form of the log on stdout; json: one object a line.")
    var logFormat = DisplayOptions.LogFormat.text

    func validate() throws {
        if let jobs, !(1...64).contains(jobs) { throw ValidationError("--jobs \(jobs): 1 to 64 are possible") }
        if users.contains("") { throw ValidationError("--user is empty") }
        if metrics == "" { throw ValidationError("--metrics is empty") }
    }

    private static func time(_ text: String) throws -> TimeOfDay {
        guard let time = TimeOfDay(text) else { throw ValidationError("'\(text)' is no time of day: write 06:00") }
        return time
    }

    private static func part(_ text: String) throws -> Shard {
        guard let shard = Shard(text) else {
            throw ValidationError("'\(text)' is no part: 0/4 is the first of four, 3/4 the last")
        }
        return shard
    }

    mutating func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        let interruption = Interruption()
        let log = RunLog(
            isQuiet: quiet, isJSON: logFormat == .json, isDryRun: dryRun, output: Output(descriptor: STDOUT_FILENO),
            errors: Output(descriptor: STDERR_FILENO), interruption: interruption)
        let status: ExitStatus
        do throws(StoreError) {
            let settings = try RunSettings(self, try configured.required())
            let task = Task { await NightlyRun(settings: settings, log: log).run() }
            interruption.watch { task.cancel() }
            status = await task.value
        } catch {
            log.errors.write("mailbackup: \(TextReporter.line(error).printable)\n")
            status = ExitStatus(error, signal: nil)
        }
        throw ExitCode(CommandExit.told(status, log.output, log.errors).rawValue)
    }
}
