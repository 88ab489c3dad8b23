import MAPI
import Testing

@testable import Conversion

/// Text that stands in the message as it is stored, and how much of it is referred to.
struct TextCase: CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let stored: String
    /// Bytes of the text and of what is stored; nil where no reference is worth it.
    let common: (text: Int, stored: Int)?
    var dropsReturns = false
}

@Suite("The original bytes: headers and text bodies")
struct OriginalTextTests {
    private static let line = "A line of text, neither long nor short."
    private static let crlf = String(repeating: line + "\r\n", count: 10)
    private static let feeds = String(repeating: line + "\n", count: 10)

    static let cases: [TextCase] = [
        TextCase(testDescription: "the same", text: crlf, stored: crlf, common: (410, 410)),
        TextCase(
            testDescription: "LF line ends", text: feeds, stored: crlf, common: (400, 410), dropsReturns: true),
        TextCase(testDescription: "LF in both", text: feeds, stored: feeds, common: (400, 400)),
        TextCase(
            testDescription: "LF line ends, the last line without", text: feeds + line, stored: crlf + line,
            common: (439, 449), dropsReturns: true),
        TextCase(
            testDescription: "LF line ends, then a CR at the end", text: feeds + "a\r", stored: crlf + "a\r",
            common: (400, 410), dropsReturns: true),
        TextCase(
            testDescription: "LF line ends, a line end more is stored", text: feeds + line,
            stored: crlf + line + "\r\n",
            common: (439, 449), dropsReturns: true),
        TextCase(testDescription: "a line more is stored", text: crlf, stored: crlf + line, common: (410, 410)),
        TextCase(testDescription: "less is stored", text: crlf + line, stored: crlf, common: (410, 410)),
        TextCase(testDescription: "different from the middle on", text: crlf + feeds, stored: crlf + crlf, common: nil),
        TextCase(testDescription: "different from the start on", text: "x" + crlf, stored: crlf, common: nil),
        TextCase(testDescription: "short", text: "a\r\n", stored: "a\r\n", common: nil),
        TextCase(testDescription: "nothing", text: "", stored: "", common: nil),
        TextCase(
            testDescription: "CRLF after LF", text: feeds + line + "\r\n", stored: crlf + line + "\r\n",
            common: (400, 410), dropsReturns: true),
        TextCase(
            testDescription: "no line end at all", text: line + line, stored: line + line, common: (78, 78)),
    ]

    @Test("As much as text and stored text have in common is found", arguments: cases)
    func common(_ sample: TextCase) {
        let around = Array("before".utf8)
        let bytes = around + Array(sample.text.utf8) + around
        let match = bytes.withUnsafeBytes { all in
            Array(sample.stored.utf8).withUnsafeBytes {
                TextScan.match(all, around.count..<(bytes.count - around.count), $0)
            }
        }
        #expect(match?.text.lowerBound == (sample.common == nil ? nil : around.count))
        #expect(match?.text.count == sample.common?.text)
        #expect(match?.length == sample.common?.stored)
        #expect(match?.form.dropsReturns == (sample.common == nil ? nil : sample.dropsReturns))
    }

    @Test(
        "Headers and a plain body are referred to, whatever the line ends, and nothing of them is kept twice",
        arguments: ["\n", "\r\n"])
    func message(lineEnd: String) throws {
        let head = [
            "From: Somebody With a Name <somebody@example.com>", "Subject: about this and that", "X-Long: \(Self.line)",
            "", "",
        ].joined(separator: lineEnd)
        let body = String(repeating: Self.line + lineEnd, count: 50)
        let bytes = Array((head + body).utf8)
        let result = imported(bytes)
        #expect(try references(result.message).map(\.source.kind) == [.headers, .body])
        let container = try #require(original(of: result.message))
        #expect(container.count < 200)
        #expect(try rebuilt(container, result.message) == bytes)
    }

    @Test(
        "A body that is stored in another form is kept as it is in the message",
        arguments: [
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit",
            "Content-Type: text/plain; format=flowed",
        ])
    func otherForm(fields: String) throws {
        let text: [UInt8] = Array("Gr".utf8) + [0xFC, 0xDF] + Array("e \n".utf8)
        let bytes = Array("Subject: s\n\(fields)\n\n".utf8) + Array(repeatElement(text, count: 30).joined())
        let result = imported(bytes)
        #expect(try !references(result.message).contains { $0.source.kind == .body })
        #expect(try rebuilt(try #require(original(of: result.message)), result.message) == bytes)
    }

    @Test("Headers and bodies of embedded messages are referred to as well")
    func embedded() throws {
        let inner = "From: a@example.com\r\nSubject: \(Self.line)\(Self.line)\r\n\r\n" + Self.crlf
        let outer = "From: b@example.com\r\nSubject: \(Self.line)\(Self.line)\r\nContent-Type: message/rfc822\r\n\r\n"
        let bytes = Array((outer + inner).utf8)
        let result = imported(bytes)
        let found = try references(result.message).map { "\($0.source.kind) \($0.source.number)" }
        #expect(found == ["headers 0", "headers 1", "body 1"])
        #expect(try rebuilt(try #require(original(of: result.message)), result.message) == bytes)
    }

    @Test("A changed header or body gives no original")
    func edited() throws {
        let bytes = Array("From: a@example.com\r\nSubject: \(Self.line)\(Self.line)\r\n\r\n\(Self.crlf)".utf8)
        for tag in [PropertyTag.transportMessageHeaders, .body] {
            var message = imported(bytes).message
            let container = try #require(original(of: message))
            message.properties[tag] = .string((message.properties.string(tag) ?? "") + "x")
            #expect(throws: OriginalMessageError.self) { try rebuilt(container, message) }
        }
    }
}
