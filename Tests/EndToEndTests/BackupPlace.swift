import Foundation
import Glibc
import TestSupport
import Testing

/// A Maildir, and runs of the built `mailbackup` that copy it, with a state directory of their own.
struct BackupPlace {
    let directory: TemporaryDirectory
    let maildir: String
    let state: String
    private let tree: MaildirTree

    /// - Parameter messages: in the inbox and two more folders, of 2 KB to 20 KB each.
    init(messages: Int) throws {
        directory = try TemporaryDirectory()
        maildir = directory.path + "/Maildir"
        state = directory.path + "/state"
        tree = try MaildirTree(maildir)
        for folder in Self.folders { try tree.addFolder(folder) }
        try deliver(1...messages)
    }

    private static let folders = ["", ".Archive", ".Archive.2025"]

    func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    /// Adds messages, each with its number in everything that tells it from others.
    func deliver(_ numbers: ClosedRange<Int>) throws {
        for number in numbers {
            let folder = Self.folders[number % Self.folders.count]
            var generator = SeededGenerator(seed: UInt64(number))
            var text =
                "From: Anna <anna@example.org>\nSubject: number \(number)\nMessage-ID: <\(number)@example.org>\n\n"
            for _ in 0..<(30 + number % 17 * 16) {
                // Digits, so that compression does not make all of them small.
                text += "\(UInt64.random(in: 0 ... .max, using: &generator)) line of a letter that is read at night\n"
            }
            let name = "\(folder)/cur/\(1_700_000_000 + number).m\(number).host:2,S"
            try tree.addFile(folder.isEmpty ? String(name.dropFirst()) : name, text, time: 1_700_000_000 + number)
        }
    }

    /// The file of a message, from the top.
    func file(_ number: Int) throws -> String {
        let folder = Self.folders[number % Self.folders.count]
        let directory = folder.isEmpty ? "cur" : folder + "/cur"
        let names = try FileManager.default.contentsOfDirectory(atPath: "\(maildir)/\(directory)")
        let name = try #require(names.first { $0.contains(".m\(number).") })
        return "\(directory)/\(name)"
    }

    func rename(_ old: String, _ new: String) throws { try tree.rename(old, new) }

    func remove(_ number: Int) throws { try tree.remove(try file(number)) }

    /// `mailbackup copy` of the Maildir into a PST.
    func copy(to pst: String, _ options: String..., state: String? = nil) throws -> CommandRun {
        try copy(to: pst, options: options, state: state)
    }

    func copy(to pst: String, options: [String], state: String? = nil) throws -> CommandRun {
        try CommandRun.run(
            BuiltProgram.mailbackup, arguments(pst, options), environment: ["XDG_STATE_HOME": state ?? self.state])
    }

    func run(_ arguments: String..., state: String? = nil) throws -> CommandRun {
        try CommandRun.run(
            BuiltProgram.mailbackup, arguments, environment: ["XDG_STATE_HOME": state ?? self.state])
    }

    /// As ``copy(to:_:state:)``, stopped (SIGSTOP) while it is at work: once the PST has grown by a megabyte.
    /// - Parameter signal: see ``PausedCopy``.
    func startAndPause(
        to pst: String, _ options: String..., signal: Int32? = nil, state: String? = nil
    ) throws -> PausedCopy {
        try PausedCopy(
            arguments(pst, options), state: state ?? self.state, log: path("paused"), whenItGrows: pst, signal: signal)
    }

    private func arguments(_ pst: String, _ options: [String]) -> [String] {
        ["copy", "--user", "fredb", "--source", "maildir:\(maildir)", "--out", pst] + options
    }

    /// Numbers of the messages that a PST holds, sorted: one that is there twice is named twice.
    static func numbers(in pst: String) throws -> [Int] {
        let list = try CommandRun.run(BuiltProgram.mailbackup, ["list", pst, "--messages", "--json"]).succeeded()
        return list.outputText.split(separator: "\n").compactMap { line in
            guard let start = line.range(of: "\"subject\":\"number ")?.upperBound else { return nil }
            return Int(line[start...].prefix { $0.isNumber })
        }.sorted()
    }

    /// Expects a PST to be sound and to hold exactly these messages.
    static func expect(
        _ pst: String, holds numbers: some Sequence<Int>, _ comment: Comment? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try Self.numbers(in: pst) == Array(numbers), comment, sourceLocation: sourceLocation)
        try expectSound(pst, comment, sourceLocation: sourceLocation)
    }

    static func expectSound(
        _ pst: String, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        if let complaints = try StrictChecker.complaints(about: pst) {
            #expect(complaints == "", comment, sourceLocation: sourceLocation)
        }
        let verified = try CommandRun.run(BuiltProgram.mailbackup, ["verify", pst])
        let transcript: Comment = "\(comment?.rawValue ?? ""): \(verified.transcript)"
        #expect(verified.status == 0, transcript, sourceLocation: sourceLocation)
    }
}

/// A copy, or a run of many, that was stopped in the middle.
final class PausedCopy {
    private let process: Process
    private let log: String
    private let signal: Int32?
    var id: Int32 { process.processIdentifier }

    /// - Parameters:
    ///   - path: a PST; the command is stopped once it has grown by a megabyte.
    ///   - signal: what it is to be sent before it goes on. One that it handles it will have heard before it writes again.
    init(_ arguments: [String], state: String, log: String, whenItGrows path: String, signal: Int32? = nil) throws {
        self.log = log
        self.signal = signal
        process = Process()
        process.executableURL = URL(fileURLWithPath: BuiltProgram.mailbackup)
        process.arguments = arguments
        // A megabyte: the run is recorded, and messages are on their way.
        var environment = [
            "XDG_STATE_HOME": state, "LD_PRELOAD": BuiltProgram.pauseAtSize, "PAUSE_FILE": path,
            "PAUSE_SIZE": "\(max(Self.size(path), 0) + 1_000_000)",
        ]
        if let signal, signal != SIGKILL { environment["PAUSE_SIGNAL"] = "\(signal)" }
        process.environment = try StateHome.environment(environment)
        process.standardInput = FileHandle.nullDevice
        try Data().write(to: URL(fileURLWithPath: log))
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        while process.isRunning && !Self.isStopped(id) { sched_yield() }
        try #require(process.isRunning, "the copy was over and had not grown so much")
    }

    deinit {
        guard process.isRunning else { return }
        kill(id, SIGKILL)
        process.waitUntilExit()
    }

    /// The state of a process is the letter after its name: proc(5).
    private static func isStopped(_ id: Int32) -> Bool {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return false }
        return text.split(separator: ")").last?.hasPrefix(" T") ?? false
    }

    /// The size of a file; -1 for one that is missing.
    private static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : -1
    }

    /// How it ended, and all that it said.
    struct Ending {
        /// The exit status, or minus the number of the signal that ended it.
        let status: Int32
        let transcript: String
    }

    /// Lets it go on, with the signal first where there is one, and waits for its end.
    func goOn() throws -> Ending {
        if let signal { kill(id, signal) }
        kill(id, SIGCONT)
        process.waitUntilExit()
        let text = try String(contentsOfFile: log, encoding: .utf8)
        let status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
        return Ending(status: status, transcript: "status \(status)\n\(text)")
    }
}
