import BinaryIO
import MAPI
import MIME
import Testing

@testable import Conversion

@Suite("Import of attachments") struct AttachmentTests {
    @Test(
        "File names become names that Windows allows",
        arguments: [
            ("a.txt", "a.txt"), ("../../etc/passwd", "passwd"), ("C:\\dir\\f.doc", "f.doc"), ("a:b?.txt", "a_b_.txt"),
            (" .hidden. ", "hidden"), ("tab\there", "tab_here"), ("日本語.pdf", "日本語.pdf"), ("...", nil), ("", nil),
            ("a/", "a"),
        ] as [(String, String?)])
    func names(raw: String, expected: String?) {
        #expect(AttachmentName.sanitized(raw) == expected)
    }

    @Test("A long name keeps its extension")
    func longName() throws {
        let name = try #require(AttachmentName.sanitized(String(repeating: "😀", count: 200) + ".docx"))
        #expect(name.utf16.count <= 255)
        #expect(name.hasSuffix("😀.docx"))
    }

    @Test("An attachment carries its name, type, extension and bytes")
    func wholeAttachment() throws {
        let message = imported(
            multipart(
                "mixed", "\ntext",
                """
                Content-Type: Application/PDF; name="x.pdf"
                Content-Disposition: attachment; filename*=utf-8''B%C3%A4r.pdf;
                 modification-date="Thu, 01 Jan 2015 00:00:00 +0000"
                Content-Description: the bear
                Content-Transfer-Encoding: base64

                aGVsbG8=
                """,
                "Content-Type: application/zip\n\nPK", "Content-Type: text/csv; charset=koi8-r; name=t\n\na,b")
        ).message
        #expect(message.attachments.count == 3)
        let first = message.attachments[0].properties
        #expect(first.string(.attachLongFilename) == "Bär.pdf")
        #expect(first.string(.attachFilename) == "Bär.pdf")
        #expect(first.string(.attachExtension) == ".pdf")
        #expect(first.string(.displayName) == "the bear")
        #expect(first.string(.attachMimeTag) == "application/pdf")
        #expect(first.integer32(.attachMethod) == 1)
        #expect(first.integer32(.renderingPosition) == -1)
        #expect(first.boolean(.attachmentHidden) == false)
        #expect(first.time(.lastModificationTime) == FileTime(unixSeconds: 1_420_070_400))
        #expect(try text(of: message.attachments[0].content) == "hello")
        #expect(message.attachments[1].properties.string(.attachLongFilename) == "ATT00001.zip")
        let last = message.attachments[2].properties
        #expect(last.string(.attachExtension) == ".csv")
        #expect(last.string(.textAttachmentCharset) == "koi8-r")
        #expect(message.attachments.map { $0.properties.integer32(.attachMimeSequence) } == [0, 1, 2])
    }

    @Test("Text attachments keep their bytes untouched")
    func textBytes() throws {
        let source =
            "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a\nContent-Type: text/plain; name=t.txt\n\n1\n2\r\n3\n--a--"
        let message = imported(Array(source.utf8)).message
        #expect(try text(of: message.attachments[0].content) == "1\n2\r\n3")
    }

    @Test(
        "A picture is hidden only if the HTML shows it",
        arguments: [
            ("<img src=\"cid:p@x\">", "Content-ID: <p@x>", true),
            ("<img src='CID:P@X'>", "Content-ID: <p@x>", true),
            ("<img src=cid:p%40x>", "Content-ID: <p@x>", true),
            ("<td background=\"cid:p@x\">", "Content-ID: <p@x>", true),
            ("<p style=\"background:url(cid:p@x)\">", "Content-ID: <p@x>", true),
            ("<img src=\"cid:other\">", "Content-ID: <p@x>", false),
            ("no picture", "Content-ID: <p@x>", false),
            ("<img src=\"pics/p.png\">", "Content-Location: pics/p.png", true),
            ("<BASE \nhref=\"http://a/b/c.htm\"><img src=p.png>", "Content-Location: http://a/b/p.png", true),
            ("<base target=x><base href='http://a/b/'><img src=p.png>", "Content-Location: http://a/b/p.png", true),
            ("<base href='http://a/b/'><img src=p.png>", "Content-Location: http://a/p.png", false),
            ("<base href=x><img src=p.png>", "Content-Location: xp.png", false),
            ("<img src=\"cid:p@x\">", "X-None: 1", false),
        ])
    func inline(html: String, field: String, isHidden: Bool) {
        let message = imported(
            multipart("related", "Content-Type: text/html\n\n" + html, "Content-Type: image/png\n\(field)\n\nPNG")
        ).message
        let bag = message.attachments[0].properties
        #expect(bag.boolean(.attachmentHidden) == isHidden)
        #expect(bag.integer32(.attachFlags) == (isHidden ? 4 : 0))
        #expect(bag.string(.attachLongFilename) == (isHidden ? "image001.png" : "ATT00001.png"))
        #expect(message.properties[NamedProperty.smartNoAttachments] == (isHidden ? .boolean(true) : nil))
    }

    @Test("A referenced part that is no picture stays visible")
    func referencedFile() {
        let message = imported(
            multipart(
                "related", "Content-Type: text/html\n\n<a href=\"cid:f\">",
                "Content-Type: application/pdf\nContent-ID: <f>\n\n%PDF")
        ).message
        #expect(message.attachments[0].properties.boolean(.attachmentHidden) == false)
        #expect(message.attachments[0].properties.string(.attachContentId) == "f")
    }

    @Test("An attached message becomes an embedded one, read, with attachments of its own")
    func embedded() throws {
        let inner = multipart("mixed", "\ninner text", "Content-Type: application/pdf; name=i.pdf\n\n%PDF")
            .replacing("=b", with: "=i")
        let message = imported(
            multipart("mixed", "\nouter", "Content-Type: message/rfc822\n\nFrom: a@x\nTo: b@x\n" + inner)
        ).message
        let attachment = try #require(message.attachments.first)
        #expect(attachment.properties.integer32(.attachMethod) == 5)
        #expect(attachment.properties.string(.displayName) == "s")
        #expect(attachment.properties[.attachMimeTag] == nil)
        guard case .message(let embedded) = attachment.content else {
            Issue.record("no embedded message")
            return
        }
        #expect(embedded.properties.string(.body)?.trimmed == "inner text")
        #expect(embedded.properties.integer32(.messageFlags) == 1)
        #expect(embedded.recipients.count == 1)
        #expect(embedded.attachments.first?.properties.string(.attachLongFilename) == "i.pdf")
        #expect(message.properties.string(.body)?.trimmed == "outer")
    }

    @Test("A base64 message is embedded, and what is no message stays a file")
    func oddMessages() throws {
        let encoded = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaGkKCmJvZHk="
        let noMessage = "Content-Type: message/rfc822\n\njust words"
        let result = imported(multipart("mixed", "\nouter", encoded, noMessage))
        #expect(result.message.attachments[0].properties.string(.displayName) == "hi")
        let file = result.message.attachments[1]
        #expect(file.properties.string(.attachLongFilename) == "ATT00001.eml")
        #expect(try text(of: file.content) == "just words")
        #expect(result.problems.count == 1)
    }

    @Test("Messages nested beyond the bound stay files with all their bytes")
    func deepMessages() throws {
        let nested =
            String(repeating: "Subject: s\nContent-Type: message/rfc822\n\n", count: 30) + "Subject: last\n\nend"
        let result = imported(nested)
        var message = result.message
        var depth = 0
        while case .message(let inner)? = message.attachments.first?.content {
            message = inner
            depth += 1
        }
        #expect(depth == ImportLimits.embeddedDepth)
        #expect(try text(of: #require(message.attachments.first).content).hasSuffix("end"))
        #expect(result.problems.count == 1)
    }

    @Test("Large content is streamed, from the start each time, in pieces of any size")
    func streams() throws {
        let line = "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0NTY3\r\n"
        let count = (ImportLimits.streamThreshold / line.utf8.count) + 100
        let text =
            "Content-Type: application/zip; name=l.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + String(repeating: line, count: count)
        let message = imported(Array(text.utf8)).message
        guard case .stream = message.attachments[0].content else {
            Issue.record("not streamed")
            return
        }
        let whole = try bytes(of: message.attachments[0].content, pieces: 1 << 16)
        #expect(whole.count == count * 60)
        #expect(whole.starts(with: "ABCDEFGHIJKLMNOPQRSTUVWXYZabc".utf8))
        #expect(try bytes(of: message.attachments[0].content, pieces: 4096 + 1) == whole)
    }

    @Test("A reader fills buffers smaller than a group", arguments: 1...9)
    func smallBuffers(size: Int) throws {
        let source = Array("aGVsbG8gd29ybGQ=\r\nx\ny".utf8)
        let file = source.withUnsafeBytes { MappedFile(copying: $0) }
        let decoded = PartStream(file: file, range: 0..<16, encoding: .base64, prefix: Array("p:".utf8))
        #expect(try read(decoded, size) == "p:hello world")
        let completed = PartStream(file: file, range: 16..<source.count, encoding: .identity, completesLineEnds: true)
        #expect(try read(completed, size) == "\r\nx\r\ny")
        #expect(decoded.bytes() == Array("p:hello world".utf8))
        #expect(completed.bytes() == Array("\r\nx\r\ny".utf8))
    }

    private func read(_ stream: PartStream, _ size: Int) throws -> String {
        String(decoding: try bytes(of: .stream(stream), pieces: size), as: UTF8.self)
    }
}
