import Foundation
import IMAP
import MailServers
import Synchronization
import TestSupport
import Testing

/// Servers that stop giving in the middle of a run.
@Suite("A server that stops giving")
struct ServerTroubleTests {
    private static let small = SmallServer(
        (1...300).map { "Subject: number \($0)\r\nMessage-ID: <\($0)@example.org>\r\n\r\n\($0)\r\n" })

    @Test(
        "A logon refused in the middle of a run ends it at once, with 77 and what has arrived",
        arguments: ["[AUTHENTICATIONFAILED] account locked", "no"])
    func refusedMeanwhile(words: String) async throws {
        let logons = Mutex(0)
        let phase = Mutex(Phase.open)
        let server = try await ScriptedServer { connection, line in
            if line.contains("AUTHENTICATE") {
                logons.withLock { $0 += 1 }
                if phase.withLock({ $0 }) == .closed { return [.send("$TAG NO \(words)\r\n")] }
            }
            // The first 64 messages are given, then it is over.
            if line.contains("BODY.PEEK[]"), !line.contains("UID FETCH 1:64 "), phase.withLock({ $0 }) == .open {
                phase.withLock { $0 = .closed }
                return [.close]
            }
            return Self.small.answer(connection, line)
        }
        let place = try ServerPlace(port: server.port)
        let pst = place.path("fredb.pst")
        let run = try place.copy(to: pst, "--since-state", "last")
        #expect(run.status == 77, "\(run.transcript)")
        let problem = run.errorOutput.split(separator: "\n")
        #expect(problem.count == 1, "\(run.transcript)")
        #expect(run.errorOutput.contains("fredb at imap://127.0.0.1"), "\(run.transcript)")
        #expect(run.errorOutput.contains(words.split(separator: "] ").last ?? ""), "\(run.transcript)")
        #expect(logons.withLock { $0 } == 2)
        try BackupPlace.expect(pst, holds: 1...64)

        phase.withLock { $0 = .openAgain }
        let again = try place.copy(to: pst, "--since-state", "last", "--log-format", "json")
        #expect(again.status == 0, "\(again.transcript)")
        #expect(try ServerPlace.count("saved", of: again) == 236)
        try BackupPlace.expect(pst, holds: 1...300)
        await server.stop()
    }

    private enum Phase {
        case open, closed, openAgain
    }

    @Test("What may be fetched in one run is fetched, and told with 75; the next run goes on, and nothing comes twice")
    func budget() async throws {
        let server = try #require(MailServer.dovecot)
        let place = try ServerPlace(server)
        let tree = try MaildirTree(place.path("Maildir"))
        for number in 1...40 {
            try tree.addFile(
                "cur/\(1_600_000_000 + number).n\(number).host:2,S",
                "Subject: number \(number)\n\n" + String(repeating: "\(number % 10)", count: 10_000) + "\n",
                time: 1_600_000_000 + number)
        }
        try server.install(tree.path, for: place.user)
        let pst = place.path("fredb.pst")
        var saved: [Int] = []
        for night in 1...10 {
            let run = try place.copy(
                to: pst, "--since-state", "last", "--max-download", "150KB", "--log-format", "json")
            saved.append(try ServerPlace.count("saved", of: run))
            guard run.status != 0 else { break }
            #expect(run.status == 75, "\(run.transcript)")
            #expect(run.errorOutput.contains("spent") || run.outputText.contains("spent"), "\(run.transcript)")
            try BackupPlace.expect(pst, holds: 1...saved.reduce(0, +))
            #expect(night < 10)
        }
        #expect(saved.reduce(0, +) == 40)
        #expect(saved.count == 3 && saved.allSatisfy { $0 <= 15 }, "\(saved)")
        try BackupPlace.expect(pst, holds: 1...40)
    }
}
