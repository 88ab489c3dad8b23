import Foundation
import IMAP
import IMAPGrammar
import MailServers
import MailStore
import TestSupport
import Testing

/// Nights in the life of a backup of a mailbox on a server: with everything that the server can do, and with nothing of it.
@Suite("Incremental runs from a server", .enabled(if: MailServer.dovecot != nil, MailServer.skipReason))
struct ServerNightsTests {
    private struct Backup {
        let server: MailServer
        let place: ServerPlace
        var pst: String { place.path("fredb.pst") }

        /// Copies what has changed, and expects the PST to be what the mailbox is.
        /// - Returns: how many messages were fetched.
        func night(_ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Int {
            let run = try place.copy(
                to: pst, "--since-state", "last", "--deleted", "mirror", "--log-format", "json")
            #expect([0, 1].contains(run.status), "\(comment): \(run.transcript)", sourceLocation: sourceLocation)
            let expected = try await server.content(of: place.user)
            let found = try await place.restored(pst)
            let wrong =
                expected.messages.filter { found.messages[$0.key] != $0.value }.map(\.key)
                + found.messages.filter { expected.messages[$0.key] != $0.value }.map(\.key)
            #expect(
                wrong.isEmpty, "\(comment): \(wrong.count), the first \(wrong.first.map { "\($0)" } ?? "")",
                sourceLocation: sourceLocation)
            #expect(found.folders.isSuperset(of: expected.folders), comment, sourceLocation: sourceLocation)
            return try ServerPlace.count("saved", of: run)
        }
    }

    @Test(
        "Flags, moves, renames, deletions and new numbers are followed, and no message is fetched twice",
        arguments: [false, true])
    func nights(isBare: Bool) async throws {
        let server = try #require(isBare ? MailServer.bareDovecot : MailServer.dovecot)
        let backup = Backup(server: server, place: try ServerPlace(server))
        try server.install(try ServerCopyTests.makeMaildir(in: backup.place.directory), for: backup.place.user)
        #expect(try await backup.night("first") > 240)
        #expect(try await backup.night("nothing new") == 0)

        let program = try await server.client(backup.place.user)
        try await program.select("Letters")
        try await program.run("STORE 3,5,8 +FLAGS (\\Flagged \\Seen blue)")
        try await program.run("STORE 9:12 -FLAGS (\\Seen)")
        #expect(try await backup.night("flags") == 0)

        try await program.run(program.session.command("MOVE 1:7", mailbox: program.name("Letters/Old")))
        #expect(try await backup.night("moves") == 0)

        try await program.run("STORE 2,4,6 +FLAGS (\\Deleted)")
        try await program.run("EXPUNGE")
        try await program.append(Array("Subject: new\r\n\r\nnew\r\n".utf8), to: "Letters", flags: "\\Draft")
        #expect(try await backup.night("deletions and a new one") == 1)

        try await program.run("UNSELECT")
        var rename = program.session.command("RENAME", mailbox: program.name("Letters"))
        rename.appendString(program.name("Briefe/Größe & Maß").wire(program.session.spelling))
        try await program.run(rename)
        #expect(try await backup.night("a rename") == 0)
        await program.end()

        // What a restored server does: all messages get new numbers.
        _ = try CommandRun.run(
            "sh",
            [
                "-ec", "find \"$0\" -name 'dovecot-uidlist' -delete; find \"$0\" -name 'dovecot.*' -delete",
                server.maildir(of: backup.place.user),
            ]
        ).succeeded()
        let again = try await backup.night("new numbers")
        // Messages that cannot be told apart by size and time are fetched again.
        #expect(again <= 5)
        #expect(try await backup.night("nothing new at last") == 0)
        try BackupPlace.expectSound(backup.pst)
    }
}
