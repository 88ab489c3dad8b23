import ArgumentParser
import Glibc
import MailStore

/// The command line: one subcommand a file.
struct MailBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailbackup",
        abstract: "Copies mailboxes into Outlook PST files, and back.",
        version: Version.text,
        subcommands: [
            CopyCommand.self, RestoreCommand.self, VerifyCommand.self, ListCommand.self, MergeCommand.self,
            RunCommand.self, StatusCommand.self, ReportCommand.self, CheckCommand.self, ConfigCommand.self,
            LibpstReaderCommand.self,
        ])

    mutating func run() async throws {
        throw ValidationError(
            "a command is missing: copy, restore, verify, list, merge, run, status, report, check or config")
    }
}

/// Runs the program with the arguments of the process; does not return.
public func runMailBackup() async -> Never {
    do {
        var command = try MailBackup.parseAsRoot()
        if let configurable = command as? any ConfigurableCommand {
            // The name of the program, and of the command.
            command = try configurable.completed(Array(Swift.CommandLine.arguments.dropFirst(2)))
        }
        if var command = command as? any AsyncParsableCommand {
            try await command.run()
        } else {
            try command.run()
        }
        exit(ExitStatus.success.rawValue)
    } catch let error as StoreError {
        Output(descriptor: STDERR_FILENO).write("mailbackup: \(TextReporter.line(error).printable)\n")
        exit(ExitStatus(error, signal: nil).rawValue)
    } catch {
        let code = MailBackup.exitCode(for: error)
        if code.isSuccess || error is ExitCode { MailBackup.exit(withError: error) }
        let text = MailBackup.message(for: error).hidingUserInfo
        Output(descriptor: STDERR_FILENO).write("mailbackup: \(text.printable) (see 'mailbackup --help')\n")
        exit(ExitStatus.usage.rawValue)
    }
}

/// What this build is and can do.
enum Version {
    static let number = "0.1.0"

    static let features = [
        "source: maildir (maildir++, fs; gzip, bzip2, xz, zstd, lz4)",
        "source: imap (TLS, STARTTLS; PLAIN, SCRAM-SHA-256, XOAUTH2, OAUTHBEARER; CONDSTORE, QRESYNC)",
        "output: pst (Unicode; none, permute, cyclic; byte-exact originals)",
        "incremental: journal (SQLite), updates in place, delta PSTs, saved states",
        "many mailboxes: configuration (TOML), parallel, budgets, shards, summary by mail",
        "files: parts by size, year, month or folder; rotation of full copies and deltas; merge",
        "restore: pst (Unicode, 4K, ANSI) to maildir (maildir++, fs)",
        "verify: structure, read-back through libpst, comparison with the source",
        "report: html, prometheus textfile",
        "log: text, json (schema \(JSONReporter.schema))",
    ]

    static let text = "mailbackup \(number)\n" + features.joined(separator: "\n")
}
