import MAPI
import Testing

@testable import Conversion

@Suite("Import of messages that are more than mail") struct MessageKindTests {
    static let signed = """
        From: a@x
        Content-Type: multipart/signed; protocol="application/pkcs7-signature";
        \tmicalg=sha-256; boundary="=b"

        preamble
        --=b
        Content-Type: multipart/mixed; boundary=i

        --i

        text
        --i
        Content-Type: application/pdf; name=f.pdf

        %PDF
        --i--

        --=b
        Content-Type: application/pkcs7-signature; name=smime.p7s

        SIG
        --=b--
        epilogue

        """

    @Test("Clear-signed S/MIME keeps the signed entity whole in its one attachment", arguments: ["\n", "\r\n"])
    func clearSigned(lineEnd: String) throws {
        let lines = Self.signed.split(separator: "\n", omittingEmptySubsequences: false)
        let message = imported(Array(lines.joined(separator: lineEnd).utf8)).message
        #expect(message.properties.string(.messageClass) == "IPM.Note.SMIME.MultipartSigned")
        #expect(message.properties.string(.body)?.trimmed == "text")
        #expect(message.attachments.count == 1)
        let bag = message.attachments[0].properties
        #expect(bag.string(.attachLongFilename) == "SMIME.p7m")
        #expect(bag.string(.attachMimeTag) == "multipart/signed")
        let expected = lines.dropFirst().joined(separator: "\r\n")
        #expect(try text(of: message.attachments[0].content) == expected)
    }

    @Test(
        "Opaque S/MIME is one attachment with the decoded bytes, and has no body",
        arguments: [
            ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", "application/pkcs7-mime"),
            ("application/x-pkcs7-mime; name=smime.p7m", "application/x-pkcs7-mime"),
            ("application/octet-stream; name=SMIME.P7M", "application/pkcs7-mime"),
        ])
    func opaque(type: String, tag: String) throws {
        let message = imported("Content-Type: \(type)\nContent-Transfer-Encoding: base64\n\naGVsbG8=\n").message
        #expect(message.properties.string(.messageClass) == "IPM.Note.SMIME")
        #expect(message.properties[.body] == nil)
        #expect(message.attachments.count == 1)
        #expect(message.attachments[0].properties.string(.attachLongFilename) == "smime.p7m")
        #expect(message.attachments[0].properties.string(.attachMimeTag) == tag)
        #expect(try text(of: message.attachments[0].content) == "hello")
    }

    @Test(
        "What only resembles S/MIME is a note",
        arguments: [
            "Content-Type: application/pkcs7-mime; smime-type=certs-only; name=smime.p7c\n\nx",
            "Content-Type: application/octet-stream; name=x.bin\n\nx",
            multipart("signed", "\nx", "Content-Type: application/pgp-signature\n\ns"),
            multipart("mixed", multipart("signed", "\nx", "Content-Type: application/pkcs7-signature\n\ns")),
            multipart("signed", "\nx", parameters: "; protocol=\"application/pkcs7-signature\""),
        ])
    func notSMIME(message: String) {
        #expect(imported(message).message.properties.string(.messageClass) == "IPM.Note")
    }

    @Test("A delivery report has the class of its worst outcome and rows of who was not reached")
    func deliveryReport() {
        let message = imported(
            multipart(
                "report", "\nIt failed.",
                "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; b@y\n"
                    + "Action: failed\nStatus: 5.1.1\n",
                "Content-Type: text/rfc822-headers\n\nSubject: original\nFrom: A <a@x>\nMessage-ID: <o@x>\n",
                parameters: "; report-type=delivery-status")
        ).message
        #expect(message.properties.string(.messageClass) == "REPORT.IPM.Note.NDR")
        #expect(message.properties.string(.body)?.trimmed == "It failed.")
        #expect(message.recipients.map { $0.properties.string(.emailAddress) } == ["b@y"])
        #expect(message.properties.string(.originalSubject) == "original")
        #expect(message.properties.string(.originalSenderName) == "A")
        #expect(message.properties.string(.originalMessageId) == "<o@x>")
        #expect(message.attachments.map { $0.properties.string(.attachLongFilename) } == ["headers.txt"])
    }

    @Test("A report that cannot be read is a note with all its parts")
    func unreadableReport() {
        let message = imported(
            multipart(
                "report", "\ntext", "Content-Type: message/delivery-status\n\ngarbage", parameters: "; report-type=x")
        ).message
        #expect(message.properties.string(.messageClass) == "IPM.Note")
        #expect(message.attachments.count == 1)
    }

    @Test("A read receipt has the class of a receipt")
    func readReceipt() {
        let message = imported(
            multipart(
                "report", "\nread",
                "Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; b@y\n"
                    + "Original-Message-ID: <o@x>\nDisposition: manual-action/MDN-sent-manually; displayed\n",
                parameters: "; report-type=disposition-notification")
        ).message
        #expect(message.properties.string(.messageClass) == "REPORT.IPM.Note.IPNRN")
        #expect(message.attachments.isEmpty)
    }

    @Test("A damaged winmail.dat stays a file and is told")
    func damagedEncapsulation() throws {
        let result = imported(
            multipart("mixed", "\ntext", "Content-Type: application/ms-tnef; name=winmail.dat\n\nnot TNEF"))
        #expect(result.message.properties.string(.body)?.trimmed == "text")
        #expect(result.message.attachments.count == 1)
        #expect(result.message.attachments[0].properties.string(.attachMimeTag) == "application/octet-stream")
        #expect(try text(of: result.message.attachments[0].content) == "not TNEF")
        #expect(result.problems.count == 1)
    }

    @Test("Whole parts outside the boundaries are kept as files, remarks are not")
    func leftovers() throws {
        let lost = "--other\nContent-Type: text/html\n\n<p>lost</p>\n"
        let result = imported(multipart("mixed", "\ntext") + lost)
        #expect(result.message.attachments.count == 1)
        #expect(try text(of: result.message.attachments[0].content).contains("<p>lost</p>"))
        #expect(result.problems.count == 1)
        let remark = imported("prologue\n" + multipart("mixed", "\ntext") + "End of message\n")
        #expect(remark.message.attachments.isEmpty)
    }
}
