import ArgumentParser
import Configuration
import MailStore
import Testing

@testable import CommandLine

@Suite("The configuration on the command line")
struct ConfiguredArgumentsTests {
    private static let text = """
        out = "/b/%u.pst"
        verify = true
        jobs = 2
        since-state = "none"
        max-download = 5000
        [source]
        url = "imaps://mail.example.com"
        login = "admin"
        password-command = "pass %u"
        fingerprint = ["sha256:\(String(repeating: "0a", count: 32))"]
        [selection]
        exclude-folder = ["#junk#", "-x"]
        unread = false
        """

    private static func arguments(_ given: [String] = [], _ more: String = "") throws -> [String] {
        let configuration = try Configuration(path: "/c/config.toml", text: text + "\n" + more)
        let settings = try MailboxSettings(of: "fred", in: configuration).all
        return ConfiguredArguments(settings, given: ConfiguredArguments.options(in: given))
            .arguments([.source, .selection, .output])
    }

    @Test("Settings are the options that say the same")
    func all() throws {
        #expect(
            try Self.arguments() == [
                "--source=imaps://mail.example.com", "--login=admin",
                "--password-command=MAILBACKUP_USER='fred'; export MAILBACKUP_USER; pass \"${MAILBACKUP_USER}\"",
                "--fingerprint=sha256:\(String(repeating: "0a", count: 32))", "--max-download=5000",
                "--out=/b/fred.pst",
                "--verify", "--jobs=2", "--exclude-folder=#junk#", "--exclude-folder=-x",
            ])
    }

    @Test("What is on the command line goes before: an option, a list, another way to the password, another source")
    func given() throws {
        let base = Set(try Self.arguments())
        func dropped(_ given: String...) throws -> Set<String> { base.subtracting(try Self.arguments(given)) }
        #expect(try dropped("--out", "x.pst") == ["--out=/b/fred.pst"])
        #expect(try dropped("--exclude-folder=y") == ["--exclude-folder=#junk#", "--exclude-folder=-x"])
        #expect(try dropped("--password-file", "p").count == 1)
        #expect(
            try dropped("--source", "maildir:/m").map { String($0.prefix { $0 != "=" }) }.sorted()
                == ["--fingerprint", "--login", "--max-download", "--password-command", "--source"])
        #expect(try dropped("--", "--out") == [])
    }

    @Test("What is said of servers at the top is not said of a user whose mail is in files")
    func maildir() throws {
        let arguments = try Self.arguments([], "[user.fred.source]\nurl = \"maildir:/m/%u\"\n")
        #expect(arguments.first == "--source=maildir:/m/fred")
        #expect(!arguments.contains { $0.hasPrefix("--max-download") || $0.hasPrefix("--login") })
    }

    @Test(
        "A value that means nothing is told with its place",
        arguments: [
            ("[source]\nurl = \"pop3://x\"\n", ":2: source.url: "),
            ("[selection]\nlarger = \"big\"\n", ":2: selection.larger: "),
            ("[selection]\nafter = \"soon\"\n", ":2: selection.after: "),
            ("[selection]\nfolder = [\"a\", \"#nothing#\"]\n", ":2: selection.folder: "),
            ("[selection]\nbefore = 2025-01-01\nafter = 2025-02-01\n", ":2: selection.before: "),
            ("[source]\nurl = \"imaps://h\"\nfingerprint = \"12\"\n", ":3: source.fingerprint: "),
            (
                "[source]\nurl = \"imaps://h\"\npassword-file = \"a\"\npassword-credential = \"b\"\n",
                ":4: source.password-credential: "
            ),
            ("[source]\nurl = \"imaps://h\"\nclient-key = \"a\"\n", ":3: source.client-key: "),
            ("[source]\nlogin = \"admin\"\n", ":2: source.login: there is no source.url"),
        ])
    func mistakes(text: String, message: String) throws {
        let error = #expect(throws: StoreError.self) {
            let configuration = try Configuration(path: "/c/config.toml", text: text)
            try MailboxSettings(of: "fred", in: configuration).checkForMistakes()
        }
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix("/c/config.toml\(message)") == true, "\(error?.message ?? "")")
    }

    @Test("Every key of a mailbox is an option of copy, and every option of copy that a script may want is a key")
    func complete() throws {
        let help = CopyCommand.helpMessage(includeHidden: true, columns: 200)
        let options = Set(help.matches(of: /--([a-z][a-z-]+)/).map { String($0.output.1) })
        let keys = Set(ConfigurationKey.all.compactMap(\.option))
        #expect(keys.subtracting(options).isEmpty)
        /// Of one call, not of a mailbox.
        let others: Set<String> = [
            "archive", "yes", "user", "config", "save-state", "dry-run", "quiet", "verbose", "progress", "log-format",
            "color", "version",
            "help", "message-id",
        ]
        #expect(
            options.subtracting(keys).subtracting(others).isEmpty, "\(options.subtracting(keys).subtracting(others))")
    }

    @Test("The journal is in the state directory of the configuration, unless it has a place of its own")
    func journal() throws {
        let top = "state-directory = \"/s\"\nout = \"/b/%u\"\n[user.anna]\njournal = \"/j/%u\"\n"
        let configuration = try Configuration(path: "/c/config.toml", text: top)
        #expect(try MailboxPlan(user: "fred", in: configuration).journal == "/s/fred.sqlite")
        #expect(try MailboxPlan(user: "anna", in: configuration).journal == "/j/anna")
    }

    @Test("Two mailboxes are never written to one PST, nor recorded in one journal")
    func places() throws {
        for text in ["out = \"/b/all.pst\"\n", "out = \"/b/%u.pst\"\njournal = \"/j/all\"\n"] {
            let configuration = try Configuration(path: "/c/config.toml", text: text + "users.list = [\"a\", \"b\"]\n")
            let error = #expect(throws: StoreError.self) { _ = try RunPlan(configuration, names: [], shard: nil) }
            #expect(error?.code == .configuration && error?.message.contains("put %u into it") == true)
            _ = try RunPlan(configuration, names: ["a"], shard: nil)
        }
    }
}
