import BinaryIO
import IMAPGrammar
import TestSupport
import Testing

@Suite("Cutting a stream into responses, RFC 9051 4.3")
struct ResponseFramerTests {
    static let session = """
        * OK [CAPABILITY IMAP4rev1 LITERAL+] ready {5}\r
        * LIST (\\HasNoChildren) "/" {6}\r
        a\r
        b c\r
        * 12 FETCH (UID 7 FLAGS (\\Seen) BODY[] {11}\r
        Subject: x\r RFC822.SIZE 11 X-NEW ({0}\r
         "{3}" ~{2}\r
        )( NIL))\r
        A1 NO full {12}\r
        + go on {3}\r
        * VANISHED (EARLIER) 1:5,9\r

        """

    /// What does not depend on how the bytes came.
    private static func summary(_ frames: [ResponseFrame]) -> [[[UInt8]]] {
        frames.map { [$0.text] + $0.literals.map { $0.withUnsafeBytes { Array($0) } } }
    }

    @Test("A stream is cut the same way wherever a piece of it ends")
    func fragments() throws {
        let bytes = Array(Self.session.utf8)
        let whole = Self.summary(try Framing.frames(of: bytes))
        #expect(whole.map(\.count) == [1, 2, 4, 1, 1, 1])
        for cut in 0...bytes.count {
            #expect(try Self.summary(Framing.frames(of: bytes, cuts: [cut])) == whole, "cut at \(cut)")
        }
        #expect(try Self.summary(Framing.frames(of: bytes, cuts: Array(0...bytes.count))) == whole)
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let cuts = (0..<8).map { _ in Int.random(in: 0...bytes.count, using: &random) }
            #expect(try Self.summary(Framing.frames(of: bytes, cuts: cuts)) == whole, "seed \(seed)")
        }
    }

    @Test("Every start of a stream that is no whole response is incomplete, and no error")
    func truncations() throws {
        let bytes = Array(Self.session.utf8)
        let whole = Self.summary(try Framing.frames(of: bytes))
        for length in 0..<bytes.count {
            let frames = Self.summary(try Framing.frames(of: Array(bytes[..<length])))
            #expect(frames.count < whole.count)
            #expect(frames == Array(whole[..<frames.count]))
        }
    }

    @Test("A large literal lies in a file, and comes back byte for byte")
    func largeLiteral() throws {
        let content = (0..<GrammarLimits.literalInMemory + 70_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let bytes = Array("* 1 FETCH (BODY[] {\(content.count)}\r\n".utf8) + content + Array(")\r\n".utf8)
        let frames = try Framing.frames(of: bytes, cuts: Array(stride(from: 100, to: bytes.count, by: 65_000)))
        #expect(frames.count == 1)
        guard case .fetch(let message)? = try frames.first.map({ try Response($0) }),
            case .some(.some(let file)) = message.sections[""]
        else {
            Issue.record("no message")
            return
        }
        #expect(file.withUnsafeBytes { $0.elementsEqual(content) })
    }

    @Test(
        "What is above a bound is refused, and not kept",
        arguments: [
            "* 1 FETCH (BODY[] {99999999999999999999}\r\n",
            "* 1 FETCH (BODY[] {\(GrammarLimits.literalSize + 1)}\r\n",
            "* LIST () \"/\" {\(GrammarLimits.literalSizeOutsideFetch + 1)}\r\n",
            "* 1 FETCH (" + String(repeating: "BODY[1] {0}\r\n", count: GrammarLimits.literals + 1),
        ])
    func bounds(text: String) {
        #expect(throws: FramingError.self) { try Framing.frames(of: Array(text.utf8)) }
    }

    @Test("A line without an end is refused once it is too long")
    func endlessLine() {
        let piece = [UInt8](repeating: 0x41, count: 1 << 20)
        var framer = ResponseFramer()
        var failure: FramingError?
        for _ in 0...GrammarLimits.responseText >> 20 where failure == nil {
            piece.withUnsafeBytes { bytes in
                var input = bytes
                do throws(FramingError) { _ = try framer.next(&input) } catch { failure = error }
            }
        }
        #expect(failure == .responseTooLong)
    }
}
