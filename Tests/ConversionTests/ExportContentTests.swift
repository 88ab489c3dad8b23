import BinaryIO
import Foundation
import MAPI
import MIME
import Testing

@testable import Conversion

@Suite("Export of bodies and attachments") struct ExportContentTests {
    static let html = (PropertyTag.html, PropertyValue.binary(Array("<p>Text <img src=\"cid:one%40x\"></p>".utf8)))
    static let picture = attachment(
        "one.png", [0x89, 0x50], type: "image/png",
        [(.attachContentId, .string("one@x")), (.attachFlags, .integer32(4))])
    static let file = attachment("a.pdf", Array(0...255), type: "application/pdf")

    @Test(
        "The structure is as simple as the content allows",
        arguments: [
            (message(sentItem), "text/plain"),
            (message(sentItem + [html]), "multipart/alternative(text/plain,text/html)"),
            (message([html]), "text/html"),
            (message(sentItem, attachments: [file]), "multipart/mixed(text/plain,application/pdf)"),
            (
                message(sentItem + [html], attachments: [picture]),
                "multipart/related(multipart/alternative(text/plain,text/html),image/png)"
            ),
            (
                message(sentItem + [html], attachments: [file, picture]),
                "multipart/mixed(multipart/related(multipart/alternative(text/plain,text/html),image/png),application/pdf)"
            ),
            (message(sentItem, attachments: [picture]), "multipart/mixed(text/plain,image/png)"),
            (message([], attachments: [file]), "multipart/mixed(text/plain,application/pdf)"),
        ])
    func structure(item: MessageObject, shape: String) throws {
        let sample = try ExportedSample(item)
        #expect(sample.shape == shape)
        #expect(try PythonParser.defects(sample.bytes) == "")
    }

    @Test("A hidden picture that no HTML shows is an attachment that everybody sees")
    func unreferenced() throws {
        var hidden = Self.picture
        hidden.properties[.attachContentId] = .string("other@x")
        hidden.properties[.attachmentHidden] = .boolean(true)
        let sample = try ExportedSample(message(sentItem + [Self.html], attachments: [hidden]))
        #expect(sample.shape == "multipart/mixed(multipart/alternative(text/plain,text/html),image/png)")
    }

    @Test("A picture that the HTML names by a part of its location is inline, with all of its location")
    func location() throws {
        let html = "<base href=\"http://a/b/c.htm\"><img src=\"one.png\">"
        var picture = Self.picture
        picture.properties[.attachContentId] = nil
        picture.properties[.attachContentLocation] = .string("http://a/b/one.png")
        let sample = try ExportedSample(
            message(sentItem + [(.html, .binary(Array(html.utf8)))], attachments: [picture]))
        #expect(sample.shape == "multipart/related(multipart/alternative(text/plain,text/html),image/png)")
        #expect(String(decoding: sample.bytes, as: UTF8.self).contains("Content-Location: http://a/b/one.png"))
    }

    @Test(
        "HTML is labelled with the charset that it is in",
        arguments: [
            (65001, Array("<p>ü".utf8), "utf-8"), (28591, Array("<p>".utf8) + [0xFC], "iso-8859-1"),
            (28591, Array("<p>".utf8) + [0x93], "windows-1252"), (20127, Array("<p>ü".utf8), "utf-8"),
            (20127, Array("<p>".utf8) + [0xFC], "windows-1252"), (932, [0x82, 0xA0], "shift_jis"),
            (1200, [0x61, 0, 0xFC, 0], "utf-8"), (99_999, Array("<p>ü".utf8), "utf-8"),
        ] as [(Int32, [UInt8], String)])
    func charsets(codePage: Int32, bytes: [UInt8], charset: String) throws {
        let sample = try ExportedSample(message([(.html, .binary(bytes)), (.internetCodepage, .integer32(codePage))]))
        let part = try sample.leaf("text/html")
        #expect(part.type.parameters["charset"] == charset)
        let text = sample.content(part).withUnsafeBytes { Charset.decode($0, label: charset).text }
        #expect(
            text
                == CodePage.text(
                    bytes,
                    codePage: codePage == 99_999 ? 65001 : codePage == 20127 && charset == "utf-8" ? 65001 : codePage))
    }

    @Test("HTML that is wrapped into RTF is HTML again, and genuine RTF is a richer form beside its text")
    func rtf() throws {
        let wrapped = #"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}Gr\'fc\'dfe{\*\htmltag72 </p>}}"#
        let sample = try ExportedSample(
            message([(.rtfCompressed, .binary(try #require(CompressedRTF.compress(Array(wrapped.utf8)))))]))
        #expect(sample.shape == "text/html")
        #expect(sample.text(sample.structure.root).contains("<p>Grüße"))
        let genuine = #"{\rtf1\ansi Hello {\b World}}"#
        let rich = try ExportedSample(
            message([(.rtfCompressed, .binary(try #require(CompressedRTF.compress(Array(genuine.utf8)))))]))
        #expect(rich.shape == "multipart/alternative(text/plain,text/rtf)")
        #expect(rich.text(try rich.leaf("text/plain")).contains("Hello World"))
        #expect(rich.text(try rich.leaf("text/rtf")) == genuine)
    }

    @Test(
        "Names of attachments come back in every script",
        arguments: [
            "a.pdf", "Grüße.pdf", "報告書 2024.pdf", "отчёт.docx", "a b;c\"d.pdf", "emoji 😀.txt", "it's 100% done.pdf",
            String(repeating: "長い名前", count: 50) + ".pdf", "C:\\path\\x.doc", "=?utf-8?Q?x?=.pdf", ".hidden", "a=b.txt",
        ])
    func names(name: String) throws {
        let sample = try ExportedSample(message(sentItem, attachments: [attachment(name, [1])]))
        let part = sample.structure.root.children[1]
        #expect(part.disposition?.parameters["filename"] == name)
        #expect(part.type.parameters["name"]?.allSatisfy(\.isASCII) == true)
        #expect(try PythonParser.defects(sample.bytes) == "")
    }

    @Test("Attachments come back byte for byte, held or streamed", arguments: [0, 1, 56, 57, 58, 57 * 1024, 200_000])
    func attachmentBytes(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let held = attachment("a.bin", bytes)
        var streamed = held
        streamed.content = .stream(ArrayStream(bytes: bytes, step: 1000))
        let first = try ExportedSample(message(sentItem, attachments: [held]), lineEnd: .crlf)
        let second = try ExportedSample(message(sentItem, attachments: [streamed]), lineEnd: .crlf)
        #expect(first.content(first.structure.root.children[1]) == bytes)
        #expect(first.bytes == second.bytes)
        #expect(first.text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 998 })
    }

    @Test("A stream that fails is an error that names the attachment")
    func failingStream() throws {
        var file = attachment("a.bin", [])
        file.content = .stream(ArrayStream(bytes: [1], step: 1, fails: true))
        var sink = ArraySink()
        let item = message(sentItem, attachments: [file])
        #expect(throws: ExportError.attachment(name: "a.bin", reason: "Failure()")) {
            try InternetMessageExporter(options: ExportOptions()).export(item, to: &sink)
        }
    }

    @Test("A sink that fails stops the export")
    func failingSink() throws {
        var sink = FullSink()
        #expect(throws: ExportError.output(FullSink.error)) {
            try InternetMessageExporter(options: ExportOptions()).export(message(sentItem), to: &sink)
        }
    }

    @Test(
        "Types whose content may not be encoded become bytes",
        arguments: [
            "multipart/mixed", "message/rfc822", "message/", "nonsense", "a/b/c", "text/\r\nx",
            "application/ms-tnef",
        ])
    func forbiddenTypes(type: String) throws {
        let sample = try ExportedSample(message(sentItem, attachments: [attachment("a.eml", [1], type: type)]))
        #expect(sample.shape == "multipart/mixed(text/plain,application/octet-stream)")
    }

    @Test("Reports that are lines already keep their type and are not encoded")
    func reportParts() throws {
        let lines = Array("Feedback-Type: abuse\r\n".utf8)
        let item = message(sentItem, attachments: [attachment("a.txt", lines, type: "message/feedback-report")])
        let sample = try ExportedSample(item)
        #expect(sample.shape == "multipart/mixed(text/plain,message/feedback-report)")
        #expect(sample.text.contains("\n\nFeedback-Type: abuse\n"))
    }

    @Test("Embedded messages are messages again, with everything in them")
    func embedded() throws {
        var inner = Attachment()
        inner.content = .message(message(sentItem + [Self.html], attachments: [Self.picture, Self.file]))
        let sample = try ExportedSample(message(sentItem, attachments: [inner]))
        #expect(sample.shape == "multipart/mixed(text/plain,message/rfc822)")
        let part = sample.structure.root.children[1]
        let innerStructure = sample.bytes.withUnsafeBytes { MessageStructure($0, range: part.content) }
        #expect(innerStructure.root.children.count == 2)
        #expect(try PythonParser.defects(sample.bytes) == "")
    }

    @Test("What is only a reference becomes a file that says where it is, and is told")
    func references() throws {
        var link = attachment("plan", [])
        link.content = .none
        link.properties[.attachMethod] = .integer32(7)
        link.properties[.attachLongPathname] = .string("https://example.org/plan")
        let sample = try ExportedSample(message(sentItem, attachments: [link]))
        let part = sample.structure.root.children[1]
        #expect(part.disposition?.parameters["filename"] == "plan.url")
        #expect(sample.text(part).contains("URL=https://example.org/plan"))
        #expect(sample.problems.count == 1)
    }

    @Test("A signed message is its own entity again, byte for byte", arguments: [ExportOptions.LineEnd.lf, .crlf])
    func signed(lineEnd: ExportOptions.LineEnd) throws {
        let body =
            "preamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nSigned  \r\n--=_x\r\nüber\r\n--b\r\n"
            + "Content-Type: application/pkcs7-signature\r\n\r\nAAAA\r\n--b--\r\nepilogue"
        let entity =
            "Content-Type: multipart/signed; boundary=b;\r\n protocol=\"application/pkcs7-signature\"\r\n\r\n" + body
        let item = message(
            sentItem + [(.messageClass, .string("IPM.Note.SMIME.MultipartSigned"))],
            attachments: [attachment("SMIME.p7m", Array(entity.utf8), type: "multipart/signed")])
        let sample = try ExportedSample(item, lineEnd: lineEnd)
        let expected = lineEnd == .lf ? body.replacingOccurrences(of: "\r\n", with: "\n") : body
        #expect(sample.text.hasSuffix((lineEnd == .lf ? "\n\n" : "\r\n\r\n") + expected))
        #expect(sample.structure.root.type.name == "multipart/signed")
        #expect(sample.problems == [])
    }

    @Test("Encrypted messages keep their bytes and say what they are")
    func encrypted() throws {
        let cms: [UInt8] = [0x30, 0x80, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03, 0xA0]
        let item = message(
            sentItem + [(.messageClass, .string("IPM.Note.SMIME"))], attachments: [attachment("smime.p7m", cms)])
        let sample = try ExportedSample(item)
        #expect(sample.structure.root.type.name == "application/pkcs7-mime")
        #expect(sample.structure.root.type.parameters["smime-type"] == "enveloped-data")
        #expect(sample.content(sample.structure.root) == cms)
    }

    @Test("A message that only claims to be S/MIME is ordinary mail, and told")
    func notSigned() throws {
        let item = message(sentItem + [(.messageClass, .string("IPM.Note.SMIME.MultipartSigned"))])
        let sample = try ExportedSample(item)
        #expect(sample.shape == "text/plain")
        #expect(sample.problems.count == 1)
    }
}

struct ArrayStream: AttachmentStream {
    let bytes: [UInt8]
    let step: Int
    var fails = false

    func makeReader() -> any AttachmentReader { Reader(stream: self) }

    struct Failure: Error {}

    struct Reader: AttachmentReader {
        let stream: ArrayStream
        var position = 0

        mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            if stream.fails { throw Failure() }
            let count = min(stream.step, buffer.count, stream.bytes.count - position)
            buffer.copyBytes(from: stream.bytes[position..<position + count])
            position += count
            return count
        }
    }
}

struct FullSink: ByteSink {
    static let error = StorageError(operation: .write, path: "full", errno: 28)

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws(StorageError) { throw Self.error }
}
