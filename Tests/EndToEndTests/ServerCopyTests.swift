import Foundation
import IMAP
import MailServers
import MailStore
import TestSupport
import Testing

/// From a server into a PST and back, beside the same mailbox read as a Maildir.
@Suite("A mailbox on a server", .enabled(if: MailServer.dovecot != nil, MailServer.skipReason))
struct ServerCopyTests {
    /// A mailbox of odd messages.
    static func makeMaildir(in directory: TemporaryDirectory) throws -> String {
        let path = try TestMailbox.sample.make(in: directory)
        let tree = try MaildirTree(path)
        let odd: [[UInt8]] = [
            Array("Subject: 8 bit\n\n".utf8) + [0xE9, 0xFF, 0x80, 0x0A],
            Array("no header at all".utf8), Array("\n\nblank lines first\n".utf8), Array("X".utf8),
            Array("Subject: braces {5}\n\n{12}\n* 1 FETCH (UID 1)\nA1 OK\n)".utf8),
            Array("Subject: mixed ends\r\nTo: a@example.org\n\none\r\ntwo\nthree\rfour\r\r\n".utf8),
            Array("Subject: nul\n\na\0b\n".utf8),
            Array("Subject: large\n\n".utf8) + [UInt8](repeating: 0x41, count: 3_000_000),
        ]
        for (number, message) in odd.enumerated() {
            try tree.addFile(
                "cur/\(1_600_000_000 + number).odd\(number).host:2,S", message, time: 1_600_000_000 + number)
        }
        try tree.addFolder(".Letters.Old")
        for number in 0..<240 {
            let folder = ["", ".Letters", ".Letters.Old"][number % 3]
            let text =
                "Subject: letter \(number)\nMessage-ID: <\(number)@example.org>\n\n"
                + String(repeating: "line \(number)\n", count: 1 + number % 50)
            try tree.addFolder(folder)
            let name = "\(1_650_000_000 + number).n\(number).host:2,\(["", "S", "RS", "FS"][number % 4])"
            try tree.addFile(
                folder.isEmpty ? "cur/\(name)" : "\(folder)/cur/\(name)", text, time: 1_650_000_000 + number)
        }
        return path
    }

    /// Lines of `list`, without what the way over a server changes: sizes (line ends), the order of keywords, and "passed",
    /// which Dovecot does not know.
    private func list(_ pst: String) throws -> [String] {
        let run = try CommandRun.run(BuiltProgram.mailbackup, ["list", pst, "--messages", "--json"]).succeeded()
        return try run.outputText.split(separator: "\n").map { line in
            var event = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            for key in ["size", "bytes", "source"] { event[key] = nil }
            event["flags"] = (event["flags"] as? [String])?.filter { $0 != "forwarded" }
            event["keywords"] = (event["keywords"] as? [String])?.sorted()
            return String(
                decoding: try JSONSerialization.data(withJSONObject: event, options: .sortedKeys), as: UTF8.self)
        }
    }

    @Test(
        "The PST has what it would have of the same mailbox read as a Maildir, and gives every byte back",
        arguments: [false, true])
    func equalToMaildir(isBare: Bool) async throws {
        let server = try #require(isBare ? MailServer.bareDovecot : MailServer.dovecot)
        let place = try ServerPlace(server)
        let maildir = try Self.makeMaildir(in: place.directory)
        try server.install(maildir, for: place.user)
        let (fromServer, fromMaildir) = (place.path("server.pst"), place.path("maildir.pst"))
        let run = try place.copy(to: fromServer)
        let other = try CommandRun.run(
            BuiltProgram.mailbackup,
            ["copy", "--user", place.user, "--source", "maildir:\(maildir)", "--out", fromMaildir])
        #expect(run.status == other.status, "\(run.transcript)\n\(other.transcript)")
        let expected = try await server.content(of: place.user)
        let found = try await place.restored(fromServer)
        let missing = expected.messages.filter { found.messages[$0.key] != $0.value }
        #expect(missing.isEmpty, "\(missing.count), the first \(missing.first.map { "\($0)" } ?? "")")
        #expect(found.messages.values.reduce(0, +) == expected.messages.values.reduce(0, +))
        #expect(found.messages.values.reduce(0, +) > 240)
        #expect(found.folders.isSuperset(of: expected.folders))
        #expect(try list(fromServer) == list(fromMaildir))
        try BackupPlace.expectSound(fromServer)
    }

    @Test("However many jobs there are, the PST has the same messages in the same order")
    func jobs() throws {
        let limited = try MailServer.start(
            .dovecot, settings: ["protocol imap {", "  mail_max_userip_connections = 2", "}"])
        let unlimited = try #require(MailServer.dovecot)
        let directory = try TemporaryDirectory()
        let tree = try MaildirTree(directory.path + "/Maildir")
        for number in 0..<60 {
            // Enough for a third connection.
            let line = String(repeating: "\(number)", count: 70 / "\(number)".count) + "\n"
            try tree.addFile(
                "cur/\(1_600_000_000 + number).n\(number).host:2,S",
                "Subject: number \(number)\nMessage-ID: <\(number)@example.org>\n\n"
                    + String(repeating: line, count: 12_000),
                time: 1_600_000_000 + number)
        }
        var lists: [[String]] = []
        for (server, jobs) in [(unlimited, 1), (unlimited, 8), (limited, 8)] {
            let place = try ServerPlace(server)
            try server.install(tree.path, for: place.user)
            let pst = place.path("jobs.pst")
            let run = try place.copy(to: pst, "--jobs", "\(jobs)")
            #expect(run.status == 0, "\(run.transcript)")
            #expect(run.errorOutput.isEmpty, "\(run.transcript)")
            lists.append(try list(pst))
            try BackupPlace.expect(pst, holds: 0..<60)
            let log = try String(contentsOfFile: server.folder + "/dovecot.log", encoding: .utf8)
            let logons = log.split(separator: "\n").count { $0.contains("Login: user=<\(place.user)>") }
            let expected = jobs == 1 ? 1...1 : server === limited ? 2...2 : 3...4
            #expect(expected.contains(logons), "\(log.suffix(2000))")
            #expect((server === limited) == log.contains("Maximum number of connections"), "\(log.suffix(2000))")
        }
        #expect(lists[1] == lists[0] && lists[2] == lists[0])
    }
}
