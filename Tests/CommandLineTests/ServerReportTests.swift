import IMAPGrammar
import IMAPStore
import MailStore
import Testing

@testable import CommandLine

@Suite("What check tells of a server")
struct ServerReportTests {
    private func text(
        _ capabilities: [String], serverID: [String: String] = [:], greeting: String = "ready",
        leftOut: [LeftOutFolder] = []
    ) -> String {
        ServerReport(
            isEncrypted: true, serverID: serverID, greeting: greeting, capabilities: Capabilities(capabilities),
            foldersLeftOut: leftOut
        ).lines.joined(separator: "\n")
    }

    @Test("What a server lacks is told with what it means; what it has is not")
    func abilities() {
        let everything = ["LIST-STATUS", "CONDSTORE", "QRESYNC", "OBJECTID", "SPECIAL-USE"]
        #expect(!text(everything).contains("without"))
        for name in everything where name != "CONDSTORE" {
            let report = text(everything.filter { $0 != name })
            #expect(report.contains("without \(name)"))
            #expect(report.ranges(of: "without").count == 1)
        }
        // A server with QRESYNC has CONDSTORE.
        #expect(!text(everything.filter { $0 != "CONDSTORE" }).contains("without"))
        #expect(text(["LIST-STATUS"]).contains("without CONDSTORE"))
    }

    @Test("Folders that are left out are named, by reason, and long lists are cut short")
    func leftOut() {
        let many = (1...25).map { LeftOutFolder(path: FolderPath(["Team", "\($0)"]), reason: .shared) }
        let report = text(
            [], leftOut: [LeftOutFolder(path: FolderPath(["Users", "anna", "INBOX"]), reason: .otherUsers)] + many)
        #expect(report.contains("left out, folders of other users, which belong to their backups: Users/anna/INBOX"))
        #expect(report.contains("left out, shared folders, which need a backup of their own: Team/1, Team/2,"))
        #expect(report.contains("Team/20 and 5 more"))
        #expect(!text([]).contains("left out"))
        for reason in LeftOutFolder.Reason.allCases {
            #expect(text([], leftOut: [LeftOutFolder(path: FolderPath(["X"]), reason: reason)]).contains(": X"))
        }
    }

    @Test(
        "Exchange and Gmail are known, and what they do not give is told",
        arguments: [
            (
                ["IMAP4REV1"], [:], "The Microsoft Exchange IMAP4 service is ready.",
                "Exchange: a message that it cannot"
            ),
            (["IMAP4REV1"], ["name": "Microsoft.Exchange.Imap4.Imap4Server"], "ready", "Exchange: the archive mailbox"),
            (["X-GM-EXT-1"], [:], "Gimap ready", "Gmail: each message is kept once"),
        ] as [([String], [String: String], String, String)])
    func quirks(capabilities: [String], serverID: [String: String], greeting: String, expected: String) {
        #expect(text(capabilities, serverID: serverID, greeting: greeting).contains(expected))
        #expect(!text(["IMAP4REV1"]).contains("Exchange") && !text(["IMAP4REV1"]).contains("Gmail"))
    }
}
