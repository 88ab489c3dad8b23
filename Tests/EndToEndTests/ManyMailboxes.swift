import Foundation
import Glibc
import TestSupport
import Testing

/// Many mailboxes, their configuration, and runs of the built `mailbackup run` over them.
final class ManyMailboxes {
    let directory: TemporaryDirectory
    var state: String { directory.path + "/state" }

    init() throws {
        directory = try TemporaryDirectory()
        for name in ["mail", "pst"] {
            try FileManager.default.createDirectory(atPath: path(name), withIntermediateDirectories: false)
        }
    }

    func path(_ name: String) -> String { "\(directory.path)/\(name)" }
    func pst(_ user: String) -> String { path("pst/\(user).pst") }

    /// A user's Maildir, made where it is not there yet.
    func maildir(_ user: String) throws -> MaildirTree { try MaildirTree(path("mail/\(user)")) }

    /// - Parameter size: of the body, in bytes.
    static func deliver(_ numbers: ClosedRange<Int>, to tree: MaildirTree, size: Int = 300) throws {
        for number in numbers {
            var generator = SeededGenerator(seed: UInt64(number))
            var text =
                "From: Anna <anna@example.org>\nSubject: number \(number)\nMessage-ID: <\(number)@example.org>\n\n"
            while text.utf8.count < size { text += "\(UInt64.random(in: 0 ... .max, using: &generator)) of a letter\n" }
            try tree.addFile("cur/\(1_700_000_000 + number).m\(number).host:2,S", text, time: 1_700_000_000 + number)
        }
    }

    /// Writes the configuration.
    /// - Parameters:
    ///   - users: listed, in this order.
    ///   - more: further lines: keys of the top first, then tables.
    func configure(_ users: [String], top: String = "", tables: String = "") throws {
        let list = users.map { "\"\($0)\"" }.joined(separator: ", ")
        let text = """
            out = "pst/%u.pst"
            state-directory = "state"
            \(top)
            [users]
            list = [\(list)]
            [source]
            url = "maildir:mail/%u"
            \(tables)
            """
        try text.write(toFile: path("config.toml"), atomically: true, encoding: .utf8)
    }

    @discardableResult
    func mailbackup(_ arguments: String...) throws -> CommandRun { try mailbackup(arguments) }

    func mailbackup(_ arguments: [String]) throws -> CommandRun {
        try CommandRun.run(BuiltProgram.mailbackup, arguments + ["--config", path("config.toml")])
    }

    func run(_ options: String...) throws -> CommandRun { try mailbackup(["run"] + options) }

    /// Begins a command, and does not wait for it.
    func start(_ arguments: [String], log: String) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: BuiltProgram.mailbackup)
        process.arguments = arguments + ["--config", path("config.toml")]
        process.environment = try StateHome.environment([:])
        process.standardInput = FileHandle.nullDevice
        try Data().write(to: URL(fileURLWithPath: log))
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
        try process.run()
        return process
    }

    /// The objects of a JSON log.
    static func objects(_ run: CommandRun) throws -> [[String: Any]] {
        try run.outputText.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    /// Messages in each user's PST, as the journals have them.
    func messages() throws -> [String: Int] {
        var counts: [String: Int] = [:]
        for object in try Self.objects(try mailbackup("status", "--json")) where object["event"] as? String == "store" {
            let user = try #require(object["journal"] as? String)
            counts[user, default: 0] += try #require(object["messages"] as? Int)
        }
        return counts
    }
}
