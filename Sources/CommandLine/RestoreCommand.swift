import ArgumentParser
import Conversion
import Glibc
import MailStore
import Maildir
import PSTStore
import Transfer

/// `mailbackup restore`: from a PST into a Maildir.
struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Writes the messages of a PST into a Maildir.",
        discussion: """
            Examples:
              mailbackup restore fredb.pst --to-maildir /home/fredb/restored
              mailbackup restore fredb.pst --to-maildir /home/fredb/Maildir --message-id '<4711@example.com>'

            Any PST: of those that mailbackup wrote, the messages come back byte for byte; those of Outlook, and those \
            edited there, are composed from their properties. Flags, keywords and delivery times come back. Nothing \
            is overwritten, and a message that its folder has already is not written again.

            \(SelectionOptions.explanation)

            \(ExitStatus.explanation([
                0: "everything selected is in the Maildir", 65: "bad data: the PST is damaged beyond use",
                66: "no such PST, or no folder is selected", 73: "the Maildir cannot be created",
                75: "temporary failure (the Maildir is in use by another run), try again",
                130: "interrupted, 143 terminated: the Maildir holds what was written by then; run it again",
            ], without: [78]))
            """)

    @Argument(help: ArgumentHelp("The PST.", valueName: "file.pst"))
    var file: String

    @Option(help: ArgumentHelp("The Maildir to write to; created if it does not exist.", valueName: "dir"))
    var toMaildir: String

    @Option(
        help: ArgumentHelp(
            "How folders lie in it: maildir++ or fs. Default: as in the Maildir that is there, else maildir++.",
            valueName: "layout"))
    var layout: Layout?

    @OptionGroup(title: "Selection")
    var selected: SelectionOptions

    @Flag(help: "Read everything, write nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("Batches of messages converted at the same time, 1 to 64.", valueName: "n"))
    var jobs = 3

    @OptionGroup(title: "Output")
    var display: DisplayOptions

    enum Layout: String, ExpressibleByArgument, CaseIterable {
        case maildirPlusPlus = "maildir++"
        case fs
    }

    func validate() throws {
        guard !file.isEmpty else { throw ValidationError("the name of the PST is empty") }
        guard !toMaildir.isEmpty else { throw ValidationError("--to-maildir is empty") }
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs \(jobs): 1 to 64 are possible") }
    }

    mutating func run() async throws {
        let run = TransferRun(display: display, user: nil, out: toMaildir, isDryRun: dryRun)
        try await run.run { [self] reporter in await restore(reporter: reporter) }
    }

    private func restore(reporter: any Reporter) async -> TransferResult {
        do throws(StoreError) {
            let source = try PSTRestoreSource.open(at: file)
            let destination = try MaildirDestination(
                path: toMaildir, layout: layout.flatMap { MaildirLayout(rawValue: $0.rawValue) }, isDryRun: dryRun)
            var options = TransferOptions()
            options.jobs = jobs
            options.findsTotals = display.showsProgress
            options.inspector = MessageContentInspector()
            return await Copier(
                from: source, to: destination, selection: selected.selection, options: options, reporter: reporter
            ).run()
        } catch {
            return TransferRun.failed(error, reporter)
        }
    }
}
