import MAPI
import MIME
import TestSupport
import Testing

@testable import Conversion

/// Quoted-printable text, and how much of it one layout describes.
struct QuotedPrintableCase: CustomTestStringConvertible {
    let testDescription: String
    let text: String
    /// Number of runs, and bytes that belong to none.
    var runs = 1
    var gap = 0
    /// Lengths of the layout's lists.
    var exceptions = 0
    var deviations = 0

    init(
        _ name: String, _ text: String, runs: Int = 1, gap: Int = 0, exceptions: Int = 0, deviations: Int = 0
    ) {
        testDescription = name
        self.text = text
        self.runs = runs
        self.gap = gap
        self.exceptions = exceptions
        self.deviations = deviations
    }
}

@Suite("The original bytes: quoted-printable")
struct OriginalQuotedPrintableTests {
    private static let line = "A line of text, neither long nor short, in every respect =C3=A4verage.\r\n"
    private static let lines = String(repeating: line, count: 10)
    private static let feeds = lines.replacing("\r\n", with: "\n")

    static let cases: [QuotedPrintableCase] = [
        QuotedPrintableCase("CRLF line ends", lines),
        QuotedPrintableCase("LF line ends", feeds),
        QuotedPrintableCase("both line ends", lines + feeds),
        QuotedPrintableCase("no line end at the end", lines + "end"),
        QuotedPrintableCase("empty lines", "\r\n\r\n" + lines + "\r\n\r\n\r\n" + lines + "\r\n\r\n"),
        QuotedPrintableCase("soft breaks", lines.replacing("text, ", with: "text, =\r\n")),
        QuotedPrintableCase("soft breaks with LF", feeds.replacing("text, ", with: "text, =\n")),
        QuotedPrintableCase("LF in soft breaks only", lines.replacing("text, ", with: "text, =\n")),
        QuotedPrintableCase("a soft break between all bytes", "=\r\nt=\r\ne=\r\nx=\r\nt" + lines),
        QuotedPrintableCase("soft breaks without text between", "=\r\n=\r\n=\r\n" + lines + "=\r\n=\r\n" + lines),
        QuotedPrintableCase("a soft break at the end", lines + "=\r\n"),
        QuotedPrintableCase("soft breaks of both kinds", lines + "=\r\n" + lines + "=\n" + lines, runs: 2),
        QuotedPrintableCase("a soft break before and after an encoded byte", lines + "a=\r\n=E4=\r\nb"),
        QuotedPrintableCase("a long line", String(repeating: "long =3D ", count: 3000)),
        QuotedPrintableCase("encoded blanks at line ends", lines + "a=20\r\nb=09\r\n" + lines, deviations: 2),
        QuotedPrintableCase("blanks at line ends as they are", lines + "a \r\nb\t\r\n" + lines),
        QuotedPrintableCase(
            "all blanks encoded", lines.replacing(" ", with: "=20") + "one that is not\r\n", exceptions: 1,
            deviations: 3),
        QuotedPrintableCase("a stop and From encoded", lines + "=2E\r\n=46rom a\r\n" + lines, deviations: 2),
        QuotedPrintableCase("lower-case digits", lines.replacing("=C3=A4", with: "=c3=a4")),
        QuotedPrintableCase("digits of both cases", lines + "=c3=a4" + lines.lowercased().dropLast(2), runs: 2),
        QuotedPrintableCase("digits of both cases in one byte", lines + "=aF" + lines, runs: 2, gap: 3),
        QuotedPrintableCase("digits without letters", lines.replacing("=C3=A4", with: "=81")),
        QuotedPrintableCase(
            "all bytes encoded", String(repeating: "=41=42=43=44=0D=0A=\r\n", count: 20), exceptions: 6),
        QuotedPrintableCase("8-bit characters as they are", lines.replacing("=C3=A4", with: "\u{E4}"), exceptions: 2),
        QuotedPrintableCase("one 8-bit character as it is", lines + "\u{E4}" + lines, deviations: 2),
        QuotedPrintableCase("control characters as they are", "\0\u{1}\u{7F}" + lines, deviations: 3),
        QuotedPrintableCase("lone CRs, encoded and not", lines + "a\rb=0Dc\r\r\n" + lines, deviations: 1),
        QuotedPrintableCase("encoded line ends", lines + "a=0D=0Ab=0Ac" + lines, deviations: 3),
        QuotedPrintableCase("a tab", lines + "a\tb" + lines),
        QuotedPrintableCase("signs before no digits", lines + "=4x =ZZ = =. ==41" + lines, deviations: 6),
        QuotedPrintableCase("one digit at the end", lines + "=4", deviations: 1),
        QuotedPrintableCase("a sign at the end", lines + "=", gap: 1),
        QuotedPrintableCase("a sign and blanks at the end", lines + "= \t", gap: 3),
        QuotedPrintableCase("blanks in soft breaks", lines + "= \r\n" + lines + "=\t\n" + lines, runs: 3, gap: 7),
        QuotedPrintableCase("a CR in place of a soft break", lines + "=\r" + lines, runs: 2, gap: 2),
        QuotedPrintableCase("nothing", "", runs: 0),
        QuotedPrintableCase("short", "short=20text", runs: 0, gap: 12),
        QuotedPrintableCase(
            "without any rule", String(repeating: "a=61=\r\n", count: 40), runs: 0, gap: 280),
    ]

    @Test("A text is one run as far as one layout describes it, and that gives it back", arguments: cases)
    func scan(_ sample: QuotedPrintableCase) throws {
        let runs = try provenRuns(Array(sample.text.utf8))
        #expect(runs.count == sample.runs)
        #expect(runs.reduce(0) { $0 + $1.text.count } == sample.text.utf8.count - sample.gap)
        #expect(runs.reduce(0) { max($0, $1.layout.exceptions.count) } == sample.exceptions)
        #expect(runs.reduce(0) { $0 + $1.layout.deviations.count } == sample.deviations)
    }

    @Test("The original comes back byte for byte, as an attachment and as a body", arguments: cases)
    func comesBack(_ sample: QuotedPrintableCase) throws {
        let attached = messageWithAttachment(sample.text, encoding: "quoted-printable")
        var result = imported(attached)
        #expect(try rebuilt(try #require(original(of: result.message)), result.message) == attached)
        let found = try references(result.message).filter { $0.source.kind == .attachment }
        #expect(found.count == sample.runs)
        for type in ["plain", "html"] {
            for charset in ["utf-8", "windows-1252"] {
                let bytes = body(sample.text, "text/\(type); charset=\(charset)")
                result = imported(bytes)
                #expect(try rebuilt(try #require(original(of: result.message)), result.message) == bytes)
            }
        }
    }

    @Test("Random text comes back, and is one reference where one encoder made it")
    func random() throws {
        try forRandomTexts(seed: 20) { text, _, name in
            let runs = try provenRuns(text)
            #expect(runs.count == 1 && runs.first?.text == 0..<text.count, "\(name)")
        }
    }

    @Test("Damaged text comes back")
    func randomDamage() throws {
        try forRandomTexts(seed: 21) { made, generator, name in
            var text = made
            for _ in 0..<Int.random(in: 1...20, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                text[place] = Array("=\r\n \tAa4\u{FF}".utf8).randomElement(using: &generator) ?? 0
            }
            _ = try provenRuns(text)
            let bytes = messageWithAttachment("@", encoding: "quoted-printable")
            let place = try #require(bytes.lastIndex(of: UInt8(ascii: "@")))
            let whole = bytes[..<place] + text + bytes[(place + 1)...]
            let message = imported(Array(whole)).message
            let container = try #require(original(of: message))
            #expect(try rebuilt(container, message).elementsEqual(whole), "\(name)")
        }
    }

    @Test("Text of more than one piece is one reference", arguments: ["text/plain", "text/html", "image/svg+xml"])
    func pieces(_ type: String) throws {
        for lineEnd in ["\n", "\r\n"] {
            // Line ends lie on either side of where pieces end.
            for shift in 0...3 {
                let line = "l=C3=A4nger als=\(lineEnd) =3D die andere=20\(lineEnd)"
                let count = 4 * OriginalLimits.pieceLength / line.utf8.count
                let text = String(repeating: "x", count: shift) + String(repeating: line, count: count)
                let bytes = body(text, "\(type); charset=utf-8", lineEnd: lineEnd)
                let message = imported(bytes).message
                let container = try #require(original(of: message))
                #expect(try rebuilt(container, message) == bytes)
                let found = try references(message).filter { $0.source.kind != .headers }
                #expect(found.count == 1)
                #expect(found.first?.form.dropsReturns == (type == "text/plain" && lineEnd == "\n"))
                #expect(container.count < bytes.count / 10)
            }
        }
    }

    @Test("What stands before a character with other bytes is referred to where it is most of the text")
    func otherCharset() throws {
        for (before, after, isReferred) in [(10, 1, true), (10, 10, false), (0, 10, false)] {
            let text = String(repeating: Self.line.replacing("=C3=A4", with: "a"), count: before)
            let rest = String(repeating: Self.line.replacing("=C3=A4", with: "=E4"), count: after)
            let bytes = body(text + rest, "text/plain; charset=iso-8859-1")
            let message = imported(bytes).message
            #expect(try rebuilt(try #require(original(of: message)), message) == bytes)
            let found = try references(message).filter { $0.source.kind == .body }
            #expect(found.map(\.length) == (isReferred ? [text.utf8.count] : []))
        }
    }

    @Test("HTML is referred to in whatever charset")
    func html() throws {
        let text = String(repeating: "<p>gr=FCn</p>=\n<br>\n", count: 20)
        let message = imported(body(text, "text/html; charset=iso-8859-1")).message
        #expect(try references(message).map(\.source.kind).contains(.html))
    }

    @Test("A body whose line ends are encoded is referred to")
    func encodedLineEnds() throws {
        let text = String(repeating: "A line of text=0D=0A=\n", count: 20)
        let message = imported(body(text, "text/plain")).message
        #expect(try references(message).map(\.source.kind).contains(.body))
    }

    @Test("A text whose lists become too long goes on in another run")
    func longLists() throws {
        let text = [UInt8](repeatElement(Array("a=\n".utf8), count: OriginalLimits.layoutLength + 10).joined())
        // Such short lines are worth no reference: the scan alone has to come to an end.
        #expect(try provenRuns(text).isEmpty)
        let lines = [UInt8](repeatElement(Array("abcdefgh=\n".utf8), count: OriginalLimits.layoutLength + 10).joined())
        #expect(try provenRuns(lines).map(\.text.count) == [OriginalLimits.layoutLength * 10 + 8, 92])
    }

    /// Texts of many encoders, each with its number and seed.
    private func forRandomTexts(
        seed: UInt64, _ body: ([UInt8], inout SeededGenerator, String) throws -> Void
    ) throws {
        var generator = SeededGenerator(seed: seed)
        for number in 1...300 {
            let seed = UInt64.random(in: 0...UInt64.max, using: &generator)
            var encoder = RandomEncoder(seed: seed)
            let text = encoder.text(Int.random(in: 100...3000, using: &generator))
            try body(text, &generator, "number \(number), seed \(seed)")
        }
    }

    /// The runs of a text, each of which was compared with the text, whatever the pieces that the encoder gets.
    private func provenRuns(_ text: [UInt8]) throws -> [QuotedPrintableRun] {
        let runs = text.withUnsafeBytes { QuotedPrintableScan.runs($0, 0..<text.count) }
        let stored = text.withUnsafeBytes { TransferDecoder.decode($0, .quotedPrintable) }
        var end = 0
        for run in runs {
            #expect(run.text.lowerBound >= end && run.text.upperBound <= text.count)
            end = run.text.upperBound
            for step in stored.count > 100_000 ? [stored.count] : [1, 7, stored.count] {
                var encoder = QuotedPrintableLineEncoder(run.layout)
                var made: [UInt8] = []
                for start in stride(from: 0, to: run.length, by: max(step, 1)) {
                    let piece = stored[(run.offset + start)..<(run.offset + min(start + step, run.length))]
                    try piece.withUnsafeBytes { try encoder.write($0) { made.append(contentsOf: $0) } }
                }
                try encoder.finish { made.append(contentsOf: $0) }
                #expect(made == Array(text[run.text]))
            }
        }
        return runs
    }

    private func body(_ text: String, _ type: String, lineEnd: String = "\n") -> [UInt8] {
        let fields = ["Subject: s", "Content-Type: \(type)", "Content-Transfer-Encoding: quoted-printable", "", ""]
        return Array((fields.joined(separator: lineEnd) + text).utf8)
    }
}

/// Writes random text in quoted-printable as one of many encoders does.
private struct RandomEncoder {
    private var generator: SeededGenerator
    private let isLowercase: Bool
    private let lineEnd: String
    private let encodesTrailingBlanks: Bool
    private let encodesStops: Bool
    private let encodesLineEnds: Bool
    private let encodesAll: Bool
    private let columns: Int

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        isLowercase = Bool.random(using: &generator)
        lineEnd = Bool.random(using: &generator) ? "\r\n" : "\n"
        encodesTrailingBlanks = Bool.random(using: &generator)
        encodesStops = Bool.random(using: &generator)
        encodesLineEnds = Int.random(in: 0..<4, using: &generator) == 0
        encodesAll = Int.random(in: 0..<10, using: &generator) == 0
        columns = Int.random(in: 10...120, using: &generator)
    }

    mutating func text(_ count: Int) -> [UInt8] {
        var result = ""
        var column = 0
        let ratio = Int.random(in: 0..<10, using: &generator)
        for _ in 0..<count {
            let kind = Int.random(in: 0..<80, using: &generator)
            var token: String
            switch kind {
            case 0, 1:
                let blank = encodesTrailingBlanks ? coded(0x20) : " "
                token = blank + (encodesLineEnds ? coded(0x0D) + coded(0x0A) : lineEnd)
            case 2..<2 + 4 * ratio:
                token = coded(UInt8.random(in: 0x80...0xFF, using: &generator))
            case 50: token = column == 0 && encodesStops ? coded(0x2E) : "."
            case 51..<60: token = encodesAll ? coded(0x20) : " "
            case 60: token = coded(UInt8(ascii: "="))
            default:
                let letter = UInt8.random(in: 0x61...0x7A, using: &generator)
                token = encodesAll ? coded(letter) : String(UnicodeScalar(letter))
            }
            if column + token.utf8.count >= columns {
                result += "=" + lineEnd
                column = 0
            }
            result += token
            column = token.hasSuffix("\n") ? 0 : column + token.utf8.count
        }
        return Array(result.utf8)
    }

    private func coded(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: !isLowercase)
        return "=" + (digits.utf8.count < 2 ? "0" : "") + digits
    }
}
