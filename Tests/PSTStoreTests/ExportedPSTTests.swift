import BinaryIO
import Conversion
import Foundation
import MAPI
import PST
import TestSupport
import Testing

/// Messages that Outlook wrote, as internet mail.
@Suite(
    "The export of a PST that Outlook wrote",
    .enabled(if: SharedMaterial.isAvailable, "the shared test material is missing"))
struct ExportedPSTTests {
    static let names = [
        "2003_high-encryption_quickquick", "2003_no-encryption_quickquick", "dist-list", "msgInMsg", "nonUnicodeCP932",
        "sample1", "sample2", "submessage", "testPST", "test_unicode", "unicodeAttachmentFilename",
    ]

    /// What Python sees: a line for each defect, file (name and digest), embedded message and text (without blanks).
    private static let program = """
        import email, email.policy, hashlib, re, sys
        message = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.default)
        for part in message.walk():
            for defect in part.defects: print("defect", repr(defect))
            if part.get_content_type() == "message/rfc822": print("message")
            if part.is_multipart(): continue
            data = part.get_payload(decode=True) or b""
            if part.get_filename() is not None:
                print("file", part.get_filename(), hashlib.sha256(data).hexdigest())
            if part.get_content_maintype() == "text":
                text = data.decode(part.get_content_charset() or "ascii", "replace")
                print("text", re.sub(r"\\s+", "", text))
        """

    private func seen(_ bytes: [UInt8]) throws -> [String] {
        let folder = try TemporaryFolder()
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path("message")))
        let run = try CommandRun.run(
            "python3", ["-c", Self.program, folder.path("message")], environment: ["PYTHONIOENCODING": "utf-8"])
        return try run.succeeded().outputText.split(separator: "\n").map(String.init)
    }

    private struct Expected {
        var files: [String] = []
        var messages = 0
        var bodies: [String] = []
        /// First lines of them are in calendar data.
        var escaped: [String] = []
    }

    /// What the messages in `object` have to show, at every depth.
    private func expected(of object: MessageObject) -> Expected {
        var result = Expected()
        if let body = object.properties.string(.body) {
            result.bodies.append(
                String(body.unicodeScalars.filter { !$0.properties.isWhitespace && $0 != "\0" }.map(Character.init)))
        }
        for attachment in object.attachments {
            switch attachment.content {
            case .bytes(let bytes):
                let name =
                    attachment.properties.string(.attachLongFilename) ?? attachment.properties.string(.attachFilename)
                guard let name else { continue }
                let digest = Digest.sha256(bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                result.files.append("file \(name) \(digest)")
            case .message(let inner):
                let kind = inner.properties.string(.messageClass) ?? ""
                // These become cards, and events beside that of their series.
                if kind.hasPrefix("IPM.Contact") || kind.hasPrefix("IPM.OLE.CLASS") {
                    result.escaped.append(kind.hasPrefix("IPM.OLE") ? inner.properties.string(.body) ?? "" : "")
                    continue
                }
                let found = expected(of: inner)
                result.files += found.files
                result.messages += found.messages + 1
                result.bodies += found.bodies
            case .none, .storage, .stream: continue
            }
        }
        return result
    }

    @Test("parses without defects and has every body, file and embedded message", arguments: names)
    func export(name: String) throws {
        let path = try #require(SharedMaterial.folder) + "/corpus/pst/\(name).pst"
        let decoder: PSTReaderOptions.TextDecoder = { CodePage.text($0, codePage: $1 ?? CodePage.windows1252) }
        let reader = try PSTReader.open(
            FileStorage(path: path, mode: .read), options: PSTReaderOptions(decoder: decoder))
        let tree = reader.folderTree()
        let exporter = InternetMessageExporter(options: ExportOptions(lineEnd: .lf))
        var count = 0
        for folder in [tree.top] + tree.folders.map(\.id) {
            for row in reader.contents(of: folder).rows {
                let object = try reader.message(row.id).object
                var sink = ArraySink()
                let problems = try exporter.export(object, to: &sink)
                if let folder = ProcessInfo.processInfo.environment["MAILBACKUP_EXPORTED"] {
                    try Data(sink.bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)-\(count).eml"))
                    print("PROBLEMS", name, count, problems)
                }
                count += 1
                let seen = try seen(sink.bytes)
                let expected = expected(of: object)
                #expect(seen.filter { $0.hasPrefix("defect") } == [])
                for file in expected.files { #expect(seen.contains(file), "\(file) in \(seen)") }
                #expect(seen.count { $0 == "message" } == expected.messages)
                let texts = seen.filter { $0.hasPrefix("text ") }.joined()
                let calendar = texts.replacing("\\n", with: "")
                for body in expected.escaped {
                    let words = body.prefix { $0 != "\r\n" && $0 != "\n" }.filter { $0 != " " }
                    #expect(calendar.contains("DESCRIPTION:\(words)") || words.isEmpty, "\(words)")
                }
                for body in expected.bodies { #expect(texts.contains(body)) }
            }
        }
        #expect(count > 0)
    }
}
