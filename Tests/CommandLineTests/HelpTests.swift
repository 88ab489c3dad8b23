import Foundation
import TestSupport
import Testing

/// What the program tells of itself: help, manual pages, completions.
@Suite("Help")
struct HelpTests {
    /// Every command, by its words: [] is the program itself.
    private static func commands() throws -> [[String]] {
        let dump = try CommandRun.run(BuiltProgram.mailbackup, ["--experimental-dump-help"]).succeeded()
        let object = try JSONSerialization.jsonObject(with: Data(dump.output)) as? [String: Any]
        let root = try #require(object?["command"] as? [String: Any])
        return words(root, [])
    }

    private static func words(_ command: [String: Any], _ path: [String]) -> [[String]] {
        let subcommands = command["subcommands"] as? [[String: Any]] ?? []
        return [path]
            + subcommands.flatMap { subcommand -> [[String]] in
                guard subcommand["shouldDisplay"] as? Bool == true, let name = subcommand["commandName"] as? String,
                    name != "help"
                else { return [] }
                return words(subcommand, path + [name])
            }
    }

    @Test("of every command is what people have looked at, with an example and its exit statuses")
    func snapshots() throws {
        let commands = try Self.commands()
        #expect(commands.count > 6)
        for command in commands {
            let help = try CommandRun.run(
                BuiltProgram.mailbackup, command + ["--help"], environment: ["COLUMNS": "80"]
            ).succeeded()
            let name = (["help"] + command).joined(separator: "-")
            try Snapshot.expect(help.outputText, is: "Tests/CommandLineTests/Fixtures/\(name).txt")
            // Of a group the commands in it tell them.
            guard !help.outputText.contains("SUBCOMMANDS:") else { continue }
            #expect(help.outputText.contains("Example"), "\(name)")
            #expect(help.outputText.contains("Exit status:\n  0 "), "\(name)")
        }
    }

    @Test("Fixtures hold the help of commands that exist, and no other")
    func leftOver() throws {
        let names = Set(try Self.commands().map { (["help"] + $0).joined(separator: "-") + ".txt" })
        let files = Checkout.files(below: ["Tests/CommandLineTests/Fixtures"]).map {
            ($0 as NSString).lastPathComponent
        }
        #expect(Set(files) == names)
    }

    @Test("The manual pages are those that the program gives, and troff has nothing to say against them")
    func manualPages() throws {
        let directory = try TemporaryDirectory()
        _ = try CommandRun.run(
            Checkout.path + "/Scripts/man-pages", [BuiltProgram.mailbackup, directory.path]
        ).succeeded()
        let pages = try directory.entries()
        #expect(pages.count == (try Self.commands()).count)
        #expect(Checkout.files(below: ["docs/man"]).map { ($0 as NSString).lastPathComponent } == pages)
        for page in pages {
            let text = try String(contentsOfFile: directory.path + "/" + page, encoding: .utf8)
            let kept = try? Checkout.text(of: "docs/man/\(page)")
            #expect(text == kept, "docs/man/\(page) is another one: Scripts/man-pages")
            let lint = try CommandRun.run("groff", ["-man", "-K", "utf8", "-ww", "-z", "\(directory.path)/\(page)"])
            #expect(lint.status == 0 && lint.errorOutput.isEmpty, "\(page): \(lint.transcript)")
        }
    }

    @Test("Completions are scripts that their shells can read", arguments: ["bash", "zsh", "fish"])
    func completions(shell: String) throws {
        let directory = try TemporaryDirectory()
        let script = try CommandRun.run(BuiltProgram.mailbackup, ["--generate-completion-script", shell]).succeeded()
        let path = directory.path + "/completion"
        try Data(script.output).write(to: URL(fileURLWithPath: path))
        #expect(script.outputText.contains("mailbackup"))
        for option in ["--since-state", "--to-maildir", "--html"] {
            #expect(script.outputText.contains(shell == "fish" ? String(option.dropFirst(2)) : option), "\(option)")
        }
        // The other shells are not on every machine.
        guard shell == "bash" || CommandRun.isInstalled(shell) else { return }
        let check = try CommandRun.run(shell, ["-n", path])
        #expect(check.status == 0, "\(check.transcript)")
    }

    @Test("bash completes commands and options by it")
    func completesInBash() throws {
        let directory = try TemporaryDirectory()
        let script = try CommandRun.run(BuiltProgram.mailbackup, ["--generate-completion-script", "bash"]).succeeded()
        let path = directory.path + "/completion"
        try Data(script.output).write(to: URL(fileURLWithPath: path))
        func completed(_ words: [String]) throws -> [Substring] {
            let line = (["mailbackup"] + words).joined(separator: " ")
            let program = """
                source "$0"
                COMP_WORDS=(mailbackup "$@") COMP_CWORD=$# COMP_LINE='\(line)' COMP_POINT=${#COMP_LINE}
                _mailbackup "mailbackup" "${@: -1}" "mailbackup"
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            return try CommandRun.run("bash", ["-c", program, path] + words).outputText.split(separator: "\n")
        }
        #expect(try completed(["res"]).map { $0.trimmingCharacters(in: .whitespaces) } == ["restore"])
        #expect(
            try completed(["copy", "--since"]).map { $0.trimmingCharacters(in: .whitespaces) } == ["--since-state"])
    }
}
