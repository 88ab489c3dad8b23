import MailStore
import TestSupport
import Testing
import Transfer

@testable import CommandLine

@Suite("The summary of a run")
struct RunSummaryTests {
    /// "ok", "problems", "left", or the code of a failure.
    private static func outcome(_ number: Int, _ state: String) -> MailboxOutcome {
        var counts = TransferCounts()
        (counts.listed, counts.saved, counts.bytes) = (10, 10, 1000)
        if state == "problems" { counts.problems = 2 }
        let codes: [String: StoreError.Code] = [
            "denied": .accessDenied, "refused": .loginRefused, "away": .unavailable, "locked": .temporary,
            "missing": .noInput,
        ]
        let failure = codes[state].map { StoreError($0, "imaps://mail.example.com: why") }
        let result = TransferResult(counts: counts, failure: failure, run: 3)
        let end: MailboxOutcome.State =
            state == "left" ? .notBegun(.downloaded) : .done(result, elapsed: .seconds(1))
        return MailboxOutcome(user: "user\(number)", out: "/b/user\(number).pst", state: end)
    }

    private static func summary(_ states: String) -> RunSummary {
        .of(states.split(separator: " ").enumerated().map { outcome($0.offset, String($0.element)) })
    }

    @Test(
        "The exit status tells whether all is well, something has to be done, or it is to be tried again",
        arguments: [
            ("ok ok", 0), ("ok problems", 1), ("ok denied", 1), ("denied locked ok", 1), ("denied left", 1),
            ("ok left", 75), ("left left", 75), ("ok locked", 75), ("locked locked", 75), ("locked left", 75),
            ("denied denied", 77), ("denied refused", 77), ("denied", 77), ("away away", 69), ("missing", 66),
            ("denied away", 1), ("", 0),
            ("problems left", 1),
        ])
    func status(states: String, status: Int32) {
        #expect(Self.summary(states).status(signal: nil).rawValue == status)
    }

    @Test("A signal decides the exit status")
    func signal() {
        #expect(Self.summary("ok denied").status(signal: 2).rawValue == 130)
    }

    @Test("The last line counts the mailboxes; each that failed is told with the question that an administrator asks")
    func text() {
        let summary = Self.summary("ok ok problems denied away left")
        #expect(
            summary.total == "6 mailboxes: 2 complete, 1 with problems, 2 failed, 1 left for the next run;"
                + " 50 messages, 5.0 kB in 00:01:12")
        #expect(
            summary.failureLines == [
                "user3: access denied? imaps://mail.example.com: why",
                "user4: server away? imaps://mail.example.com: why",
            ])
        #expect(
            RunSummary.line(Self.outcome(0, "ok"), isDryRun: false)
                == " * \("user0".padded(to: 20)) 10 messages, 0 problems, 1.0 kB in 00:00:01 · state 3")
    }

    @Test("A mail with the summary goes to the command, and no text of a mailbox becomes a header")
    func mail() throws {
        let directory = try TemporaryDirectory()
        let mail = SummaryMail(to: "admin@example.com", command: "cat >\(directory.path)/mail")
        let refused = [(user: "x\nBcc: all@example.com", error: StoreError(.configuration, "bad\r\n\r\nname"))]
        let summary = RunSummary.of([Self.outcome(0, "ok"), Self.outcome(1, "denied")], refused: refused)
        try mail.send(summary, .problems, host: "backup.example.com")
        let text = String(
            decoding: try CommandRun.run("cat", [directory.path + "/mail"]).succeeded().output, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let head = lines.prefix { !$0.isEmpty }
        #expect(head.first == "To: admin@example.com")
        #expect(head.contains("Subject: mailbackup on backup.example.com: 2 of 3 mailboxes failed"))
        #expect(!head.contains { $0.hasPrefix("Bcc") } && head.count == 6, "\(text)")
        #expect(text.contains("\n! user1: access denied? imaps://mail.example.com: why\n"))
        #expect(text.contains("\n * user0 ") && text.contains("Exit status 1.\n"))
    }

    @Test("A mail that the command does not take is an error that says which command")
    func mailFails() {
        let mail = SummaryMail(to: "admin@example.com", command: "cat >/dev/null; exit 3")
        let error = #expect(throws: StoreError.self) {
            try mail.send(Self.summary("denied"), .problems, host: "h")
        }
        #expect(error?.message.contains("exit 3") == true && error?.message.contains("status 3") == true)
    }

    @Test("What would end a header is no address", arguments: ["", "a@b\nBcc: c@d", "a@b\r", "-t", "ä@b\u{7F}"])
    func addresses(text: String) {
        #expect(!SummaryMail.isAddress(text))
        #expect(SummaryMail.isAddress("admin@example.com, root"))
    }
}
