import Conversion
import MAPI
import Testing

@Suite("Delivery reports, RFC 3464")
struct DeliveryReportTests {
    private static let part = """
        Reporting-MTA: dns; mail.example.org\r
        Arrival-Date: Mon, 16 Dec 2019 14:12:15 +0100\r
        X-MSExch-Correlation-Key: AQIDBA==\r
        \r
        FINAL-RECIPIENT: rfc822; <Bad@Example.net>\r
        Original-Recipient: rfc822;old@example.net\r
        Action: failed (no such user)\r
        Status: 5.1.1 (bad destination mailbox address)\r
        Remote-MTA: dns; mx.example.net\r
        Diagnostic-Code: smtp; 550 5.1.1\r
        \tno such user\r
        X-Display-Name: Bad Person\r
        \r
        Final-Recipient: rfc822; slow@example.net\r
        Action: delayed\r
        Status: 4.4.1\r
        \r
        Original-Recipient: rfc822; full@example.net\r
        Action: Failed\r
        Status: 5.2.2\r
        X-Supplementary-Info: <mailbox full>\r
        """

    private func report(_ text: String) -> DeliveryReport? {
        DeliveryReport(statusPart: Array(text.utf8))
    }

    @Test("The fields of the message and of each recipient are read, unfolded, without type and comment")
    func fields() throws {
        let report = try #require(self.report(Self.part))
        #expect(report.reportingMTA == "dns; mail.example.org")
        #expect(report.arrivalDate == "Mon, 16 Dec 2019 14:12:15 +0100")
        #expect(report.correlationKey == [1, 2, 3, 4])
        #expect(report.recipients.map(\.address) == ["Bad@Example.net", "slow@example.net", "full@example.net"])
        #expect(report.recipients.map(\.action) == [.failed, .delayed, .failed])
        let first = try #require(report.recipients.first)
        #expect(first.originalRecipient == "old@example.net")
        #expect(first.status?.description == "5.1.1")
        #expect(first.remoteMTA == "mx.example.net")
        #expect(first.diagnosticCode == "smtp; 550 5.1.1 no such user")
    }

    @Test(
        "The most severe action gives the class",
        arguments: [
            (["delivered"], "REPORT.IPM.Note.DR"),
            (["delivered", "expanded"], "REPORT.IPM.Note.Expanded.DR"),
            (["relayed", "expanded"], "REPORT.IPM.Note.Relayed.DR"),
            (["delayed", "relayed"], "REPORT.IPM.Note.Delayed.DR"),
            (["delayed", "failed", "delivered"], "REPORT.IPM.Note.NDR"),
        ])
    func messageClass(actions: [String], expected: String) {
        let text = actions.map { "Final-Recipient: rfc822; a@b\nAction: \($0)\n" }.joined(separator: "\n")
        #expect(report(text)?.messageClass == expected)
    }

    @Test("Applied, it replaces the recipient rows by those of the most severe action and tells of the original")
    func apply() throws {
        var original = MessageObject()
        original.properties[.subject] = .string("Hello")
        original.properties[.sentRepresentingName] = .string("Me")
        original.properties[.clientSubmitTime] = .time(FileTime(unixSeconds: 1000))
        original.properties[.internetMessageId] = .string("<1@example.org>")
        for (kind, name) in [(1, "A; B"), (2, "C"), (1, "D")] as [(Int32, String)] {
            var recipient = Recipient()
            recipient.properties[.recipientType] = .integer32(kind)
            recipient.properties[.displayName] = .string(name)
            original.recipients.append(recipient)
        }
        var attachment = Attachment()
        attachment.content = .message(original)
        var message = MessageObject()
        message.recipients = [Recipient()]
        message.attachments = [attachment]
        message.properties[.clientSubmitTime] = .time(FileTime(unixSeconds: 2000))
        try #require(report(Self.part)).apply(to: &message)

        let properties = message.properties
        #expect(properties.string(.messageClass) == "REPORT.IPM.Note.NDR")
        #expect(properties.string(.reportingMessageTransferAgent) == "dns; mail.example.org")
        #expect(properties.time(.reportTime)?.unixSeconds == 2000)
        #expect(properties.binary(.parentKey) == [1, 2, 3, 4])
        #expect(properties.string(.originalSubject) == "Hello")
        #expect(properties.string(.originalSenderName) == "Me")
        #expect(properties.time(.originalSubmitTime)?.unixSeconds == 1000)
        #expect(properties.string(.originalDisplayTo) == "A  B; D")
        #expect(properties.string(.originalDisplayCc) == "C")

        #expect(message.recipients.count == 2)
        let first = message.recipients[0].properties
        #expect(first.string(.displayName) == "Bad Person")
        #expect(first.string(.emailAddress) == "Bad@Example.net")
        #expect(first.binary(.searchKey) == Array("SMTP:BAD@EXAMPLE.NET\0".utf8))
        #expect(first.binary(.entryId)?.isEmpty == false)
        #expect(first.integer32(.recipientType) == 1)
        #expect(first.integer32(.nonDeliveryReportStatusCode) == 511)
        #expect(first.integer32(.nonDeliveryReportDiagCode) == 35)
        #expect(first.integer32(.nonDeliveryReportReasonCode) == 1)
        #expect(first.string(.remoteMessageTransferAgent) == "mx.example.net")
        #expect(first.string(.supplementaryInfo) == "<mx.example.net #5.1.1 smtp; 550 5.1.1 no such user>")
        #expect(first.time(.reportTime)?.unixSeconds == 2000)
        let second = message.recipients[1].properties
        #expect(second.string(.displayName) == "full@example.net")
        #expect(second.integer32(.nonDeliveryReportDiagCode) == 13)
        #expect(second.string(.supplementaryInfo) == "<mailbox full>")
    }

    @Test(
        "A status gives its number and diagnosis",
        arguments: [
            ("5.1.1", 511, 35, 1), ("5.7.26", 570, 46, 0), ("4.4.7", 447, 5, 0), ("5.0.0", 500, -1, 0),
            ("5.4.3", 543, -1, 6), ("5.6.5", 565, -1, 2), ("5.3.4", 534, 13, 0), ("5.10.1", 501, -1, 0),
        ] as [(String, Int32, Int32, Int32)])
    func status(text: String, number: Int32, diagnosis: Int32, reason: Int32) throws {
        var message = MessageObject()
        try #require(report("Final-Recipient: rfc822; a@b\nAction: failed\nStatus: \(text)\n")).apply(to: &message)
        let properties = try #require(message.recipients.first).properties
        #expect(properties.integer32(.nonDeliveryReportStatusCode) == number)
        #expect(properties.integer32(.nonDeliveryReportDiagCode) == diagnosis)
        #expect(properties.integer32(.nonDeliveryReportReasonCode) == reason)
    }

    @Test("A malformed status is left out, and a missing empty line before the recipient does no harm")
    func tolerance() throws {
        let text = "Reporting-MTA: dns; m\nFinal-Recipient: a@b\nAction: failed\nStatus: 5.x\n"
        let report = try #require(self.report(text))
        #expect(report.recipients.map(\.address) == ["a@b"])
        #expect(report.recipients.first?.status == nil)
        #expect(report.reportingMTA == "dns; m")
    }

    @Test("Raw 8-bit text in a field is kept")
    func eightBit() throws {
        let head = Array("Final-Recipient: rfc822; a@b\nAction: failed\nX-Display-Name: J".utf8)
        let latin = try #require(DeliveryReport(statusPart: head + [0xFC, 0x72]))
        #expect(latin.recipients.first?.displayName == "Jür")
        let unicode = try #require(DeliveryReport(statusPart: head + [0xC3, 0xBC, 0x72]))
        #expect(unicode.recipients.first?.displayName == "Jür")
    }

    @Test(
        "What is no report in the words of the standard is none",
        arguments: [
            "", "\n\n", "This message could not be delivered.", "Reporting-MTA: dns; m\n",
            "Final-Recipient: rfc822; a@b\nAction: failure\n", "Action: failed\nStatus: 5.1.1\n",
            "Final-Recipient: rfc822; <>\nAction: failed\n", " Action: failed", ":::\n:\n",
        ])
    func garbage(text: String) {
        #expect(report(text) == nil)
    }

    @Test("Every truncation and flipped bit is read or refused")
    func damage() {
        let bytes = Array(Self.part.utf8)
        let whole = DeliveryReport(statusPart: bytes)?.recipients.count
        #expect(whole == 3)
        for length in 0..<bytes.count {
            let count = DeliveryReport(statusPart: Array(bytes[..<length]))?.recipients.count ?? 0
            #expect(count <= 3)
        }
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(DeliveryReport(statusPart: damaged)?.recipients.isEmpty != true)
        }
    }
}
