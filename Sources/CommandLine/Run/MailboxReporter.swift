import Transfer

/// What is told of one mailbox of many while it is copied: to people what goes wrong, with the user's name. How it ended is told by
/// the run.
struct MailboxReporter: Reporter {
    let user: String
    let isQuiet: Bool
    let errors: Output

    func report(_ event: TransferEvent) {
        guard case .problem(let problem) = event, problem.severity == .problem || !isQuiet else { return }
        errors.write("mailbackup: \(user.printable): \(TextReporter.line(problem.error).printable)\n")
    }
}
