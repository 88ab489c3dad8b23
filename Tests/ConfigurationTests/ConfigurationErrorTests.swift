import Testing

@testable import Configuration

@Suite("What is wrong in a configuration")
struct ConfigurationErrorTests {
    @Test(
        "is told with file, line and key",
        arguments: [
            ("out = \"/b/%u.pst\"\n[source]\nurll = \"x\"\n", ":3: source.urll: no such key; did you mean source.url?"),
            ("url = \"maildir:/x\"\n", ":1: url: no such key; did you mean source.url?"),
            (
                "\n\nexclude-folder = [\"x\"]\n",
                ":3: exclude-folder: no such key; did you mean selection.exclude-folder?"
            ),
            ("[user.fred]\noutt = \"x\"\n", ":2: user.fred.outt: no such key; did you mean user.fred.out?"),
            (
                "[user.\"fred.b\".source]\nlogni = \"x\"\n",
                ":2: user.fred.b.source.logni: no such key; did you mean user.fred.b.source.login?"
            ),
            ("quite-another-thing = 1\n", ":1: quite-another-thing: no such key"),
            ("[sources]\nurl = \"x\"\n", ":1: sources: no such key; did you mean source?"),
            ("source = \"maildir:/x\"\n", ":1: source: is a string, and has to be a table: [source]"),
            ("verify = \"yes\"\n", ":1: verify: is a string, and has to be true or false, without quotes"),
            ("jobs = \"3\"\n", ":1: jobs: is a string, and has to be a number, without quotes"),
            ("jobs = 65\n", ":1: jobs: is 65; 1 to 64 are possible"),
            ("jobs = 1.5\n", ":1: jobs: is a floating-point number, and has to be a number, without quotes"),
            ("out = 3\n", ":1: out: is a number, and has to be a string, in quotes"),
            ("out = \"\"\n", ":1: out: is empty"),
            ("out = \"a\\nb\"\n", ":1: out: has a control character in it"),
            ("deleted = \"never\"\n", ":1: deleted: 'never' is none of keep, mirror"),
            (
                "[selection]\nfolder = [\"a\", 3]\n",
                ":2: selection.folder: is a number, and has to be a string, in quotes"
            ),
            ("[user.fred.run]\njobs = 3\n", ":2: user.fred.run.jobs: is for all mailboxes together, not for one user"),
            ("user = 3\n", ":1: user: has to hold a table for each user: [user.NAME]"),
            ("[user]\nfred = 3\n", ":2: user.fred: has to hold a table for each user: [user.NAME]"),
            ("out = \"a\"\nout = \"b\"\n", ":2: no TOML: "),
            ("out = \"a\n", ":1: no TOML: "),
            ("\n\n= 3\n", ":3: no TOML: "),
            ("out = \"a\\u0000b\"\n", ": there is a zero character in it"),
        ])
    func told(text: String, message: String) throws {
        let refusal = try #require(Sample.refusal(text))
        let expected = Sample.path + message
        #expect(message.hasSuffix(": ") ? refusal.hasPrefix(expected) : refusal == expected, "\(refusal)")
    }

    @Test(
        "A secret in the file is refused, wherever it stands, and not repeated",
        arguments: [
            "password = \"hunter2\"\n", "[source]\npassword = \"hunter2\"\n",
            "[user.fred.source]\npassword = \"hunter2\"\n",
            "[source]\ntoken = \"hunter2\"\n", "source = { passwd = \"hunter2\" }\n",
            "[source]\noauth-token = [\"hunter2\"]\n",
        ])
    func secrets(text: String) throws {
        let refusal = try #require(Sample.refusal(text))
        #expect(refusal.contains("a secret has no place in this file: use password-command, password-file"))
        #expect(!refusal.contains("hunter2"))
    }

    @Test("The first mistake of several is told")
    func first() throws {
        let refusal = try #require(Sample.refusal("[source]\nzzz = 1\naaa = 2\n"))
        #expect(refusal.hasPrefix(Sample.path + ":2: source.zzz: "))
    }

    @Test("A file that anybody may write, a directory and a missing file are refused")
    func files() throws {
        let directory = try TestDirectory()
        for (path, reason) in [
            (try directory.write("open.toml", "out = \"x\"\n", mode: 0o666), "anybody may write it"),
            (directory.path, "is a directory"), (directory.path + "/none", "cannot be opened"),
            (try directory.write("bytes.toml", bytes: [0x61, 0xFF, 0x0A]), "is no UTF-8"),
        ] {
            let error = #expect(throws: (any Error).self) { try Configuration.load(path) }
            #expect("\(error as Any)".contains(reason), "\(path): \(error as Any)")
        }
        let good = try directory.write("good.toml", "out = \"x\"\n", mode: 0o640)
        #expect(try Configuration.load(good)["out"]?.text == directory.path + "/x")
    }

    @Test(
        "Every key that there is can be written, and a mistake in it is found again",
        arguments: ConfigurationKey.all.map(\.name))
    func keys(name: String) throws {
        let key = try #require(ConfigurationKey.named(name))
        let value =
            switch key.kind {
            case .truth: "true"
            case .number: "1"
            case .choice(let choices): "\"\(choices[0])\""
            case .date: "2025-01-31"
            case .size: "1000"
            default: "\"maildir:/x*\""
            }
        #expect(Sample.refusal("\(name) = \(value)\n") == nil)
        let refusal = try #require(Sample.refusal("\(name)x = \(value)\n"))
        #expect(refusal.contains("did you mean \(name)?") || refusal.contains("is a table"), "\(refusal)")
    }
}
