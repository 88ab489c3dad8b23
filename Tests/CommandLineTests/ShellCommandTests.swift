import Foundation
import Glibc
import IMAP
import MailStore
import Synchronization
import TestSupport
import Testing

@testable import CommandLine

@Suite("Commands that the configuration names")
struct ShellCommandTests {
    private func command(
        _ text: String, within bound: Duration = ShellCommand.usualBound, grace: Duration = .seconds(5)
    ) -> ShellCommand {
        var command = ShellCommand(text)
        command.bound = bound
        command.grace = grace
        // Whether the tests have a terminal must not matter.
        command.hasOwnGroup = true
        return command
    }

    /// Processes, as /proc tells, in whose arguments a text stands.
    private func processes(with text: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { name in
            guard name.allSatisfy(\.isNumber), let data = FileManager.default.contents(atPath: "/proc/\(name)/cmdline")
            else { return false }
            return String(decoding: data, as: UTF8.self).contains(text)
        }
    }

    @Test("What a command prints is read to its end, and its status counts")
    func output() throws {
        #expect(try command("printf 'a\\nb'").output(longest: 100) == Array("a\nb".utf8))
        #expect(try command("exec >&-").output(longest: 100) == [])
        #expect(try command("head -c 300000 /dev/zero").output(longest: 1 << 20).count == 300_000)
        #expect(throws: ShellCommand.Failure.failed("status 3")) { try command("exit 3").output(longest: 100) }
        #expect(throws: ShellCommand.Failure.failed("signal 9")) { try command("kill -9 $$").output(longest: 100) }
        #expect(throws: ShellCommand.Failure.failed("status 127")) {
            try command("/there/is/no/such/program 2>/dev/null").output(longest: 100)
        }
    }

    @Test("One that goes on printing is not read for ever")
    func endless() {
        #expect(throws: ShellCommand.Failure.failed("signal 13")) { try command("exec yes").output(longest: 65536) }
    }

    @Test("A command that has ended is not waited for because something that it started has not")
    func agent() throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/agent"
        try Data().write(to: URL(fileURLWithPath: file))
        let bytes = try command("tail -f \(file) & echo $! secret").output(longest: 100)
        let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        #expect(words.last == "secret")
        // It is its own master, and lives on.
        let agent = try #require(words.first.flatMap { pid_t($0) })
        #expect(kill(agent, SIGKILL) == 0)
    }

    @Test("A command reads all that it is given, more than fits into a pipe too")
    func input() throws {
        let directory = try TemporaryDirectory()
        let text = [UInt8](repeating: 0x61, count: 1_000_000)
        try command("cat >\(directory.path)/taken").take(text)
        #expect(FileManager.default.contents(atPath: directory.path + "/taken") == Data(text))
        #expect(throws: ShellCommand.Failure.failed("status 2")) { try command("cat >/dev/null; exit 2").take(text) }
    }

    @Test(
        "A command that never ends is stopped after its bound with all that it started, and no zombie stays",
        arguments: [
            "exec tail -f FILE", "tail -f FILE; true", "tail -f FILE | tail -f FILE - | cat",
            "trap '' TERM; tail -f FILE; true",
        ], [0, 100])
    func endless(text: String, milliseconds: Int) throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/nothing"
        try Data().write(to: URL(fileURLWithPath: file))
        for reads in [true, false] {
            let process = Mutex<pid_t>(0)
            var command = command(
                text.replacing("FILE", with: file), within: .milliseconds(milliseconds), grace: .milliseconds(50))
            command.started = { id in process.withLock { $0 = id } }
            #expect(throws: ShellCommand.Failure.timedOut) {
                if reads { _ = try command.output(longest: 100) } else { try command.take([1]) }
            }
            let id = process.withLock { $0 }
            #expect(id > 0)
            // Neither a process nor a zombie has that number.
            #expect(kill(id, 0) != 0 && errno == ESRCH)
            // What it has started was killed, and is the system's to bury.
            while !processes(with: file).isEmpty { sched_yield() }
        }
    }

    @Test("The error of a password command that hangs names it and the seconds, and nothing else of it")
    func secret() {
        let text = "MAILBACKUP_USER='a'; export MAILBACKUP_USER; TOKEN=Zx7 tail -f /dev/null --lines=7"
        let place = SecretPlace.command(text)
        let error = #expect(throws: IMAPError.self) { try place.read(within: .zero) }
        #expect(error?.code == .configuration)
        #expect(
            error?.message
                == "the command for the password, tail, had not ended after 0 seconds, and was stopped")
    }

    @Test("A password command ends with the run that asks it, long before its bound")
    func cancelled() async throws {
        let place = SecretPlace.command("exec tail -f /dev/null")
        let task = Task { () async -> IMAPError? in
            do throws(IMAPError) { _ = try await place.readAside() } catch { return error }
            return nil
        }
        task.cancel()
        #expect(await task.value?.code == .cancelled)
    }

    @Test("The error of a sendmail that hangs names it, whose mail it was, and the seconds")
    func mail() {
        var mail = SummaryMail(to: "admin@example.com", command: "tail -f /dev/null")
        mail.bound = .zero
        let error = #expect(throws: StoreError.self) {
            try mail.send(RunSummary.of([]), .problems, host: "h")
        }
        #expect(
            error?.message
                == "tail, which takes the mail to admin@example.com, had not ended after 0 seconds, and was stopped")
    }

    @Test("The usual bound is a minute, as docs/configuration.md says")
    func usual() throws {
        #expect(ShellCommand("x").bound == .seconds(60))
        #expect(try Checkout.text(of: "docs/configuration.md").contains("after 60 seconds"))
    }
}
