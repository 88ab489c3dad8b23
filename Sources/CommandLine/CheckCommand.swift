import ArgumentParser
import Configuration
import IMAPStore
import MailStore

/// `mailbackup check`: can this source be backed up, and what will be missing.
struct CheckCommand: ConfigurableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Finds out whether a source can be backed up, and what will be missing.",
        discussion: """
            Examples:
              mailbackup check --source maildir:/home/fredb/Maildir
              mailbackup check --user FredB --source imaps://mail.example.com --login backup-admin --password-file /etc/pw

            Logs on, lists the folders, and tells what the server can do. Nothing is copied, and nothing is changed.

            \(ExitStatus.explanation([
                0: "the source can be backed up", 1: "it can, but some folders cannot be read (each is listed)",
                65: "bad data: the source is damaged", 69: "the server does not answer",
                77: "login refused, access denied",
            ], without: [73, 74, 130]))
            """)

    @Option(help: ArgumentHelp("The mailbox's owner.", valueName: "user"))
    var user: String?

    @Option(
        help: ArgumentHelp(
            "Where the mail is: maildir:PATH, imaps://HOST[:PORT], imap://HOST[:PORT]. Default: the configuration, else"
                + " the Maildir of the local account USER.", valueName: "url"),
        transform: { try SourceURL($0) })
    var source: SourceURL?

    @OptionGroup
    var configured: ConfigurationOption

    @OptionGroup(title: "Servers")
    var server: ServerOptions

    func validate() throws {
        guard source != nil || user?.isEmpty == false else { throw ValidationError("give --source or --user") }
    }

    var configuredUser: String? { user }
    var needsConfiguration: Bool { source == nil }
    static let configuredGroups: Set<ConfigurationKey.Group> = [.source]

    mutating func run() async throws {
        try server.validate(for: source)
        try await CommandExit.run { [self] (output, errors) async throws(StoreError) in
            try await check(output, errors)
        }
    }

    private func check(_ output: Output, _ errors: Output) async throws(StoreError) -> ExitStatus {
        let url = if let source { source } else { try SourceURL.ofAccount(user ?? "", after: configured.places) }
        let store = try await url.open(user: user, server)
        output.write("Opened \(store.description.printable)\n")
        let hierarchy = try await store.hierarchy()
        if let server = store as? IMAPStore {
            let report = ServerReport(try await server.session(), foldersLeftOut: server.foldersLeftOut)
            for line in report.lines { output.write(" * \(line.printable)\n") }
        }
        let holders = hierarchy.folders.filter(\.holdsMessages).count
        output.write(" * \(Format.count(holders, "folder")) with messages can be listed\n")
        for problem in hierarchy.problems { errors.write("mailbackup: \(TextReporter.line(problem).printable)\n") }
        if let server = store as? IMAPStore { await server.close() }
        return hierarchy.problems.isEmpty ? .success : .problems
    }
}
