import Foundation
import Glibc
import TestSupport
import Testing

@Suite("mailbackup restore and list")
struct RestoreCommandTests {
    let place: TemporaryFolder
    let tree: MaildirTree
    var pst: String { place.path("fredb.pst") }
    var restored: String { place.path("restored") }

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
        let header = "From: Ann <ann@example.com>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n"
        for number in 1...3 {
            try tree.addFile(
                "cur/\(number).host:2,\(number == 1 ? "FS" : "S")",
                "\(header)Message-ID: <\(number)@example.com>\nSubject: Letter \(number)\n\nhello\n",
                time: 1_700_000_000 + number * 86_400)
        }
        try tree.addFolder(".Archive.2025")
        try tree.addFile(
            ".Archive.2025/new/4.host",
            """
            \(header)Subject: Bücher
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary=b

            --b

            text
            --b
            Content-Type: application/pdf; name="Plan.pdf"
            Content-Transfer-Encoding: base64

            JVBERi0xLjQK
            --b--

            """, time: 1_800_000_000)
        let copied = try Program().run(["copy", "--user", "F", "--source", "maildir:\(tree.path)", "--out", pst])
        try #require(copied.status == 0, "\(copied.errors)")
    }

    private func restore(_ options: String...) throws -> Program.Outcome {
        try Program().run(["restore", pst, "--to-maildir", restored] + options)
    }

    private func count(_ directory: String) -> Int {
        (try? FileManager.default.contentsOfDirectory(atPath: restored + "/" + directory).count) ?? 0
    }

    @Test("A restore lists its folders and ends with a summary, and exits 0")
    func summary() throws {
        let outcome = try restore()
        let lines = outcome.output.split(separator: "\n")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors == "")
        #expect(lines.first == "Opened \(pst)")
        #expect(lines.contains { $0.hasPrefix(" * Inbox ") && $0.contains(" 3 messages") })
        #expect(lines.last?.hasPrefix("\(restored): 4 messages, 0 problems, ") == true)
        #expect(count("cur") == 3)
        #expect(count(".Archive.2025/cur") == 1)
    }

    @Test("With --quiet, not one byte is written on success; with --dry-run, no file")
    func quiet() throws {
        let dry = try restore("--dry-run")
        #expect(dry.status == 0)
        #expect(dry.output.contains("4 messages, 0 problems"))
        #expect(access(restored, F_OK) != 0)
        let outcome = try restore("--quiet")
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
        #expect(outcome.errors == "")
    }

    @Test("A second run says that everything is already there")
    func again() throws {
        #expect(try restore().status == 0)
        let outcome = try restore()
        #expect(outcome.status == 0)
        #expect(outcome.output.contains(": 0 messages, 0 problems, 4 already there, "))
        #expect(count("cur") == 3)
    }

    @Test("The layout fs has directories in directories")
    func filesystem() throws {
        #expect(try restore("--layout", "fs").status == 0)
        #expect(count("Archive/2025/cur") == 1)
        #expect(try restore("--layout", "maildir++").status == 73)
    }

    @Test(
        "Each way to select has its effect, in copies, restores and lists",
        arguments: [
            ("--folder #inbox#", 3), ("--exclude-folder #inbox#", 1), ("--unread", 1), ("--flagged", 1),
            ("--message-id <2@example.com>", 1), ("--message-id 2@example.com --message-id 3@example.com", 2),
            ("--subject letter", 3), ("--subject BÜCHER", 1), ("--subject letter --subject 2", 1),
            ("--attachment *.PDF", 1), ("--after 2026-01-01", 1), ("--before 2023-11-17T00:00Z", 2),
            ("--after 2023-11-16T22:13:20Z --before 2023-11-17T22:13:20Z", 1), ("--larger 100M", 0),
            ("--smaller 1G", 4), ("--subject letter --flagged", 1),
        ])
    func selection(options: String, count: Int) throws {
        let options = options.split(separator: " ").map(String.init)
        let restored = try Program().run(["restore", pst, "--to-maildir", restored, "--dry-run"] + options)
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(restored.output.contains(": \(count) message"), "\(restored.output)")
        let copied = try Program().run(
            ["copy", "--user", "F", "--source", "maildir:\(tree.path)", "--out", place.path("x.pst"), "--dry-run"]
                + options)
        #expect(copied.status == 0)
        #expect(copied.output.contains(": \(count) message"), "\(copied.output)")
        for store in [[pst], ["--source", "maildir:\(tree.path)"]] {
            let listed = try Program().run(["list"] + store + options)
            #expect(listed.status == 0)
            #expect(listed.output.contains(": \(count) message"), "\(listed.output)")
        }
    }

    @Test("A single message is restored into its folder, and no other folder is made")
    func oneMessage() throws {
        let outcome = try restore("--subject", "Bücher")
        #expect(outcome.status == 0)
        #expect(count("cur") == 0)
        #expect(count(".Archive.2025/cur") == 1)
        #expect(outcome.output.contains("3 not selected"))
        let missing = try restore("--message-id", "<no@where>")
        #expect(missing.status == 1)
        #expect(missing.errors == "mailbackup: no message has the Message-ID <no@where>\n")
    }

    @Test(
        "Each failure has its exit status and one line that says what it is about",
        arguments: [
            (64, "restore PST", "--to-maildir"), (64, "restore PST --to-maildir X --after tomorrow", "tomorrow"),
            (64, "restore PST --to-maildir X --larger big", "big"),
            (64, "restore PST --to-maildir X --jobs 0", "--jobs"),
            (64, "restore PST --to-maildir X --after 2025-01-02 --before 2025-01-01", "--before"),
            (64, "restore PST --to-maildir X --layout odd", "odd"), (64, "list", "PST"),
            (64, "list PST --source maildir:X", "--source"),
            (66, "restore PLACE/no.pst --to-maildir X", "PLACE/no.pst"),
            (66, "restore PST --to-maildir PLACE/x --folder nothing", "nothing"),
            (66, "list PLACE/no.pst", "PLACE/no.pst"),
            (65, "restore PLACE/text --to-maildir PLACE/x", "PLACE/text"), (65, "list PLACE/text", "PLACE/text"),
            (73, "restore PST --to-maildir PLACE/no/where", "PLACE/no/where"),
            (73, "restore PST --to-maildir PLACE/plain", "PLACE/plain"), (73, "restore PST --to-maildir PST", "PST"),
        ])
    func failures(status: Int32, arguments: String, mention: String) throws {
        try String(repeating: "this is no PST ", count: 1000).write(
            toFile: place.path("text"), atomically: false, encoding: .utf8)
        try FileManager.default.createDirectory(atPath: place.path("plain"), withIntermediateDirectories: true)
        try "x".write(toFile: place.path("plain/file"), atomically: false, encoding: .utf8)
        let replace = { (text: String) in
            text.replacing("PST", with: self.pst).replacing("PLACE", with: self.place.path)
        }
        let outcome = try Program().run(arguments.split(separator: " ").map { replace(String($0)) })
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("mailbackup: "))
        #expect(
            outcome.errors.contains(mention == "PST" && status == 64 ? "PST" : replace(mention)), "\(outcome.errors)")
        #expect(access(place.path("x"), F_OK) != 0)
    }

    @Test("A list is a tree with aligned counts and sizes")
    func list() throws {
        let outcome = try Program().run(["list", "--source", "maildir:\(tree.path)"])
        let lines = outcome.output.split(separator: "\n")
        #expect(outcome.status == 0)
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("INBOX            3 messages "))
        #expect(lines[1].hasPrefix("Archive          0 messages "))
        #expect(lines[2].hasPrefix("  2025           1 message  "))
        #expect(Set(lines.prefix(3).map(\.count)).count == 1)
        #expect(lines[3].hasPrefix("maildir:\(tree.path): 4 messages in 3 folders, "))
        let ofPST = try Program().run(["list", pst])
        #expect(ofPST.status == 0)
        #expect(ofPST.output.split(separator: "\n").contains { $0.hasPrefix("  2025 ") && $0.contains(" 1 message ") })
    }

    @Test("A list of messages tells date, flags, author, subject and attachments, of a PST and of its source alike")
    func listMessages() throws {
        for store in [[pst], ["--source", "maildir:\(tree.path)"]] {
            let outcome = try Program(environment: ["TZ": "UTC"]).run(["list", "--messages"] + store)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.contains { $0.hasPrefix("  2023-11-15 22:13  FS      Ann <ann@example.com>") })
            #expect(lines.contains { $0.contains("  Letter 2  ") })
            #expect(lines.contains { $0.contains("  Bücher  ") && $0.hasSuffix("  Plan.pdf") })
        }
    }

    @Test("A list as JSON has one object a line, with schema and event")
    func listJSON() throws {
        let outcome = try Program().run(["list", pst, "--messages", "--json"])
        let objects = try outcome.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects.allSatisfy { $0["schema"] as? Int == 1 })
        let events = objects.compactMap { $0["event"] as? String }
        #expect(events.count { $0 == "message" } == 4)
        #expect(events.last == "list-finished")
        #expect(objects.last?["messages"] as? Int == 4)
        let message = try #require(objects.first { $0["message_id"] as? String == "<1@example.com>" })
        #expect(message["subject"] as? String == "Letter 1")
        #expect(message["flags"] as? [String] == ["flagged", "seen"])
        #expect(message["time"] as? String == "2023-11-15T22:13:20Z")
        let planned = try #require(objects.first { $0["subject"] as? String == "Bücher" })
        #expect(planned["attachments"] as? [String] == ["Plan.pdf"])
    }

    @Test("Help has an example and the exit statuses", arguments: ["restore", "list"])
    func help(command: String) throws {
        let help = try Program().run([command, "--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("mailbackup \(command) fredb.pst"))
        for status in ["0 ", "1 ", "64", "65", "66", "77"] { #expect(help.output.contains("  \(status)")) }
    }
}
