import ArgumentParser
import Configuration
import Conversion
import Glibc
import MailStore
import PSTStore
import Transfer

/// `mailbackup list`: what a PST or a source holds.
struct ListCommand: ConfigurableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the folders of a PST or a source, and the messages in them.",
        discussion: """
            Examples:
              mailbackup list fredb.pst
              mailbackup list --source maildir:/home/fredb/Maildir --messages --folder '#sent#'

            With --messages: date, flags (D draft, F flagged, P forwarded, R replied, S seen, T deleted), author, \
            subject, size, attachments. With --json: one object a line, with "schema" 1 and "event" folder, message, \
            problem or list-finished.

            \(SelectionOptions.explanation)

            \(ExitStatus.explanation([
                0: "everything was listed", 65: "bad data: the PST is damaged beyond use",
                66: "no such PST or source, or no folder is selected",
                69: "the server does not answer", 77: "login refused, access denied",
            ], without: [73, 130]))
            """)

    @Argument(help: ArgumentHelp("The PST.", valueName: "file.pst"))
    var file: String?

    @Option(help: ArgumentHelp("The owner of the mailbox to list.", valueName: "user"))
    var user: String?

    @Option(
        help: ArgumentHelp(
            "Where the mail is: maildir:PATH, with ?layout=maildir++|fs; imaps://HOST[:PORT]; imap://HOST[:PORT].",
            valueName: "url"),
        transform: { try SourceURL($0) })
    var source: SourceURL?

    @OptionGroup
    var configured: ConfigurationOption

    @Flag(help: "List the messages too.")
    var messages = false

    @Flag(help: "JSON, one object a line.")
    var json = false

    @OptionGroup(title: "Servers")
    var server: ServerOptions

    @OptionGroup(title: "Selection")
    var selected: SelectionOptions

    func validate() throws {
        let isMailbox = source != nil || user != nil
        guard (file != nil) != isMailbox else {
            throw ValidationError("give either a PST, or --source or --user")
        }
    }

    var configuredUser: String? { user }
    var needsConfiguration: Bool { file == nil && source == nil }
    static let configuredGroups: Set<ConfigurationKey.Group> = [.source]

    mutating func run() async throws {
        try server.validate(for: source)
        try await CommandExit.run { [self] (output, errors) async throws(StoreError) in
            try await list(to: output, errors)
        }
    }

    private func list(to output: Output, _ errors: Output) async throws(StoreError) -> ExitStatus {
        let store = try await open()
        let options = MailboxListing.Options(
            selection: selected.selection, opensMessages: messages, inspector: MessageContentInspector())
        let printer = ListPrinter(output: output, errors: errors, isJSON: json, showsMessages: messages)
        let totals = try await MailboxListing(store: store, options: options).run { printer.add($0) }
        let status: ExitStatus = totals.problems == 0 ? .success : .problems
        printer.finish(store.description, totals, status)
        return status
    }

    private func open() async throws(StoreError) -> any MessageStore {
        if let file { return try PSTSetSource.open(at: file) }
        if let source { return try await source.open(user: user, server) }
        return try await SourceURL.ofAccount(user ?? "", after: configured.places).open(user: user, server)
    }
}
