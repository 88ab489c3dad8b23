import Glibc
import MailStore

/// The summary of a run, sent by the local sendmail.
struct SummaryMail {
    let to: String
    /// A shell command that takes a message on its standard input.
    let command: String

    static let usualCommand = "/usr/sbin/sendmail -t -i"

    /// - Returns: whether an address can stand in a header: nothing ends the line, and there is something in it.
    static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix("-")
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F || $0 == " " }
    }

    /// - Throws: `.inputOutput` where the command fails.
    func send(_ summary: RunSummary, _ status: ExitStatus, host: String) throws(StoreError) {
        guard let stream = popen(command, "we") else {
            throw StoreError(.inputOutput, "\(command): cannot be run")
        }
        let text = message(summary, status, host: host)
        let written = text.utf8CString.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count - 1, stream) }
        let ended = pclose(stream)
        guard ended == 0, written == text.utf8.count else {
            throw StoreError(
                .inputOutput, "\(command): the summary could not be sent (status \(ended >> 8 & 0xFF))")
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
