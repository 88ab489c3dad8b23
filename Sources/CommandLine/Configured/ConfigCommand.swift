import ArgumentParser
import Configuration
import Glibc
import MailStore

/// `mailbackup config`: about the configuration.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Checks and explains the configuration.",
        discussion: """
            Example:
              mailbackup config check
            """,
        subcommands: [ConfigCheckCommand.self])

    func run() throws {
        throw ValidationError("what about the configuration? mailbackup config check")
    }
}

/// `mailbackup config check`: what would be done, without doing it.
struct ConfigCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Tells, user by user, what a run would do, and where each value comes from.",
        discussion: """
            Examples:
              mailbackup config check
              mailbackup config check --config config.toml --user FredB --json

            Nobody is logged on, no mailbox is opened, no command is run, and nothing is written. With --json: one object a line, \
            with "schema" 1 and "event" mailbox, setting, notice or problem.

            \(ExitStatus.explanation([
                0: "the configuration can be used", 78: "it cannot, for all or some users (each mistake is told)",
            ], without: [1, 65, 66, 69, 73, 74, 75, 77, 130]))
            """)

    @OptionGroup
    var configured: ConfigurationOption

    @Option(
        name: .customLong("user"), parsing: .singleValue,
        help: ArgumentHelp("Only this user (repeatable).", valueName: "user"))
    var users: [String] = []

    @Flag(help: "JSON, one object a line.")
    var json = false

    mutating func run() async throws {
        try await CommandExit.run { [self] (output, errors) async throws(StoreError) in
            let configuration = try configured.required()
            let printer = ConfigurationPrinter(output: output, errors: errors, isJSON: json)
            return try check(configuration, printer)
        }
    }

    private func check(_ configuration: Configuration, _ printer: ConfigurationPrinter) throws(StoreError) -> ExitStatus
    {
        _ = try RunSettings.limits(configuration)
        _ = try RunSettings.mail(configuration)
        let plan = try RunPlan(configuration, names: users, shard: nil)
        printer.begin(configuration, mailboxes: plan.plans.count + plan.refused.count)
        let known = Set(plan.plans.map(\.user) + plan.refused.map(\.user))
        if users.isEmpty {
            for user in configuration.usersWithSettings where !known.contains(user) {
                printer.notice(user, "has a table [user.\(user)], and is not among the users")
            }
        }
        var isGood = plan.refused.isEmpty
        for mailbox in plan.plans {
            printer.mailbox(mailbox)
            for problem in Self.problems(of: mailbox) {
                printer.problem(mailbox.user, problem)
                isGood = false
            }
        }
        for (user, error) in plan.refused { printer.problem(user, error.message) }
        return isGood ? .success : .configuration
    }

    /// What can be seen without logging on.
    private static func problems(of mailbox: MailboxPlan) -> [String] {
        var problems: [String] = []
        do throws(StoreError) {
            let command = try mailbox.command(isDryRun: true)
            if case .server(let url)? = command.source {
                _ = try command.server.imapOptions(url, user: mailbox.user)
            } else if command.source == nil {
                _ = try SourceURL.ofAccount(mailbox.user, after: command.configured.places)
            }
        } catch {
            problems.append(error.message)
        }
        for setting in mailbox.settings.all where setting.key.name == "source.password-file" {
            guard let path = setting.text, let problem = Self.problem(ofPasswordFile: path) else { continue }
            problems.append(setting.located(problem))
        }
        return problems
    }

    private static func problem(ofPasswordFile path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
        return status.st_mode & 0o077 == 0 ? nil : "\(path): others may read the password; chmod 600 it"
    }
}
