import Foundation
import Glibc
import TestSupport
import Testing

@Suite("mailbackup copy")
struct CopyCommandTests {
    let place: TemporaryFolder
    let tree: MaildirTree
    var output: String { place.path("fredb.pst") }

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
        for number in 1...3 {
            try tree.addFile("cur/\(number).host:2,S", "Subject: \(number)\n\nhello\n", time: number)
        }
        try tree.addFolder(".Archive.2025")
        try tree.addFile(".Archive.2025/new/4.host", "Subject: 4\n\nhello\n", time: 4)
    }

    private func copy(_ options: String..., program: Program = Program()) throws -> Program.Outcome {
        try program.run(["copy", "--user", "FredB", "--source", "maildir:\(tree.path)", "--out", output] + options)
    }

    private var outputExists: Bool { access(output, F_OK) == 0 }

    @Test("A copy lists its folders and ends with a summary, and exits 0")
    func summary() throws {
        let outcome = try copy()
        let lines = outcome.output.split(separator: "\n")
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        #expect(lines.first == "Opened FredB at maildir:\(tree.path)")
        #expect(lines.contains(" * INBOX                           3 messages     54 B"))
        #expect(lines.contains(" * Archive/2025                    1 message      18 B"))
        #expect(lines.last?.hasPrefix("\(output): 4 messages, 0 problems, 72 B in 00:00:") == true)
        #expect(outputExists)
    }

    @Test("With --quiet, not one byte is written on success", arguments: ["text", "json"])
    func quiet(format: String) throws {
        let outcome = try copy("--quiet", "--log-format", format)
        #expect(outcome.status == 0)
        #expect(outcome.output == "")
        #expect(outcome.errors == "")
    }

    @Test("With --quiet, problems are told all the same")
    func quietWithProblems() throws {
        try tree.addDirectory("cur/5.directory:2,S")
        let outcome = try copy("--quiet")
        #expect(outcome.status == 1)
        #expect(outcome.output == "")
        #expect(outcome.errors == "mailbackup: INBOX: cur/5.directory:2,S: not a regular file\n")
    }

    @Test("A dry run reports the same and writes nothing")
    func dryRun() throws {
        let outcome = try copy("--dry-run")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains(" * INBOX                           3 messages     54 B"))
        #expect(outcome.output.hasSuffix(" · dry run, nothing written\n"))
        #expect(!outputExists)
    }

    private func events(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test("The JSON log has one object a line, each with schema and event, and every count at the end")
    func json() throws {
        try tree.addFolder(".quote\" back\\slash\nline \u{1}")
        try tree.addDirectory("cur/5.directory:2,S")
        let outcome = try copy("--log-format", "json")
        let events = try events(outcome.output)
        #expect(outcome.status == 1)
        #expect(events.allSatisfy { $0["schema"] as? Int == 1 })
        let names = events.compactMap { $0["event"] as? String }
        #expect(names.first == "run-started")
        #expect(names.last == "run-finished")
        #expect(Set(names) == ["run-started", "problem", "progress", "folder", "run-finished"])
        let paths = events.compactMap { $0["path"] as? [String] }
        #expect(paths.contains(["quote\" back\\slash\nline \u{1}"]))
        let end = try #require(events.last)
        let expected = [
            "folders": 4, "listed": 4, "saved": 4, "vanished": 0, "failed": 0, "problems": 1, "bytes": 72, "status": 1,
        ]
        for (name, value) in expected { #expect(end[name] as? Int == value, "\(name)") }
    }

    @Test("A run that cannot start has a JSON line and a line for people too")
    func jsonFailure() throws {
        let outcome = try Program().run([
            "copy", "--user", "F", "--source", "maildir:/no/such", "--out", output, "--log-format", "json",
        ])
        let end = try #require(try events(outcome.output).last)
        #expect(end["event"] as? String == "run-finished")
        #expect(end["status"] as? Int == 66)
        #expect(end["error"] as? String == "no-input")
        #expect(outcome.errors == "mailbackup: /no/such: No such file or directory\n")
    }

    @Test("Folders are selected by pattern and role")
    func selection() throws {
        try tree.addFolder(".Gesendet")
        let outcome = try copy("--folder", "#sent#", "--folder", "Archive/*", "--dry-run")
        #expect(outcome.status == 0)
        let names = outcome.output.split(separator: "\n").filter { $0.hasPrefix(" * ") }.compactMap {
            $0.dropFirst(3).split(separator: " ").first
        }
        #expect(names == ["Archive/2025", "Gesendet"])
        #expect(try copy("--exclude-folder", "*", "--dry-run").status == 66)
        #expect(try copy("--folder", "INBOX", "--folder", "Arhcive", "--dry-run").status == 1)
    }

    @Test("Progress is shown on stderr only where asked for or on a terminal, and cleared at the end")
    func progress() throws {
        #expect(try copy("--dry-run").errors == "")
        let shown = try copy("--dry-run", "--progress", "always").errors
        #expect(shown.contains("4 messages"))
        #expect(shown.hasSuffix("\r\u{1B}[K"))
    }

    @Test("Color is used where asked for")
    func color() throws {
        try tree.addDirectory("cur/5.directory:2,S")
        #expect(try !copy("--dry-run").errors.contains("\u{1B}"))
        #expect(try copy("--dry-run", "--color", "always").errors.hasPrefix("\u{1B}[33mmailbackup:\u{1B}[0m INBOX"))
    }

    @Test("Names cannot write to the terminal")
    func hostileNames() throws {
        try tree.addFolder(".red \u{1B}[31m\u{202E}evil\nmailbackup: all is well")
        let outcome = try copy("--dry-run")
        #expect(outcome.status == 0)
        #expect(!outcome.output.contains("\u{1B}"))
        #expect(!outcome.output.contains("\u{202E}"))
        #expect(outcome.output.split(separator: "\n").count == 6)
    }
}

@Suite("mailbackup copy: what cannot be done")
struct CopyFailureTests {
    let place: TemporaryFolder
    let tree: MaildirTree

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
        try tree.addFile("cur/1.host:2,S", "Subject: 1\n\n", time: 1)
    }

    /// "MAILDIR" and "PLACE" in `arguments` stand for paths of this test.
    private func run(_ arguments: [String], program: Program = Program()) throws -> Program.Outcome {
        try program.run(
            arguments.map {
                $0.replacing("MAILDIR", with: tree.path).replacing("PLACE", with: place.path)
            })
    }

    @Test(
        "Each failure has its exit status and one line that says what it is about",
        arguments: [
            (64, "--source maildir:MAILDIR --out PLACE/x.pst --folder #nothing#", "#nothing#"),
            (64, "--source maildir:MAILDIR?layout=odd --out PLACE/x.pst", "?layout=odd"),
            (64, "--source pop3://mail.example.com --out PLACE/x.pst", "pop3://mail.example.com"),
            (64, "--source maildir:MAILDIR --out PLACE/x.pst --password-file pw", "--source is no server"),
            (78, "--source imaps://mail.example.com --out PLACE/x.pst", "no password"),
            (64, "--source imaps://fred:pw@mail.example.com --out PLACE/x.pst", "no password here"),
            (64, "--source maildir: --out PLACE/x.pst", "maildir:"),
            (64, "--source maildir:MAILDIR --out PLACE/x.pst --jobs 0", "--jobs"),
            (64, "--source maildir:MAILDIR --out PLACE/x.pst --encoding rot13", "rot13"),
            (64, "--source maildir:MAILDIR --out PLACE/x.pst --quiet --verbose", "--quiet"),
            (64, "--source maildir:MAILDIR --out PLACE/x.pst --no-such-option", "--no-such-option"),
            (64, "--source maildir:MAILDIR", "--out"),
            (66, "--source maildir:PLACE/missing --out PLACE/x.pst", "PLACE/missing"),
            (66, "--source maildir:MAILDIR --out PLACE/x.pst --folder nothing", "nothing"),
            (73, "--source maildir:MAILDIR --out PLACE/missing/x.pst", "PLACE/missing/x.pst"),
            (73, "--source maildir:MAILDIR --out MAILDIR", "MAILDIR"),
            (73, "--source maildir:MAILDIR --out PLACE/new/", "PLACE/new/"),
            (78, "--out PLACE/x.pst", "~no-such-user-here/Maildir"),
        ])
    func failures(status: Int32, options: String, mention: String) throws {
        let options = options.split(separator: " ").map(String.init)
        let outcome = try run(["copy", "--user", "no-such-user-here"] + options)
        #expect(outcome.status == status)
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("mailbackup: "))
        let mention = mention.replacing("MAILDIR", with: tree.path).replacing("PLACE", with: place.path)
        #expect(outcome.errors.contains(mention), "\(outcome.errors)")
        #expect(!outcome.errors.contains("fred:pw"), "\(outcome.errors)")
        #expect(access(place.path("x.pst"), F_OK) != 0)
    }

    @Test("An output that exists is not touched")
    func outputExists() throws {
        try "precious".write(toFile: place.path("x.pst"), atomically: true, encoding: .utf8)
        let outcome = try run(["copy", "--user", "F", "--source", "maildir:MAILDIR", "--out", "PLACE/x.pst"])
        #expect(outcome.status == 73)
        #expect(outcome.errorLines.count == 1)
        #expect(try String(contentsOfFile: place.path("x.pst"), encoding: .utf8) == "precious")
    }

    private static let isRoot = geteuid() == 0
    private static let isRootReason: Comment = "needs root, to run the program as another user"

    /// A program that nobody may run, and the rights to reach this test's folder.
    private func nobody() -> Program {
        chmod(place.path, 0o777)
        return Program(asNobody: true)
    }

    @Test("A source without permission exits 77", .enabled(if: isRoot, isRootReason))
    func sourceNotPermitted() throws {
        let program = nobody()
        chmod(tree.path, 0)
        let outcome = try run(
            ["copy", "--user", "F", "--source", "maildir:MAILDIR", "--out", "PLACE/x.pst"], program: program)
        chmod(tree.path, 0o755)
        #expect(outcome.status == 77)
        #expect(outcome.errors == "mailbackup: \(tree.path): Permission denied\n")
    }

    @Test(
        "Folders and messages without permission are problems, and the rest is copied",
        .enabled(if: isRoot, isRootReason))
    func unreadable() throws {
        try tree.addFolder(".A")
        try tree.addFile("cur/2.host:2,S", "Subject: 2\n\n", time: 2)
        let program = nobody()
        chmod(tree.path + "/.A/cur", 0)
        chmod(tree.path + "/.A/new", 0)
        chmod(tree.path + "/cur/1.host:2,S", 0)
        let outcome = try run(
            ["copy", "--user", "F", "--source", "maildir:MAILDIR", "--out", "PLACE/x.pst", "--dry-run"],
            program: program)
        #expect(outcome.status == 1)
        #expect(
            outcome.errorLines == [
                "mailbackup: INBOX: 1.host: Permission denied", "mailbackup: A: cannot read new: Permission denied",
            ])
        #expect(outcome.output.contains("1 message, 2 problems"))
    }

    @Test("An output directory without permission exits 73", .enabled(if: isRoot, isRootReason))
    func outputNotPermitted() throws {
        let program = nobody()
        chmod(place.path, 0o755)
        let outcome = try run(
            ["copy", "--user", "F", "--source", "maildir:MAILDIR", "--out", "PLACE/x.pst"], program: program)
        #expect(outcome.status == 73)
        #expect(outcome.errorLines.count == 1)
    }

    @Test("A report that cannot be written is an error, and the copy is made all the same")
    func fullLog() throws {
        let full = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
        let errors = Pipe()
        let process = try Program().start(
            ["copy", "--user", "F", "--source", "maildir:\(tree.path)", "--out", place.path("x.pst")], output: full,
            errors: errors)
        process.waitUntilExit()
        #expect(process.terminationStatus == 74)
        #expect(access(place.path("x.pst"), F_OK) == 0)
    }

    @Test(
        "A signal stops a copy at a message boundary", arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func signals(signal: Int32, status: Int32) throws {
        for number in 1...3000 { try tree.addFolder(".Folder \(number)") }
        let pipe = Pipe()
        let errors = Pipe()
        let process = try Program().start(
            ["copy", "--user", "F", "--source", "maildir:\(tree.path)", "--out", place.path("x.pst")], output: pipe,
            errors: errors)
        // The first bytes tell that the run has begun; what follows does not fit into the pipe, so it cannot end.
        let begun = try pipe.fileHandleForReading.read(upToCount: 1)
        #expect(begun?.count == 1)
        kill(process.processIdentifier, signal)
        while Self.ignores(signal, process.processIdentifier) { sched_yield() }
        _ = try pipe.fileHandleForReading.readToEnd()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == status)
        let told = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
        #expect(told.hasPrefix("mailbackup: interrupted"))
    }

    /// Whether a process ignores a signal, which the program does until it has heard it.
    private static func ignores(_ signal: Int32, _ process: Int32) -> Bool {
        let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("SigIgn:") } ?? ""
        let mask = UInt64(line.split(separator: "\t").last ?? "", radix: 16) ?? 0
        return mask & (1 << UInt64(signal - 1)) != 0
    }

    @Test("A command is needed, and help and version are there")
    func general() throws {
        #expect(try run([]).status == 64)
        #expect(try run(["fly"]).status == 64)
        let version = try run(["--version"])
        #expect(version.status == 0)
        #expect(version.output.contains("maildir") && version.output.contains("pst"))
        let help = try run(["copy", "--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("Example"))
        for status in ["0 ", "1 ", "64", "65", "66", "73", "74", "75", "77", "78", "130", "143"] {
            #expect(help.output.contains(status), "exit status \(status)")
        }
    }
}
