import ArgumentParser

/// Writes mailboxes for quickstart, tests and benchmarks. The same arguments always give the same bytes.
struct MailboxGenerator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "MailboxGenerator",
        abstract: "Writes generated Maildir++ mailboxes.",
        subcommands: [SampleCommand.self, BenchCommand.self, ShapeCommand.self])
}
