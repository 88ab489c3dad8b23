import Foundation
import Glibc
import MailServers
import Synchronization
import TestSupport
import Testing

/// Runs that end at a time of day: docs/configuration.md.
@Suite("mailbackup run --until")
struct RunUntilTests {
    /// 2026-11-26 at six, UTC.
    private static let six = 1_795_672_800

    /// A run whose clock stands.
    private func run(_ place: ManyMailboxes, at time: Int, _ options: String...) throws -> CommandRun {
        try CommandRun.run(
            BuiltProgram.mailbackup, ["run", "--config", place.path("config.toml"), "--jobs", "1"] + options,
            environment: ["LD_PRELOAD": BuiltProgram.fixedTime, "FIXED_TIME": "\(time)", "TZ": "UTC"])
    }

    private func place() throws -> ManyMailboxes {
        let place = try ManyMailboxes()
        for user in ["a", "b", "c"] { try ManyMailboxes.deliver(1...3, to: try place.maildir(user)) }
        return place
    }

    @Test(
        "stops what is at work when it is time, lists what was not begun, ends with 75; the next run does the rest",
        arguments: [true, false])
    func ends(isOption: Bool) async throws {
        let place = try place()
        // At work until it is stopped: the server gives the first messages, and then nothing.
        let isSilent = Mutex(true)
        var small = SmallServer((1...100).map { "Subject: number \($0)\r\n\r\nhello\r\n" })
        small.intercept = { _, line in
            let isLater = line.contains("BODY.PEEK[]") && !line.contains("UID FETCH 1:64 ")
            return isLater && isSilent.withLock { $0 } ? [] : nil
        }
        let answering = small
        let server = try await ScriptedServer { connection, line in answering.answer(connection, line) }
        try "secret\n".write(toFile: place.path("secret"), atomically: true, encoding: .utf8)
        #expect(chmod(place.path("secret"), 0o600) == 0)
        let source = """
            [user.a.source]
            url = "imap://127.0.0.1:\(server.port)"
            password-file = "secret"
            """
        try place.configure(["a", "b", "c"], tables: (isOption ? "" : "[run]\nuntil = \"06:00\"\n") + source)
        let first =
            isOption
            ? try run(place, at: Self.six - 1, "--until", "06:00") : try run(place, at: Self.six - 1)
        #expect(first.status == 75, "\(first.transcript)")
        let lines = first.outputText.split(separator: "\n").map { line in
            String(line.split(separator: " ").joined(separator: " "))
        }
        #expect(lines.contains { $0.hasPrefix("- a stopped, it is 06:00: ") }, "\(lines)")
        for user in ["b", "c"] { #expect(lines.contains("- \(user) not begun, it is 06:00"), "\(lines)") }
        #expect(
            lines.last?.hasPrefix("3 mailboxes: 0 complete, 3 left for the next run; ") == true, "\(lines)")
        #expect(first.errorOutput.isEmpty, "\(first.transcript)")
        isSilent.withLock { $0 = false }
        let second = try run(place, at: Self.six)
        #expect(second.status == 0, "\(second.transcript)")
        #expect(second.outputText.contains("3 mailboxes: 3 complete; "), "\(second.transcript)")
        try BackupPlace.expect(place.pst("a"), holds: 1...100)
        for user in ["b", "c"] { try BackupPlace.expect(place.pst(user), holds: 1...3) }
        await server.stop()
    }

    @Test(
        "means the next time that clocks show it: one that has passed, or is now, is tomorrow's",
        arguments: [0, 1, 3600])
    func passed(seconds: Int) throws {
        let place = try place()
        try place.configure(["a", "b", "c"])
        let run = try run(place, at: Self.six + seconds, "--until", "06:00")
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.outputText.contains("3 mailboxes: 3 complete; 9 messages"), "\(run.transcript)")
    }
}
