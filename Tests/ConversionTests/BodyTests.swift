import MAPI
import Testing

@testable import Conversion

@Suite("Import of bodies") struct BodyTests {
    static let plain = "Content-Type: text/plain; charset=utf-8\n\nplain"
    static let html = "Content-Type: text/html; charset=utf-8\n\n<p>rich</p>"
    static let png = "Content-Type: image/png; name=p.png\nContent-ID: <p@x>\n\nPNG"

    struct Shape: Sendable, CustomTestStringConvertible {
        let name: String
        let message: String
        let text: String
        let html: String?
        var attachments: [String] = []

        var testDescription: String { name }
    }

    static let shapes = [
        Shape(name: "plain", message: "Subject: s\n\nline 1\nline 2", text: "line 1\r\nline 2", html: nil),
        Shape(
            name: "html", message: "Subject: s\n" + html, text: "rich", html: "<p>rich</p>"),
        Shape(
            name: "alternative", message: multipart("alternative", plain, html), text: "plain", html: "<p>rich</p>"),
        Shape(
            name: "the last HTML of an alternative wins",
            message: multipart("alternative", plain, "Content-Type: text/html\n\n<b>old</b>", html), text: "plain",
            html: "<p>rich</p>", attachments: ["ATT00001.htm"]),
        Shape(
            name: "AMP is not shown",
            message: multipart("alternative", plain, "Content-Type: text/x-amp-html\n\n<html amp>", html),
            text: "plain", html: "<p>rich</p>"),
        Shape(
            name: "a calendar beside the bodies is a file",
            message: multipart("alternative", plain, html, "Content-Type: text/calendar\n\nBEGIN:VCALENDAR"),
            text: "plain", html: "<p>rich</p>", attachments: ["ATT00001.ics"]),
        Shape(
            name: "body and file", message: multipart("mixed", plain, "Content-Type: application/pdf\n\n%PDF"),
            text: "plain", html: nil, attachments: ["ATT00001.pdf"]),
        Shape(
            name: "a text with a name is a file",
            message: multipart("mixed", plain, "Content-Type: text/plain; name=log.txt\n\nlog"), text: "plain",
            html: nil, attachments: ["log.txt"]),
        Shape(
            name: "a text that is declared an attachment is one",
            message: "Subject: s\nContent-Disposition: attachment; filename=a.txt\n\nx", text: "", html: nil,
            attachments: ["a.txt"]),
        Shape(
            name: "a footer joins the text", message: multipart("mixed", plain, "Content-Type: text/plain\n\nfooter"),
            text: "plain\r\n\r\nfooter", html: nil),
        Shape(
            name: "a footer joins the HTML before its end",
            message: multipart(
                "mixed", "Content-Type: text/html\n\n<html><body>x</body></html>",
                "Content-Type: text/plain; charset=utf-8\n\n<é>"),
            text: "x\r\n\r\n<é>",
            html: "<html><body>x<pre>&lt;&#233;&gt;</pre>\r\n</body></html>"),
        Shape(
            name: "HTML around a file", message: multipart("mixed", html, "Content-Type: application/pdf\n\n%", html),
            text: "rich\r\n\r\nrich", html: "<p>rich</p><p>rich</p>", attachments: ["ATT00001.pdf"]),
        Shape(
            name: "related", message: multipart("related", html, png), text: "rich", html: "<p>rich</p>",
            attachments: ["p.png"]),
        Shape(
            name: "enriched text becomes HTML",
            message: "Subject: s\nContent-Type: text/enriched\n\n<bold>x</bold>", text: "x", html: "<b>x</b>"),
        Shape(
            name: "a multipart without its boundary keeps its text",
            message: "Subject: s\nContent-Type: multipart/mixed; boundary=never\n\nthe text", text: "the text",
            html: nil),
        Shape(
            name: "a message without a header keeps its text", message: "the text", text: "the text", html: nil),
        Shape(
            name: "flowed text is joined",
            message: "Subject: s\nContent-Type: text/plain; format=flowed\n\none \ntwo\nthree",
            text: "one two\r\nthree",
            html: nil),
        Shape(
            name: "PGP-signed",
            message: multipart(
                "signed", plain, "Content-Type: application/pgp-signature; name=signature.asc\n\n-----",
                parameters: "; protocol=\"application/pgp-signature\""),
            text: "plain", html: nil, attachments: ["signature.asc"]),
        Shape(
            name: "PGP-encrypted",
            message: multipart(
                "encrypted", "Content-Type: application/pgp-encrypted\n\nVersion: 1",
                "Content-Type: application/octet-stream; name=encrypted.asc\n\n-----"),
            text: "", html: nil, attachments: ["ATT00001.asc", "encrypted.asc"]),
        Shape(
            name: "a digest", message: multipart("digest", "\nSubject: one\n\n1", "\nSubject: two\n\n2"), text: "",
            html: nil, attachments: ["one", "two"]),
        Shape(
            name: "AppleDouble keeps the data fork",
            message: multipart(
                "mixed", plain,
                "Content-Type: multipart/appledouble; boundary=d\n\n--d\nContent-Type: application/applefile\n\nr\n--d\n"
                    + "Content-Type: image/jpeg; name=pic.jpg\n\nJ\n--d--"),
            text: "plain", html: nil, attachments: ["pic.jpg"]),
    ]

    @Test("The right parts become the body", arguments: shapes)
    func bodies(shape: Shape) {
        let message = imported(shape.message).message
        #expect((message.properties.string(.body) ?? "").trimmed == shape.text)
        let html = message.properties.binary(.html).map { String(decoding: $0, as: UTF8.self).trimmed }
        #expect(html == shape.html)
        let names = message.attachments.map {
            $0.properties.string(.attachLongFilename) ?? $0.properties.string(.displayName) ?? ""
        }
        #expect(names == shape.attachments)
        #expect(message.properties.string(.messageClass) == "IPM.Note")
    }

    static let codePages: [(String, [UInt8], Int32, [UInt8]?)] = [
        // Label, bytes, code page, and the bytes stored where they are not the same.
        ("; charset=utf-8", Array("<p>é".utf8), 65001, nil),
        ("; charset=iso-8859-1", Array("<p>".utf8) + [0xE9], 28591, nil),
        ("; charset=windows-1251", Array("<p>".utf8) + [0xFF], 1251, nil),
        ("; charset=us-ascii", Array("<p>a".utf8), 20127, nil),
        ("", Array("<p>a".utf8), 65001, nil),
        ("", Array("<p>é".utf8), 65001, nil),
        ("", Array("<meta charset='koi8-r'>".utf8) + [0xC1], 20866, nil),
        ("; charset=us-ascii", Array("<p>".utf8) + [0xE9], 1252, nil),
        ("; charset=x-nonsense", Array("<p>".utf8) + [0xE9], 1252, nil),
        ("; charset=utf-8", Array("<p>".utf8) + [0xE9], 1252, nil),
        ("; charset=utf-16le", [0x3C, 0, 0x70, 0, 0x3E, 0], 65001, Array("<p>".utf8)),
        ("; charset=iso-8859-10", Array("<p>".utf8) + [0xA2], 65001, Array("<p>Ē".utf8)),
    ]

    @Test("The code page names the true encoding of the HTML bytes", arguments: codePages)
    func codePage(label: String, bytes: [UInt8], number: Int32, stored: [UInt8]?) {
        let bag = imported(Array("Content-Type: text/html\(label)\r\n\r\n".utf8) + bytes).message.properties
        #expect(bag.integer32(.internetCodepage) == number)
        #expect(bag.binary(.html) == stored ?? bytes)
        #expect(bag.integer32(.nativeBody) == 3)
    }

    @Test("Text loses neither characters nor lines, only NULs")
    func text() {
        let bag = imported(Array("Subject: s\n\na\0b\nc\r\nd\re".utf8)).message.properties
        #expect(bag.string(.body) == "ab\r\nc\r\nd\re")
        #expect(bag.integer32(.nativeBody) == 1)
    }

    @Test("Bytes that are no characters are told as a problem")
    func damagedText() {
        let bytes = Array("Content-Type: text/plain; charset=utf-8\n\näöü".utf8) + [0xFF]
        let result = imported(bytes)
        #expect(result.message.properties.string(.body) == "äöü\u{FFFD}")
        #expect(result.problems.count == 1)
    }

    @Test("A text too large for a body stays a file, streamed")
    func hugeText() throws {
        let bytes = Array("Subject: s\n\n".utf8) + [UInt8](repeating: 0x61, count: ImportLimits.bodyLength + 1)
        let result = imported(bytes)
        #expect(result.message.attachments.count == 1)
        #expect(result.problems.count == 1)
        #expect(try size(result.message.attachments[0].content) == ImportLimits.bodyLength + 1)
    }

    private func size(_ content: AttachmentContent) throws -> Int {
        try bytes(of: content, pieces: 1 << 16).count
    }
}

extension String {
    /// Without line ends around it.
    var trimmed: String {
        var text = Substring(self)
        while let last = text.unicodeScalars.last, last.value <= 0x20 {
            text = Substring(text.unicodeScalars.dropLast())
        }
        while let first = text.unicodeScalars.first, first.value <= 0x20 {
            text = Substring(text.unicodeScalars.dropFirst())
        }
        return String(text)
    }
}
