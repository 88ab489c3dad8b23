import Conversion
import MAPI
import Testing

@Suite("Disposition reports, RFC 8098")
struct DispositionReportTests {
    private func report(_ text: String) -> DispositionReport? {
        DispositionReport(part: Array(text.utf8))
    }

    @Test(
        "The disposition gives the class",
        arguments: [
            ("manual-action/MDN-sent-manually; displayed", "REPORT.IPM.Note.IPNRN"),
            ("automatic-action/MDN-sent-automatically;dispatched", "REPORT.IPM.Note.IPNRN"),
            ("manual-action/MDN-sent-manually; Processed/error", "REPORT.IPM.Note.IPNRN"),
            ("automatic-action/MDN-sent-automatically; deleted", "REPORT.IPM.Note.IPNNRN"),
            ("a/b; denied", "REPORT.IPM.Note.IPNNRN"),
            ("a/b; failed/warning,expired", "REPORT.IPM.Note.IPNNRN"),
            ("displayed", "REPORT.IPM.Note.IPNRN"),
        ])
    func messageClass(disposition: String, expected: String) {
        #expect(report("Disposition: \(disposition)\r\n")?.messageClass == expected)
    }

    @Test("Applied, it sets the report's properties and leaves the recipient rows")
    func apply() throws {
        let text = """
            Reporting-UA: pc; Mail 1\r
            Original-Recipient: rfc822;joe@example.com\r
            Final-Recipient: rfc822;joe.r@example.com\r
            Original-Message-ID: <1@example.org>\r
            Disposition: manual-action/MDN-sent-manually; displayed\r
            X-Display-Name: Joe\r
            """
        var message = MessageObject()
        message.recipients = [Recipient()]
        message.properties[.clientSubmitTime] = .time(FileTime(unixSeconds: 2000))
        try #require(report(text)).apply(to: &message)
        let properties = message.properties
        #expect(properties.string(.messageClass) == "REPORT.IPM.Note.IPNRN")
        #expect(properties.string(.reportText) == "manual-action/MDN-sent-manually; displayed")
        #expect(properties.string(PropertyTag(rawValue: 0x0080_001F)) == "displayed")
        #expect(properties.string(PropertyTag(rawValue: 0x0081_001F)) == "manual-action/MDN-sent-manually")
        #expect(properties.string(.originalDisplayTo) == "joe@example.com")
        #expect(properties.string(.internetReturnPath) == "<1@example.org>")
        #expect(properties.string(.internetReferences) == "<1@example.org>")
        #expect(properties.string(.displayName) == "Joe")
        #expect(properties.time(.receiptTime)?.unixSeconds == 2000)
        #expect(properties.time(.originalDeliveryTime)?.unixSeconds == 2000)
        #expect(message.recipients.count == 1)
        #expect(message.recipients.first?.properties.time(.reportTime)?.unixSeconds == 2000)
    }

    @Test(
        "What is no receipt in the words of the standard is none",
        arguments: [
            "", "Your message was read.", "Final-Recipient: rfc822; a@b\n", "Disposition: a/b; eaten\n",
            "Disposition: ;\n",
        ])
    func garbage(text: String) {
        #expect(report(text) == nil)
    }
}
