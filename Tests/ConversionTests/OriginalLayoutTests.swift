import BinaryIO
import MAPI
import Testing

@testable import Conversion

/// One way to write a message, and how much of it is to come from what is stored.
struct LayoutCase: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    /// Number of references but those to headers; nil where any will do.
    var references: Int?

    init(_ name: String, _ bytes: [UInt8], references: Int? = nil) {
        self.name = name
        self.bytes = bytes
        self.references = references
    }

    init(_ name: String, _ text: String, references: Int? = nil) {
        self.init(name, Array(text.utf8), references: references)
    }

    var testDescription: String { name }
}

@Suite("The original bytes, by layout")
struct OriginalLayoutTests {
    private static let file = noise(10_000)

    static let cases: [LayoutCase] =
        [76, 72, 70, 64, 60, 4, 75, 1, 20_000].map { columns in
            LayoutCase(
                "base64 in \(columns) columns", messageWithAttachment(base64(file, columns: columns)), references: 1)
        }
        + (0...5).map { count in
            LayoutCase(
                "base64 of \(1000 + count) bytes", messageWithAttachment(base64(noise(1000 + count))), references: 1)
        }
        + [
            LayoutCase(
                "base64 with LF", messageWithAttachment(base64(file, lineEnd: "\n"), lineEnd: "\n"), references: 1),
            LayoutCase("base64 ending with full lines", messageWithAttachment(base64(noise(57 * 20))), references: 1),
            LayoutCase("base64 and empty lines after", messageWithAttachment(base64(file) + "\r\n\r\n"), references: 1),
            LayoutCase(
                "base64 and empty lines before", messageWithAttachment("\r\n\r\n" + base64(file)), references: 1),
            LayoutCase(
                "base64 with an empty line within",
                messageWithAttachment(base64(noise(57 * 20)) + "\r\n\r\n" + base64(file)), references: 2),
            LayoutCase(
                "base64 with padding within",
                messageWithAttachment(base64(noise(1000)) + "\r\n" + base64(file)), references: 2),
            LayoutCase(
                "base64 whose line ends change",
                messageWithAttachment(base64(noise(57 * 20)) + "\n" + base64(file, lineEnd: "\n")), references: 2),
            LayoutCase(
                "base64 whose line length changes",
                messageWithAttachment(base64(noise(57 * 20)) + "\r\n" + base64(file, columns: 60)), references: 2),
            LayoutCase(
                "base64 with a blank in a line",
                messageWithAttachment(base64(noise(57 * 20)) + "\r\nAA AA\r\n" + base64(file)), references: 2),
            LayoutCase(
                "base64 with a bad byte in place of a digit",
                messageWithAttachment(base64(file).replacing("\r\n", with: "\r\n!", maxReplacements: 1))),
            LayoutCase(
                "base64 with a bad byte in the middle of a line",
                messageWithAttachment(base64(noise(57 * 3)) + "\r\n" + replaced(base64(file), 300, "*"))),
            LayoutCase(
                "base64 without padding", messageWithAttachment(base64(noise(1000)).replacing("=", with: "")),
                references: 1),
            LayoutCase("base64 with bits after the end", messageWithAttachment(base64(noise(999)) + "\r\nAB==")),
            LayoutCase("base64 with a footer", messageWithAttachment(base64(file) + "\r\n-- \r\na mailing list")),
            LayoutCase("base64 that breaks off", Array(messageWithAttachment(base64(file)).prefix(5001))),
            LayoutCase("base64 of nothing", messageWithAttachment("")),
            LayoutCase("base64 of padding only", messageWithAttachment("====\r\n==\r\n=")),
            LayoutCase("8-bit attachment", eightBit(noise(5000).filter { $0 != 0x2D }), references: 1),
            LayoutCase("attachment of NULs", eightBit([UInt8](repeating: 0, count: 3000)), references: 1),
            LayoutCase(
                "quoted-printable with soft breaks",
                messageWithAttachment(
                    "a=20b=\r\nc =E4=e4=\n\r\n" + String(repeating: "x=3D\r\n", count: 50), encoding: "quoted-printable"
                )),
            LayoutCase(
                "uuencode",
                messageWithAttachment("begin 644 f\r\n#0V%T\r\n`\r\nend", encoding: "x-uuencode")),
            LayoutCase("empty message", ""),
            LayoutCase("line end only", "\n"),
            LayoutCase("no header", "no header at all\r\nand more"),
            LayoutCase("header only", "Subject: a"),
            LayoutCase("NUL in header and body", "Subject: a\0b\r\n\r\nbody\0more\r\n"),
            LayoutCase("raw 8-bit everywhere", Array("Subject: ".utf8) + noise(300) + [13, 10, 13, 10] + noise(5000)),
            LayoutCase("lone CRs", "Subject: a\rb\r\n\r\nx\ry\r\r\nz\n\r"),
            LayoutCase("mbox line", "From a@example.com Mon Jan  1 00:00:00 2024\nSubject: a\n\nb\n"),
            LayoutCase("base64 body", body(noise(40).map { $0 % 26 + 97 }, "text/plain"), references: 0),
            LayoutCase("long base64 body with LF", body(lines("\n"), "text/plain; charset=utf-8"), references: 1),
            LayoutCase("long base64 body with CRLF", body(lines("\r\n"), "text/plain; charset=utf-8"), references: 1),
            LayoutCase("base64 HTML body", body(lines("\n"), "text/html; charset=utf-8"), references: 1),
            LayoutCase(
                "base64 body in Japanese",
                body([0x1B, 0x24, 0x42, 0x24, 0x22, 0x1B, 0x28, 0x42], "text/plain; charset=iso-2022-jp")),
            LayoutCase("embedded message", embedded(messageWithAttachment(base64(file))), references: 1),
            LayoutCase("twice embedded", embedded(embedded(messageWithAttachment(base64(file)))), references: 1),
            LayoutCase("signed with LF", signed("\n"), references: 1),
            LayoutCase("signed with CRLF", signed("\r\n"), references: 1),
            LayoutCase("signed with both", signed("\r\n") + Array(repeating: 0x0A, count: 100)),
            LayoutCase("two of the same attachment", twins(), references: 2),
            LayoutCase(
                "more literal text than one frame",
                messageWithAttachment(String(repeating: "=41=C3=A9x", count: 300_000), encoding: "quoted-printable")),
            LayoutCase(
                "attachment above the streaming bound", messageWithAttachment(base64(noise(5 << 20))), references: 1),
            LayoutCase(
                "irregular attachment above the streaming bound",
                messageWithAttachment(base64(noise(57 * 3)) + "\r\nA A A A\r\n" + base64(noise(5 << 20))), references: 2
            ),
        ]

    @Test("The original comes back byte for byte", arguments: cases)
    func comesBack(_ sample: LayoutCase) throws {
        let result = imported(sample.bytes)
        let container = try #require(original(of: result.message))
        #expect(try rebuilt(container, result.message) == sample.bytes)
        let found = try references(result.message).filter { $0.source.kind != .headers }
        if let expected = sample.references { #expect(found.count == expected) }
    }

    @Test("An attachment is not kept a second time")
    func notTwice() throws {
        for columns in [76, 75, 20_000] {
            let result = imported(messageWithAttachment(base64(noise(100_000), columns: columns)))
            #expect(try #require(original(of: result.message)).count < 1000)
        }
    }

    @Test("Headers and body are kept in a fraction of their length")
    func fraction() throws {
        let text = (1...200).map { "Line \($0 &* 2_654_435_761) says \($0 &* 40_503)" }.joined(separator: "\n")
        let bytes = Array(("Subject: s\nFrom: a@example.com\n\n" + text).utf8)
        let result = imported(bytes)
        #expect(try #require(original(of: result.message)).count < bytes.count / 5)
    }

    private static func replaced(_ text: String, _ position: Int, _ with: Character) -> String {
        var characters = Array(text.utf8)
        characters[position] = with.asciiValue ?? 0
        return String(decoding: characters, as: UTF8.self)
    }

    private static func eightBit(_ content: [UInt8]) -> [UInt8] {
        let whole = messageWithAttachment("@", encoding: "8bit")
        let position = whole.lastIndex(of: UInt8(ascii: "@")) ?? 0
        return Array(whole[..<position]) + content + whole[(position + 1)...]
    }

    private static func lines(_ end: String) -> [UInt8] {
        Array((1...100).map { "line \($0) é" + end }.joined().utf8)
    }

    private static func body(_ content: [UInt8], _ type: String) -> [UInt8] {
        Array("Subject: s\nContent-Type: \(type)\nContent-Transfer-Encoding: base64\n\n".utf8)
            + Array((base64(content, lineEnd: "\n") + "\n").utf8)
    }

    private static func embedded(_ inner: [UInt8]) -> [UInt8] {
        Array("Subject: outer\r\nContent-Type: message/rfc822\r\n\r\n".utf8) + inner
    }

    private static func signed(_ end: String) -> [UInt8] {
        let text = [
            "Subject: s",
            "Content-Type: multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha1; boundary=\"=b\"",
            "", "--=b", "Content-Type: text/plain", "", String(repeating: "signed text" + end, count: 30), "--=b",
            "Content-Type: application/pkcs7-signature", "Content-Transfer-Encoding: base64", "", "AAAA", "--=b--", "",
        ]
        return Array(text.joined(separator: end).utf8)
    }

    private static func twins() -> [UInt8] {
        let part = "--=b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + base64(file) + "\n"
        return Array(("Subject: s\nContent-Type: multipart/mixed; boundary=\"=b\"\n\n" + part + part + "--=b--\n").utf8)
    }
}
