import TestSupport
import Testing

@testable import Configuration

@Suite("A user's name in a command")
struct ShellUserNameTests {
    private static let names = [
        "fred", "Fred B", "o'hara", "\"", "$(touch X)", "`touch X`", "; touch X", "a\\", "*", "$HOME", "%u", "-n", "日本",
        "'; touch X; '",
    ]

    @Test("is one word, exactly the name, in and out of quotes, and is never run", arguments: names)
    func oneWord(name: String) throws {
        let directory = try TestDirectory()
        for command in ["printf '[%%s]' mail/%u", "printf '[%%s]' \"mail/%u\"", "printf '[%%s]' 'mail/%u'"] {
            let text = ShellUserName.command(command.replacing("%%", with: "%"), for: name)
            let run = try CommandRun.run("sh", ["-c", text], in: directory.path).succeeded()
            #expect(run.outputText == "[mail/\(name)]", "\(text)")
        }
        let inner = ShellUserName.command("printf '[%s]' \"$(printf %s \"%u\")\"", for: name)
        #expect(try CommandRun.run("sh", ["-c", inner], in: directory.path).succeeded().outputText == "[\(name)]")
        #expect(try CommandRun.run("ls", ["-A"], in: directory.path).outputText == "", "nothing was run")
    }

    @Test("is in MAILBACKUP_USER for the programs that the command runs")
    func variable() throws {
        let text = ShellUserName.command("sh -c 'printf %s \"$MAILBACKUP_USER\"'", for: "o'hara")
        #expect(try CommandRun.run("sh", ["-c", text]).succeeded().outputText == "o'hara")
    }

    @Test("Quotes that are quoted begin nothing")
    func quotes() {
        #expect(ShellUserName.reference(in: #"a \" %u"#) == #"a \" "${MAILBACKUP_USER}""#)
        #expect(ShellUserName.reference(in: #""\"%u""#) == #""\"${MAILBACKUP_USER}""#)
        #expect(ShellUserName.reference(in: #"'\'%u"#) == #"'\'"${MAILBACKUP_USER}""#)
    }

    @Test("A command can be named as it was written", arguments: ["fredb", "it's", "x"])
    func written(user: String) {
        #expect(ShellUserName.written(ShellUserName.command("pass show a", for: user)) == "pass show a")
        #expect(ShellUserName.written("pass show a") == "pass show a")
    }
}
