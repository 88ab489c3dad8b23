import ArgumentParser
import Configuration
import Glibc
import MailStore
import Readback

/// `mailbackup verify`: is a PST whole, and does it hold what it should?
struct VerifyCommand: ConfigurableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks a PST: its structure, what another reader finds in it, and its source.",
        discussion: """
            Examples:
              mailbackup verify fredb.pst
              mailbackup verify fredb.pst --source maildir:/home/fredb/Maildir

            Every page, block, table and object is checked; then all of it is read through libpst, message by message, \
            and compared. With --source or --user it is compared with the mailbox too, as it is now: give the \
            selection of the copy. One line for each difference and what to do. With --json: one object a line, with \
            "schema" 1 and "event" finding, difference, problem or verify-finished.

            \(SelectionOptions.explanation)

            \(ExitStatus.explanation([
                0: "no difference", 1: "no difference, but some messages of the source could not be read",
                65: "the PST is damaged, or differs", 66: "no such PST or source",
            ], without: [73, 75, 130]))
            """)

    @Argument(help: ArgumentHelp("The PST.", valueName: "file.pst"))
    var file: String

    @Option(
        help: ArgumentHelp(
            "The mailbox's owner: compare with the mailbox of the configuration, else the Maildir of this account.",
            valueName: "user"))
    var user: String?

    @Option(
        help: ArgumentHelp("Compare with this mailbox: maildir:PATH, with ?layout=maildir++|fs.", valueName: "url"),
        transform: { try SourceURL($0) })
    var source: SourceURL?

    @OptionGroup
    var configured: ConfigurationOption

    @Flag(help: "JSON, one object a line.")
    var json = false

    @Flag(help: "Not one byte where there is no difference.")
    var quiet = false

    @OptionGroup(title: "Servers")
    var server: ServerOptions

    @OptionGroup(title: "Selection")
    var selected: SelectionOptions

    var configuredUser: String? { user }
    var needsConfiguration: Bool { source == nil }
    static let configuredGroups: Set<ConfigurationKey.Group> = [.source, .selection]

    mutating func run() async throws {
        try server.validate(for: source)
        try await CommandExit.run { [self] (output, errors) async throws(StoreError) in
            let printer = VerificationPrinter(path: file, output: output, errors: errors, isJSON: json, isQuiet: quiet)
            let outcome = try await Verification(path: file).run(source: try await mailbox()) { printer.add($0) }
            let status = outcome.isGood ? (outcome.unreadable == 0 ? ExitStatus.success : .problems) : .badData
            printer.finish(outcome, status)
            return status
        }
    }

    private func mailbox() async throws(StoreError) -> VerificationSource? {
        guard source != nil || user != nil else { return nil }
        let url = if let source { source } else { try SourceURL.ofAccount(user ?? "", after: configured.places) }
        return VerificationSource(
            store: try await url.open(user: user, server), selection: selected.selection,
            ownerAddresses: CopyCommand.ownerAddresses(of: user ?? ""))
    }
}

/// The process that reads a PST through libpst for `verify`; of no use by itself.
struct LibpstReaderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: Readback.hiddenCommand, abstract: "Reads a PST through libpst, for verify.", shouldDisplay: false)

    @Argument var file: String

    func run() throws {
        throw ExitCode(LibpstDump.run(path: file))
    }
}
