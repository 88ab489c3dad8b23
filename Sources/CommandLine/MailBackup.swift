import ArgumentParser

/// The command line: one subcommand a file.
struct MailBackup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "mailbackup")
}

/// Runs the program with the arguments of the process; does not return.
public func runMailBackup() async -> Never {
    await MailBackup.main()
    MailBackup.exit()
}
