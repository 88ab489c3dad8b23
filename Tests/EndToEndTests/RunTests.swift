import Foundation
import Glibc
import MailServers
import TestSupport
import Testing

@Suite("mailbackup run")
struct RunTests {
    private static let files = (1...25).map { "file\($0)" }
    private static let served = (1...25).map { "served\($0)" }
    private static let broken: Set<String> = ["file7", "served3", "served9"]

    /// Half of the mailboxes in files, half on a server; one is missing, one may not be read, one cannot be written.
    private static func fifty(_ server: MailServer) throws -> ManyMailboxes {
        let place = try ManyMailboxes()
        try "admin-secret\n".write(toFile: place.path("admin"), atomically: true, encoding: .utf8)
        try "wrong\n".write(toFile: place.path("wrong"), atomically: true, encoding: .utf8)
        for name in ["admin", "wrong"] { #expect(chmod(place.path(name), 0o600) == 0) }
        let source = "[source]\nurl = \"\(server.securedURL)\"\nca-file = \"\(server.certificate)\"\n"
        var tables = ""
        for user in served {
            try ManyMailboxes.deliver(1...4, to: try server.mailbox(of: user))
            let account =
                user == "served3" ? "password-file = \"wrong\"" : "login = \"backup-admin\"\npassword-file = \"admin\""
            tables += source.replacing("[source]", with: "[user.\(user).source]") + account + "\n"
        }
        try server.takeOver()
        tables += "[user.served9]\nout = \"missing/%u.pst\"\n"
        for user in files where user != "file7" { try ManyMailboxes.deliver(1...4, to: try place.maildir(user)) }
        try place.configure(files + served, tables: tables)
        return place
    }

    @Test(
        "50 mailboxes in files and on a server, three broken: 47 complete, 3 listed, 1; the next night only changes",
        .enabled(if: MailServer.dovecot != nil, MailServer.skipReason))
    func fifty() throws {
        let server = try MailServer.start(.dovecot)
        let place = try Self.fifty(server)
        let first = try place.run("--jobs", "4")
        #expect(first.status == 1, "\(first.transcript)")
        #expect(first.outputText.contains("50 mailboxes: 47 complete, 3 failed; 188 messages"), "\(first.transcript)")
        let complaints = first.errorOutput.split(separator: "\n").map(String.init)
        #expect(complaints.count == 3, "\(first.transcript)")
        for (user, text) in [
            ("file7", "mail/file7"), ("served3", "access denied? served3 at \(server.securedURL)"),
            ("served9", "missing"),
        ] {
            #expect(
                complaints.contains { $0.hasPrefix("mailbackup: \(user): ") && $0.contains(text) },
                "\(first.transcript)")
        }
        let complete = (Self.files + Self.served).filter { !Self.broken.contains($0) }
        let expected = Dictionary(complete.map { ($0, 4) }) { first, _ in first }
        #expect(try place.messages() == expected)
        for user in ["file1", "served25"] { try BackupPlace.expect(place.pst(user), holds: 1...4) }
        // What failed before it could begin stands in the journals too.
        let status = try place.mailbackup("status", "--user", "served3")
        #expect(status.status == 1 && status.outputText.contains("failed: served3 at "), "\(status.transcript)")

        try ManyMailboxes.deliver(5...6, to: try place.maildir("file2"))
        try ManyMailboxes.deliver(5...5, to: try server.mailbox(of: "served4"))
        try server.takeOver()
        try ManyMailboxes.deliver(1...4, to: try place.maildir("file7"))
        let second = try place.run("--log-format", "json")
        #expect(second.status == 1, "\(second.transcript)")
        var saved: [String: Int] = [:]
        for object in try ManyMailboxes.objects(second) where object["event"] as? String == "run-finished" {
            let user = try #require(object["user"] as? String)
            if let count = object["saved"] as? Int, count > 0 { saved[user] = count }
        }
        #expect(saved == ["file2": 2, "served4": 1, "file7": 4])
        let last = try #require(try ManyMailboxes.objects(second).last)
        #expect(last["event"] as? String == "mailboxes-finished" && last["status"] as? Int == 1)
        #expect(last["complete"] as? Int == 48 && last["failed_mailboxes"] as? Int == 2, "\(last)")
        #expect(try place.messages() == expected.merging(["file2": 6, "served4": 5, "file7": 4]) { $1 })
        #expect(!(first.transcript + second.transcript).contains("admin-secret"))
    }

    @Test("Two shards together do each mailbox exactly once, at the same time")
    func shards() throws {
        let place = try ManyMailboxes()
        let users = (1...20).map { "user\($0)" }
        for user in users { try ManyMailboxes.deliver(1...2, to: try place.maildir(user)) }
        try place.configure(users)
        let shards = try ["0/2", "1/2"].map { shard in
            try place.start(
                ["run", "--log-format", "json", "--shard", shard], log: place.path("log\(shard.prefix(1))"))
        }
        var done: [[String]] = []
        for (number, process) in shards.enumerated() {
            process.waitUntilExit()
            let log = try CommandRun.run("cat", [place.path("log\(number)")])
            #expect(process.terminationStatus == 0, "\(log.transcript)")
            done.append(
                try ManyMailboxes.objects(log).filter { $0["event"] as? String == "run-finished" }
                    .compactMap { $0["user"] as? String })
        }
        #expect((done[0] + done[1]).sorted() == users.sorted())
        #expect(done[0].count > 3 && done[1].count > 3)
        #expect(try place.messages() == Dictionary(users.map { ($0, 2) }) { first, _ in first })
    }

    @Test("A mailbox that another run has is listed as such, the others are done: 75; with --quiet only that is told")
    func locked() throws {
        let place = try ManyMailboxes()
        for user in ["a", "b", "c"] { try ManyMailboxes.deliver(1...2, to: try place.maildir(user)) }
        try place.configure(["a", "b", "c"])
        #expect(try place.run("--quiet").transcript == "status 0\n\n")
        try ManyMailboxes.deliver(3...3, to: try place.maildir("c"))
        let descriptor = open(place.path("state/b.sqlite.lock"), O_RDWR)
        try #require(descriptor >= 0 && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
        defer { close(descriptor) }
        let run = try place.run("--quiet")
        #expect(run.status == 75, "\(run.transcript)")
        #expect(run.outputText.isEmpty)
        #expect(run.errorOutput.contains("3 mailboxes: 2 complete, 1 failed"), "\(run.transcript)")
        #expect(
            run.errorOutput.contains("mailbackup: b: ") && run.errorOutput.contains("in use by"), "\(run.transcript)")
        #expect(try place.messages() == ["a": 2, "b": 2, "c": 3])
    }

    @Test(
        "When enough was fetched the run ends with 75, and the next runs bring the rest, nothing twice",
        .enabled(if: MailServer.dovecot != nil, MailServer.skipReason))
    func budget() throws {
        let server = try MailServer.start(.dovecot)
        let place = try ManyMailboxes()
        try "admin-secret\n".write(toFile: place.path("admin"), atomically: true, encoding: .utf8)
        #expect(chmod(place.path("admin"), 0o600) == 0)
        let users = ["a", "b", "c"]
        for user in users { try ManyMailboxes.deliver(1...40, to: try server.mailbox(of: user), size: 20_000) }
        try server.takeOver()
        try place.configure(
            users,
            tables: users.map { user in
                """
                [user.\(user).source]
                url = "\(server.securedURL)"
                ca-file = "\(server.certificate)"
                login = "backup-admin"
                password-file = "admin"

                """
            }.joined())
        let first = try place.run("--jobs", "1", "--max-download", "100k")
        #expect(first.status == 75, "\(first.transcript)")
        #expect(
            first.outputText.contains(" b ") && first.outputText.contains("not begun, the bytes"), "\(first.transcript)"
        )
        #expect(first.outputText.contains(" left for the next run; "), "\(first.transcript)")
        let second = try place.run("--jobs", "2")
        #expect(second.status == 0, "\(second.transcript)")
        for user in users { try BackupPlace.expect(place.pst(user), holds: 1...40) }
    }

    @Test(
        "A signal ends all mailboxes at a checkpoint, with its status; the next run goes on without a duplicate",
        arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func signals(signal: Int32, status: Int32) throws {
        let place = try ManyMailboxes()
        try ManyMailboxes.deliver(1...300, to: try place.maildir("large"), size: 20_000)
        for user in ["b", "c"] { try ManyMailboxes.deliver(1...2, to: try place.maildir(user)) }
        try place.configure(["large", "b", "c"])
        let paused = try PausedCopy(
            ["run", "--config", place.path("config.toml"), "--jobs", "1"], state: place.state, log: place.path("log"),
            whenItGrows: place.pst("large"), signal: signal)
        let stopped = try paused.goOn()
        #expect(stopped.status == status, "\(stopped.transcript)")
        #expect(stopped.transcript.contains("stopped, the run was interrupted"), "\(stopped.transcript)")
        #expect(stopped.transcript.contains("not begun, the run was interrupted"), "\(stopped.transcript)")
        try BackupPlace.expectSound(place.pst("large"))
        #expect(try BackupPlace.numbers(in: place.pst("large")).count < 300)
        let again = try place.run()
        #expect(again.status == 0, "\(again.transcript)")
        try BackupPlace.expect(place.pst("large"), holds: 1...300)
        try BackupPlace.expect(place.pst("c"), holds: 1...2)
    }

    @Test("A user whose name cannot be used is listed, and stops nobody")
    func names() throws {
        let place = try ManyMailboxes()
        try ManyMailboxes.deliver(1...1, to: try place.maildir("a"))
        try place.configure(["../a", "a"])
        let run = try place.run()
        #expect(run.status == 1, "\(run.transcript)")
        #expect(run.errorOutput.contains("mailbackup: ../a: the user '../a': "), "\(run.transcript)")
        #expect(try place.messages() == ["a": 1])
    }

    @Test("What failed is mailed to the administrator; when all is well nobody gets mail")
    func mail() throws {
        let place = try ManyMailboxes()
        try ManyMailboxes.deliver(1...1, to: try place.maildir("a"))
        let top = "mail-on-failure = \"admin@example.com\"\nsendmail = \"cat >\(place.path("mail.txt"))\"\n"
        try place.configure(["a"], top: top)
        #expect(try place.run("--quiet").status == 0)
        #expect(!FileManager.default.fileExists(atPath: place.path("mail.txt")))
        try place.configure(["a", "b"], top: top)
        #expect(try place.run("--quiet").status == 1)
        let mail = try String(contentsOfFile: place.path("mail.txt"), encoding: .utf8)
        #expect(mail.hasPrefix("To: admin@example.com\nSubject: mailbackup on ") && mail.contains("\n! b: "), "\(mail)")
    }

    @Test(
        "Metrics of all mailboxes of the run are written after it, those of the failed ones too; and a report finds them"
    )
    func metrics() throws {
        let place = try ManyMailboxes()
        for user in ["a", "b"] { try ManyMailboxes.deliver(1...3, to: try place.maildir(user)) }
        try place.configure(["a", "b", "none"])
        let run = try place.run("--metrics", place.path("night.prom"))
        #expect(run.status == 1, "\(run.transcript)")
        let text = try String(contentsOfFile: place.path("night.prom"), encoding: .utf8)
        for user in ["a", "b"] {
            #expect(text.contains("mailbackup_last_success_timestamp_seconds{user=\"\(user)\"}"), "\(text)")
        }
        #expect(text.contains("{user=\"none\"}"), "\(text)")
        let report = try place.mailbackup("report", "--html", place.path("night.html"))
        #expect(report.status == 1, "\(report.transcript)")
        let page = try String(contentsOfFile: place.path("night.html"), encoding: .utf8)
        #expect(page.contains(">a<") && page.contains(">none<"))
    }

    @Test("--dry-run tells what would be done, and writes nothing")
    func dryRun() throws {
        let place = try ManyMailboxes()
        for user in ["a", "b"] { try ManyMailboxes.deliver(1...3, to: try place.maildir(user)) }
        try place.configure(["a", "b", "none"])
        let run = try place.run("--dry-run")
        #expect(run.status == 1, "\(run.transcript)")
        #expect(
            run.outputText.contains("6 messages") && run.outputText.contains("nothing written"), "\(run.transcript)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path("pst")) == [])
        #expect(!FileManager.default.fileExists(atPath: place.state))
    }

    @Test("All that fail alike end with the status of that failure, and a user nobody knows is a mistake")
    func statuses() throws {
        let place = try ManyMailboxes()
        try place.configure(["a", "b"])
        #expect(try place.run().status == 66)
        #expect(try place.run("--user", "c").status == 78)
        #expect(try place.run("--shard", "2/2").status == 64)
        #expect(try place.run("--until", "26:00").status == 64)
        let missing = try CommandRun.run(
            BuiltProgram.mailbackup, ["run"], environment: ["XDG_CONFIG_HOME": place.path("nowhere")])
        #expect(missing.status == 78, "\(missing.transcript)")
        for looked in [place.path("nowhere/mailbackup/config.toml"), "/etc/mailbackup/config.toml"] {
            #expect(missing.errorOutput.contains(looked), "\(missing.transcript)")
        }
    }

    @Test("Without a configuration it ends with 78, and tells in one line where it looked")
    func withoutConfiguration() throws {
        let directory = try TemporaryDirectory()
        let run = try CommandRun.run(
            BuiltProgram.mailbackup, ["run"],
            environment: ["XDG_CONFIG_HOME": directory.path, "HOME": directory.path])
        #expect(run.status == 78, "\(run.transcript)")
        #expect(run.errorOutput.split(separator: "\n").count == 1, "\(run.transcript)")
        #expect(run.errorOutput.contains("\(directory.path)/mailbackup/config.toml"), "\(run.transcript)")
    }
}
