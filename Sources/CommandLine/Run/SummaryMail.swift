import MailStore

/// The summary of a run, sent by the local sendmail.
struct SummaryMail {
    let to: String
    /// A shell command that takes a message on its standard input.
    let command: String
    /// For the command.
    var bound = ShellCommand.usualBound

    static let usualCommand = "/usr/sbin/sendmail -t -i"

    /// - Returns: whether an address can stand in a header: nothing ends the line, and there is something in it.
    static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("-")
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F || $0 == " " }
    }

    /// - Throws: `.inputOutput` where the command fails.
    func send(_ summary: RunSummary, _ status: ExitStatus, host: String) throws(StoreError) {
        var command = ShellCommand(command)
        command.bound = bound
        do throws(ShellCommand.Failure) {
            try command.take(Array(message(summary, status, host: host).utf8))
        } catch {
            let text =
                switch error {
                case .cannotRun: "\(self.command): cannot be run"
                case .cancelled: "\(self.command): interrupted"
                case .timedOut:
                    "\(command.name), which takes the mail to \(to), had not ended after"
                        + " \(bound.components.seconds) seconds, and was stopped"
                case .failed(let how): "\(self.command): the summary could not be sent (\(how))"
                case .notTaken: "\(self.command): it did not read all of the summary"
                }
            throw StoreError(.inputOutput, text)
        }
    }

    /// RFC 5322; the body in UTF-8.
    func message(_ summary: RunSummary, _ status: ExitStatus, host: String) -> String {
        let subject =
            "mailbackup on \(host): \(summary.failures) of \(RunSummary.mailboxes(summary.mailboxes)) failed"
            + (summary.withProblems > 0 ? ", \(summary.withProblems) with problems" : "")
        var lines = [
            "To: \(to)", "Subject: \(subject)", "Auto-Submitted: auto-generated", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit", "",
            summary.total, "Exit status \(status.rawValue).", "",
        ]
        lines += summary.failureLines.map { "! " + $0.printable }
        for outcome in summary.outcomes where outcome.failure == nil {
            lines.append(RunSummary.line(outcome, isDryRun: summary.isDryRun).printable)
        }
        // A line must not be longer than 998 bytes: RFC 5322 2.1.1.
        return lines.map { String(decoding: Array($0.utf8.prefix(900)), as: UTF8.self) + "\n" }.joined()
    }
}
