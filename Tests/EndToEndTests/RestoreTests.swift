import BinaryIO
import Foundation
import Glibc
import MAPI
import MailStore
import Maildir
import TestSupport
import Testing

/// The way back.
@Suite("A PST restored into a Maildir")
struct RestoreTests {
    private func restore(_ pst: String, to path: String, _ options: String...) throws -> CommandRun {
        try CommandRun.run(BuiltProgram.mailbackup, ["restore", pst, "--to-maildir", path] + options)
    }

    @Test(
        "Every message comes back byte for byte, with its flags, keywords and delivery time, in its folder",
        arguments: TestMailbox.available)
    func roundTrip(mailbox: TestMailbox) async throws {
        let copy = try CopiedMailbox.of(mailbox)
        let place = try TemporaryDirectory()
        let run = try restore(copy.pst, to: place.path + "/restored")
        #expect(run.status == 0, "\(run.transcript)")
        let expected = try await MaildirMessage.all(of: copy.maildir)
        let found = try await MaildirMessage.all(of: place.path + "/restored")
        let count = expected.messages.values.reduce(0, +)
        #expect(count > 0)
        #expect(found.messages.values.reduce(0, +) == count)
        let missing = expected.messages.filter { found.messages[$0.key] != $0.value }
        #expect(missing.isEmpty, "\(missing.count) of \(count), the first \(missing.first.map { "\($0)" } ?? "")")
        #expect(found.folders == expected.folders)
    }

    @Test("A second restore adds nothing and says so; an interrupted one is completed")
    func again() async throws {
        let copy = try CopiedMailbox.of(.sample)
        let place = try TemporaryDirectory()
        let path = place.path + "/restored"
        #expect(try restore(copy.pst, to: path).status == 0)
        let first = try await MaildirMessage.all(of: path).messages
        let again = try restore(copy.pst, to: path, "--log-format", "json")
        #expect(again.status == 0, "\(again.transcript)")
        #expect(try await MaildirMessage.all(of: path).messages == first)
        #expect(again.outputText.contains("\"saved\":0,\"already_there\":\(first.values.reduce(0, +))"))
        // As after a run that was killed: some messages are missing.
        let names = try FileManager.default.contentsOfDirectory(atPath: path + "/cur").sorted()
        for name in names.prefix(3) { try FileManager.default.removeItem(atPath: path + "/cur/" + name) }
        #expect(try restore(copy.pst, to: path).status == 0)
        #expect(try await MaildirMessage.all(of: path).messages == first)
    }

    @Test(
        "A restore into a file system that gets full exits 74, and what is there is whole",
        .enabled(if: SmallDisk.canBeMade))
    func diskFull() async throws {
        let disk = try SmallDisk(megabytes: 2)
        let place = try TemporaryDirectory()
        let tree = try MaildirTree(place.path + "/Maildir")
        for number in 1...40 {
            let line = String(repeating: "\(number % 10)", count: 70) + "\n"
            try tree.addFile(
                "cur/\(number).host:2,S", "Subject: \(number)\n\n" + String(repeating: line, count: 1500), time: number)
        }
        let pst = place.path + "/x.pst"
        _ = try CommandRun.run(
            BuiltProgram.mailbackup, ["copy", "--user", "x", "--source", "maildir:\(tree.path)", "--out", pst]
        ).succeeded()
        let run = try restore(pst, to: disk.path + "/restored")
        #expect(run.status == 74, "\(run.transcript)")
        let expected = try await MaildirMessage.all(of: tree.path).messages
        let found = try? await MaildirMessage.all(of: disk.path + "/restored").messages
        for message in (found ?? [:]).keys { #expect(expected[message] != nil) }
    }

    @Test(
        "A damaged PST is told by an exit status, and never ends in a crash", arguments: (1...40) as ClosedRange<UInt64>
    )
    func damaged(seed: UInt64) throws {
        let copy = try CopiedMailbox.of(.sample)
        let place = try TemporaryDirectory()
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: copy.pst)))
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            let position = Int.random(in: 0..<bytes.count, using: &generator)
            bytes[position] ^= UInt8.random(in: 1...255, using: &generator)
        }
        let damaged = place.path + "/damaged.pst"
        try Data(bytes).write(to: URL(fileURLWithPath: damaged))
        let run = try restore(damaged, to: place.path + "/restored")
        #expect([0, 1, 65].contains(run.status), "\(run.transcript)")
    }

    @Test(
        "Each PST of Outlook is restored, and listed with as many messages",
        .enabled(if: SharedMaterial.isAvailable, "\(SharedMaterial.skipReason)"))
    func foreign() async throws {
        let folder = try #require(SharedMaterial.folder) + "/corpus/pst"
        let files = (FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix(".pst") }.sorted()
        #expect(!files.isEmpty)
        for file in files {
            let place = try TemporaryDirectory()
            let path = place.path + "/restored"
            let run = try restore(folder + "/" + file, to: path, "--log-format", "json")
            #expect([0, 1].contains(run.status), "\(file): \(run.transcript.prefix(2000))")
            let events = try run.outputText.split(separator: "\n").map {
                try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
            }
            let end = try #require(events.last)
            #expect(end["failed"] as? Int == 0, "\(file)")
            #expect(end["saved"] as? Int == end["listed"] as? Int, "\(file)")
            #expect(end["composed"] as? Int == end["listed"] as? Int, "\(file)")
            guard access(path, F_OK) == 0 else { continue }
            let found = try await MaildirMessage.all(of: path).messages.values.reduce(0, +)
            #expect(found == end["saved"] as? Int, "\(file)")
        }
    }
}
