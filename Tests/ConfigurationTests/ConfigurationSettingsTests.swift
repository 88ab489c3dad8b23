import MailStore
import TestSupport
import Testing

@testable import Configuration

@Suite("What holds for a mailbox")
struct ConfigurationSettingsTests {
    private static let contract = """
        out = "/backups/%u.pst"
        [source]
        url = "imaps://mail.example.com"
        login = "backup-admin"
        admin = "authzid"
        password-command = "pass show mail/backup"
        [users]
        list = ["FredB", "AnnaK"]
        """

    @Test("The configuration of the contract says what it says there")
    func contract() throws {
        #expect(
            try Sample.settings(Self.contract, of: "FredB") == [
                "source.url = imaps://mail.example.com", "source.login = backup-admin", "source.admin = authzid",
                "source.password-command = MAILBACKUP_USER='FredB'; export MAILBACKUP_USER; pass show mail/backup",
                "out = /backups/FredB.pst",
            ])
    }

    @Test("A user's own table goes before the top, key by key; nobody else is touched")
    func overrides() throws {
        let text =
            Self.contract + """

                [selection]
                exclude-folder = ["#junk#", "#trash#"]
                larger = 1000
                after = 2025-01-31
                [user.FredB]
                deleted = "mirror"
                selection.larger = "2k"
                selection.exclude-folder = "Old"
                """
        let fred = try Sample.settings(text, of: "FredB")
        #expect(fred.contains("selection.larger = 2k") && fred.contains("selection.exclude-folder = Old"))
        #expect(fred.contains("deleted = mirror") && fred.contains("selection.after = 2025-01-31"))
        #expect(fred.contains("source.login = backup-admin"))
        let anna = try Sample.settings(text, of: "AnnaK")
        #expect(anna.contains("selection.larger = 1000") && anna.contains("selection.exclude-folder = #junk#, #trash#"))
        #expect(!anna.contains("deleted = mirror"))
    }

    @Test("A user's own way to the password replaces the one at the top")
    func ownSecret() throws {
        let text = Self.contract + "\n[user.FredB.source]\npassword-file = \"/s/fred\"\n"
        let fred = try Sample.settings(text, of: "FredB")
        #expect(fred.contains("source.password-file = /s/fred"))
        #expect(!fred.contains { $0.hasPrefix("source.password-command") })
        #expect(fred.contains("source.login = backup-admin"))
    }

    @Test("A source with a URL of its own stands alone: no account and no password of another server goes with it")
    func ownSource() throws {
        let text = Self.contract + "\n[user.FredB.source]\nurl = \"imaps://other.example.org\"\n"
        #expect(
            try Sample.settings(text, of: "FredB") == [
                "source.url = imaps://other.example.org", "out = /backups/FredB.pst",
            ])
    }

    @Test("Where a value comes from is told with its line")
    func origins() throws {
        let text = Self.contract + "\n[user.FredB]\nsource = { password-file = \"/s/fred\", admin = \"exchange\" }\n"
        let settings = try Sample.configuration(text).settings(for: "FredB")
        let lines = Dictionary(settings.map { ($0.key.name, $0.origin.line) }) { first, _ in first }
        #expect(
            lines == ["out": 1, "source.url": 3, "source.login": 4, "source.password-file": 10, "source.admin": 10])
        #expect(settings[0].located("wrong") == "/etc/mailbackup/config.toml:3: source.url: wrong")
    }

    @Test("Lines are right behind strings of several lines, comments, arrays and inline tables")
    func lines() {
        let text = #"""
            # "out = 1"
            name = """
            out = 'no key
            """ # journal = 3
            "out" = 'a#b' # [source]
            selection = { folder = [
              "x]", # }
              'y' ], unread = true }
            [ "user" . 'a.b' ]
            out = "z"
            """#
        let lines = KeyLines(text)
        #expect(lines.line(of: ["name"]) == 2)
        #expect(lines.line(of: ["out"]) == 5)
        #expect(lines.line(of: ["journal"]) == nil)
        #expect(lines.line(of: ["selection", "folder"]) == 6)
        #expect(lines.line(of: ["selection", "unread"]) == 8)
        #expect(lines.line(of: ["user", "a.b", "out"]) == 10)
        #expect(lines.line(of: ["user", "a.b", "name"]) == 9)
    }

    @Test("Text that is no TOML does not keep the search for lines from its end")
    func noEnd() {
        for text in [
            "[", "[[", "a", "=", "a = [", "a = {", "a = \"", "a = '''x", "]\n}", "a = [[[", "\\", "a.\n.b", "a = {=}",
        ] {
            // Whatever is found in it is on one of its lines.
            let line = KeyLines(text).line(of: ["a"]) ?? 1
            #expect((1...3).contains(line), "\(text)")
        }
    }

    @Test("Paths are relative to the configuration, wherever the program was started")
    func paths() throws {
        let settings = try Sample.settings(
            """
            out = "pst/%u.pst"
            journal = "/j/%u.sqlite"
            [source]
            url = "maildir:mail/%u"
            """, of: "fred")
        #expect(
            settings == [
                "source.url = maildir:/etc/mailbackup/mail/fred", "out = /etc/mailbackup/pst/fred.pst",
                "journal = /j/fred.sqlite",
            ])
    }

    @Test(
        "A name that would lead out of its directory is refused",
        arguments: ["", ".", "..", "../x", "a/b", "/", "a\0b", "a\nb", String(repeating: "x", count: 300)])
    func names(user: String) throws {
        let configuration = try Sample.configuration("out = \"/b/%u.pst\"\n")
        let error = #expect(throws: StoreError.self) { try configuration.settings(for: user) }
        #expect(error?.code == .configuration)
    }

    @Test("Other names are as they are", arguments: ["fred", "fred@example.com", "...", "Æ 日本", "%u", "$(x)"])
    func goodNames(user: String) throws {
        #expect(try Sample.settings("out = \"/b/%u.pst\"\n", of: user) == ["out = /b/\(user).pst"])
    }
}
