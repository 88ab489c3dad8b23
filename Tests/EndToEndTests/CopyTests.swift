import Foundation
import Readback
import TestSupport
import Testing

/// The whole way: a Maildir goes in, a PST comes out that every reader takes.
@Suite("A Maildir copied into a PST")
struct CopyTests {
    @Test("Every message of the source is in the PST, and the copy says so", arguments: TestMailbox.available)
    func countInEqualsCountOut(mailbox: TestMailbox) throws {
        let copy = try CopiedMailbox.of(mailbox)
        // 1: some messages have problems, which are listed; they are in the PST all the same.
        #expect([0, 1].contains(copy.run.status), "\(copy.run.transcript)")
        let count = try copy.messageCount()
        #expect(try LibpstReader.messages(of: copy.pst).count == count)
        let events = try copy.run.outputText.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        let finished = try #require(events.last { $0["event"] as? String == "run-finished" })
        #expect(finished["saved"] as? Int == count)
        #expect(finished["listed"] as? Int == count)
        let problems = events.count { $0["event"] as? String == "problem" && $0["severity"] as? String == "problem" }
        #expect((problems > 0) == (copy.run.status == 1))
    }

    @Test(
        "The strict checker has nothing to say",
        .enabled(if: SharedMaterial.isAvailable, "\(SharedMaterial.skipReason)"), arguments: TestMailbox.available)
    func checker(mailbox: TestMailbox) throws {
        let shared = try #require(SharedMaterial.folder)
        let copy = try CopiedMailbox.of(mailbox)
        let run = try CommandRun.run(shared + "/tools/pstcheck", ["--fresh", copy.pst])
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.outputText.contains(": 0 errors, 0 warnings;"), "\(run.transcript)")
    }

    @Test("readpst writes every message and complains about none", arguments: TestMailbox.available)
    func readpst(mailbox: TestMailbox) throws {
        let copy = try CopiedMailbox.of(mailbox)
        let out = copy.scratch("readpst")
        try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
        // One process: those that readpst starts by default share, and disturb, the place in the file they read from,
        // and skip messages at random.
        let run = try CommandRun.run("readpst", ["-S", "-j", "0", "-o", out, copy.pst])
        #expect(run.status == 0)
        #expect(run.errorOutput.isEmpty)
        let lines = run.outputText.split(separator: "\n")
        #expect(lines.filter { $0.contains("items done") && !$0.hasSuffix(" 0 items skipped.") }.isEmpty)
        #expect(lines.filter { $0.contains("WARNING") || $0.contains("rror") }.isEmpty)
        // Messages are numbered; their attachments have a number and a name.
        let files = FileManager.default.enumerator(atPath: out)?.compactMap { $0 as? String } ?? []
        let messages = try files.count { path in
            guard path.split(separator: "/").last?.allSatisfy(\.isNumber) ?? false else { return false }
            let attributes = try FileManager.default.attributesOfItem(atPath: out + "/" + path)
            return attributes[.type] as? FileAttributeType == .typeRegular
        }
        #expect(messages == (try copy.messageCount()))
    }

    @Test("lspst lists every message", arguments: TestMailbox.available)
    func lspst(mailbox: TestMailbox) throws {
        let copy = try CopiedMailbox.of(mailbox)
        let run = try CommandRun.run("lspst", [copy.pst])
        #expect(run.status == 0)
        #expect(run.errorOutput.isEmpty)
        let count = run.outputText.split(separator: "\n").count { $0.hasPrefix("Email") }
        #expect(count == (try copy.messageCount()))
    }

    @Test("libpff exports every message and complains about none", arguments: TestMailbox.available)
    func libpff(mailbox: TestMailbox) throws {
        let copy = try CopiedMailbox.of(mailbox)
        let information = try CommandRun.run("pffinfo", [copy.pst])
        #expect(information.status == 0)
        #expect(information.errorOutput.isEmpty)
        #expect(information.outputText.contains("Personal Storage Tables (PST)"))

        let target = copy.scratch("pff")
        let log = copy.scratch("pff.log")
        let run = try CommandRun.run("pffexport", ["-q", "-m", "items", "-l", log, "-t", target, copy.pst])
        #expect(run.status == 0, "\(run.transcript)")
        // It cannot write a file whose name has more than 255 bytes; Outlook's limit is 255 UTF-16 units.
        let longNames = try LibpstReader.messages(of: copy.pst).flatMap(\.attachments).count {
            $0.name.utf8.count > 245
        }
        let complaints = try String(decoding: Data(contentsOf: URL(fileURLWithPath: log)), as: UTF8.self)
            .split(separator: "\n").filter { $0.contains("nable to") }
        #expect(complaints.count <= longNames, "\(complaints)")
        #expect(longNames > 0 || run.errorOutput.isEmpty, "\(run.errorOutput)")
        let paths = FileManager.default.enumerator(atPath: target + ".export")?.compactMap { $0 as? String } ?? []
        let messages = paths.count { path in
            let names = path.split(separator: "/")
            return !names.contains("Attachments")
                && names.last?.wholeMatch(of: /(Message|Meeting|Appointment|Report)\d{5,}/) != nil
        }
        #expect(messages == (try copy.messageCount()))
    }

    @Test("Message by message, libpst finds what Python finds in the source", arguments: TestMailbox.available)
    func contents(mailbox: TestMailbox) throws {
        let copy = try CopiedMailbox.of(mailbox)
        let pairs = try MessagePairs(
            source: ExpectedMessage.read(maildir: copy.maildir), stored: LibpstReader.messages(of: copy.pst))
        #expect(pairs.unmatchedSource.isEmpty, "not in the PST")
        #expect(pairs.unmatchedStored.isEmpty, "not in the source")
        var reasons: [String: Int] = [:]
        var unexplained: [MessageDifference] = []
        for pair in pairs.pairs {
            let label = pair.source.storedFolder.joined(separator: "/") + "/" + (pair.source.file ?? "")
            for difference in MessageComparison.differences(pair.source, pair.stored, label: label) {
                if let reason = KnownDifference.reason(for: difference) {
                    reasons[reason, default: 0] += 1
                } else {
                    unexplained.append(difference)
                }
            }
        }
        for (reason, count) in reasons.sorted(by: { $0.key < $1.key }) { print("\(mailbox): \(count) x \(reason)") }
        #expect(unexplained.isEmpty, "\(report(unexplained))")
    }

    private func report(_ differences: [MessageDifference]) -> String {
        let fields = Dictionary(grouping: differences, by: \.field.rawValue).mapValues(\.count)
        let counts = fields.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(differences.count) differences without a reason (\(counts)):\n"
            + differences.prefix(60).map(\.description).joined(separator: "\n")
    }
}
