import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Commands with a configuration")
struct ConfigurationCommandTests {
    @Test("copy, verify, list, check and status need no more than the user")
    func commands() throws {
        let place = try ManyMailboxes()
        try ManyMailboxes.deliver(1...3, to: try place.maildir("fred"))
        try place.configure(["fred"], tables: "[selection]\nexclude-folder = \"Old\"\n")
        try place.maildir("fred").addFolder(".Old")
        let copy = try place.mailbackup("copy", "--user", "fred")
        #expect(copy.status == 0, "\(copy.transcript)")
        try BackupPlace.expect(place.pst("fred"), holds: 1...3)
        #expect(FileManager.default.fileExists(atPath: place.path("state/fred.sqlite")))
        // The folder left out is not missed.
        let verify = try place.mailbackup("verify", place.pst("fred"), "--user", "fred")
        #expect(verify.status == 0, "\(verify.transcript)")
        let list = try place.mailbackup("list", "--user", "fred")
        #expect(list.status == 0 && list.outputText.contains("INBOX"), "\(list.transcript)")
        let check = try place.mailbackup("check", "--user", "fred")
        #expect(check.status == 0 && check.outputText.contains("Opened maildir:"), "\(check.transcript)")
        for status in [try place.mailbackup("status"), try place.mailbackup("status", "--user", "fred")] {
            #expect(status.status == 0 && status.outputText.contains("fred: 1 run"), "\(status.transcript)")
        }
    }

    @Test("The command line goes before the configuration; the configuration is also found where it usually is")
    func precedence() throws {
        let place = try ManyMailboxes()
        try ManyMailboxes.deliver(1...2, to: try place.maildir("fred"))
        try ManyMailboxes.deliver(5...9, to: try place.maildir("other"))
        try place.configure(["fred"], tables: "[selection]\nsubject = \"number 1\"\n")
        let usual = place.path("usual/mailbackup")
        try FileManager.default.createDirectory(atPath: usual, withIntermediateDirectories: true)
        let text = try String(contentsOfFile: place.path("config.toml"), encoding: .utf8)
            .replacing("\"pst/", with: "\"\(place.path("pst"))/").replacing(
                "maildir:", with: "maildir:\(place.directory.path)/")
        try text.write(toFile: usual + "/config.toml", atomically: true, encoding: .utf8)
        func copy(_ options: String...) throws -> CommandRun {
            try CommandRun.run(
                BuiltProgram.mailbackup, ["copy", "--user", "fred"] + options,
                environment: ["XDG_CONFIG_HOME": place.path("usual")])
        }
        #expect(try copy().succeeded().outputText.contains("\(place.pst("fred")): 1 message"))
        let given = place.path("given.pst")
        _ = try copy("--out", given, "--subject", "number 2").succeeded()
        try BackupPlace.expect(given, holds: [2])
        // With both given no configuration is read, and nothing of its selection counts.
        let other = place.path("other.pst")
        _ = try copy("--out", other, "--source", "maildir:" + place.path("mail/other")).succeeded()
        try BackupPlace.expect(other, holds: 5...9)
    }

    @Test("Where there is no source, 78 and every place that was looked at")
    func places() throws {
        let directory = try TemporaryDirectory()
        let run = try CommandRun.run(
            BuiltProgram.mailbackup, ["copy", "--user", "no-such-user-here", "--out", directory.path + "/x.pst"],
            environment: ["XDG_CONFIG_HOME": directory.path])
        #expect(run.status == 78, "\(run.transcript)")
        for place in [
            directory.path + "/mailbackup/config.toml (does not exist)", "/etc/mailbackup/config.toml",
            "~no-such-user-here/Maildir (no such account)",
        ] {
            #expect(run.errorOutput.contains(place), "\(run.transcript)")
        }
    }

    @Test("config check tells what would be done and where each value comes from, and finds what cannot work")
    func check() throws {
        let place = try ManyMailboxes()
        try "x\n".write(toFile: place.path("open"), atomically: true, encoding: .utf8)
        #expect(chmod(place.path("open"), 0o644) == 0)
        try place.configure(["fred", "anna"], top: "deleted = \"mirror\"\n", tables: "[user.bert]\nverify = true\n")
        let good = try place.mailbackup("config", "check")
        #expect(good.status == 0, "\(good.transcript)")
        let lines = good.outputText.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let file = place.path("config.toml")
        #expect(lines.contains(["out", place.pst("fred"), file + ":1"]), "\(good.transcript)")
        #expect(lines.contains(["deleted", "mirror", file + ":3"]), "\(good.transcript)")
        #expect(lines.contains(["journal", place.path("state/anna.sqlite"), file + ":2"]), "\(good.transcript)")
        #expect(lines.contains(["since-state", "last", "default"]), "\(good.transcript)")
        #expect(good.errorOutput.contains("[user.bert], and is not among the users"), "\(good.transcript)")

        let json = try place.mailbackup("config", "check", "--json", "--user", "fred")
        let objects = try ManyMailboxes.objects(json)
        #expect(objects.allSatisfy { $0["schema"] as? Int == 1 && $0["user"] as? String == "fred" })
        #expect(objects.first?["out"] as? String == place.pst("fred"))
        #expect(objects.contains { $0["key"] as? String == "deleted" && $0["origin"] as? String == file + ":3" })

        for (tables, message) in [
            ("[user.fred.source]\nurl = \"imaps://h\"\npassword-file = \"open\"\n", "others may read the password"),
            ("[user.fred.source]\nurl = \"imaps://h\"\n", "no password"),
            ("[user.fred.source]\nurl = \"imap:/h\"\n", "source.url: "),
            ("[user.fred]\nsurce.url = \"x\"\n", ":9: user.fred.surce: no such key"),
            ("", ":3: mail-on-failure: '-admin' is no address"),
        ] {
            let top = tables.isEmpty ? "mail-on-failure = \"-admin\"" : ""
            try place.configure(["fred", "anna"], top: top, tables: tables)
            let bad = try place.mailbackup("config", "check")
            #expect(bad.status == 78, "\(tables): \(bad.transcript)")
            #expect(bad.errorOutput.contains(message), "\(tables): \(bad.transcript)")
        }
        // A command may hold more than is good to show.
        try place.configure(
            ["fred"], tables: "[user.fred.source]\nurl = \"imaps://h\"\npassword-command = \"echo hunter2\"\n")
        let command = try place.mailbackup("config", "check")
        #expect(command.status == 0 && command.outputText.contains("(a command)"), "\(command.transcript)")
        #expect(!command.transcript.contains("hunter2"))
    }

    @Test("A copy that fails before it opens its mailbox stands in the journal")
    func failedStart() throws {
        let place = try ManyMailboxes()
        try place.configure(["fred"])
        let copy = try place.mailbackup("copy", "--user", "fred")
        #expect(copy.status == 66, "\(copy.transcript)")
        let status = try place.mailbackup("status", "--user", "fred")
        #expect(status.status == 1 && status.outputText.contains("failed: "), "\(status.transcript)")
        // The first copy that succeeds is a full one all the same.
        try ManyMailboxes.deliver(1...2, to: try place.maildir("fred"))
        let again = try place.mailbackup("copy", "--user", "fred", "--since-state", "last")
        #expect(again.status == 0, "\(again.transcript)")
        let told = try place.mailbackup("status", "--user", "fred")
        #expect(told.status == 0 && !told.outputText.contains("changes since"), "\(told.transcript)")
    }
}
