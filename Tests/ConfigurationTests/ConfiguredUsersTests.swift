import MailStore
import TestSupport
import Testing

@testable import Configuration

@Suite("Users of a configuration")
struct ConfiguredUsersTests {
    @Test("are those listed, then those in the file, then those found, each once")
    func all() throws {
        let directory = try TestDirectory()
        for name in ["home", "home/zoe", "home/zoe/Maildir", "home/anna", "home/anna/Maildir", "home/empty"] {
            try directory.makeDirectory(name)
        }
        _ = try directory.write("home/file", "")
        _ = try directory.write("users.txt", "# all\n\n  bert \r\nfred # twice\n\tcarl x\n#nobody\n")
        let path = try directory.write(
            "config.toml",
            """
            [users]
            list = ["fred", "AnnaK"]
            file = "users.txt"
            discover = "maildir:home/*/Maildir"
            """)
        let configuration = try Configuration.load(path)
        let users = try configuration.users()
        #expect(users.map(\.name) == ["fred", "AnnaK", "bert", "carl x", "anna", "zoe"])
        #expect(
            users.map { "\($0.origin)".dropFirst(directory.path.count + 1) }
                == ["config.toml:2", "config.toml:2", "users.txt:3", "users.txt:5", "config.toml:4", "config.toml:4"])
        // Who was found by a Maildir has it.
        let url = try configuration.settings(for: "zoe").first { $0.key.name == "source.url" }
        #expect(url?.text == "maildir:\(directory.path)/home/zoe/Maildir")
    }

    @Test("are those that have a table, where nothing else is said; a table alone makes no user otherwise")
    func tables() throws {
        #expect(try Sample.configuration("[user.b]\n[user.a]\nout = \"x\"\n").users().map(\.name) == ["a", "b"])
        let listed = try Sample.configuration("users.list = [\"b\"]\n[user.a]\nout = \"x\"\n")
        #expect(try listed.users().map(\.name) == ["b"])
        #expect(listed.usersWithSettings == ["a"])
    }

    @Test(
        "that cannot be found are a mistake in the configuration",
        arguments: [
            ("out = \"x\"\n", "no users: give users.list, users.file or users.discover"),
            ("users.list = []\n", "no users"),
            ("[users]\nfile = \"/none/users.txt\"\n", ":2: users.file: /none/users.txt: cannot be opened"),
            ("users.discover = \"maildir:/home/Maildir\"\n", ":1: users.discover: "),
            ("users.discover = \"maildir:/*/*/Maildir\"\n", ":1: users.discover: "),
            ("users.discover = \"imap://*\"\n", ":1: users.discover: "),
        ])
    func none(text: String, message: String) throws {
        let error = #expect(throws: StoreError.self) { try Sample.configuration(text).users() }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("Signs that mean something to the shell mean nothing in the directory of a discovery")
    func signs() throws {
        let directory = try TestDirectory()
        for name in ["[a]?", "[a]?/u1", "[a]?/u1/M", "a?", "a?/u2", "a?/u2/M"] { try directory.makeDirectory(name) }
        #expect(UserDiscovery.users("maildir:\(directory.path)/[a]?/*/M") == ["u1"])
    }
}

@Suite("Spelling")
struct SpellingTests {
    @Test(
        "finds the word that was meant",
        arguments: [
            ("source.urll", "source.url"), ("jornal", "journal"),
            ("selection.exlude-folder", "selection.exclude-folder"),
            ("deletde", "deleted"), ("out-put-file", nil), ("x", nil),
        ])
    func nearest(word: String, meant: String?) {
        #expect(
            Spelling.nearest(to: word, among: ["source.url", "journal", "selection.exclude-folder", "deleted"]) == meant
        )
    }
}
