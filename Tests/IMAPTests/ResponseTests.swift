import BinaryIO
import IMAPGrammar
import TestSupport
import Testing

@Suite("Responses, RFC 9051 7")
struct ResponseTests {
    @Test(
        "A status response gives its condition, code and text",
        arguments: [
            ("* OK IMAP ready", .ok, nil, "IMAP ready"),
            ("* OK", .ok, nil, ""),
            ("* ok [UIDVALIDITY 3857529045] UIDs valid", .ok, .uidValidity(3_857_529_045), "UIDs valid"),
            ("* OK [UIDNEXT 4392]", .ok, .uidNext(4392), ""),
            ("* OK [HIGHESTMODSEQ 715194045007] x", .ok, .highestModificationSequence(715_194_045_007), "x"),
            ("* OK [NOMODSEQ] none", .ok, .noModificationSequences, "none"),
            ("* OK [MAILBOXID (F2212ea87-6097)] Ok", .ok, .mailboxID("F2212ea87-6097"), "Ok"),
            ("* NO [UNAVAILABLE] later", .no, .other("UNAVAILABLE", ""), "later"),
            ("* OK [PERMANENTFLAGS (\\Deleted \\*)] l", .ok, .permanentFlags(["\\Deleted", "\\*"]), "l"),
            ("* BYE [Gmail] is closed", .bye, .other("GMAIL", ""), "is closed"),
            ("* BAD [unfinished", .bad, nil, "[unfinished"),
            ("* NO [UIDNEXT x] y", .no, nil, "[UIDNEXT x] y"),
            (
                "* PREAUTH [CAPABILITY IMAP4rev1 idle] hi", .preauthenticated,
                .capability(Capabilities(["IMAP4REV1", "IDLE"])), "hi"
            ),
            ("* OK a\u{1B}[31mb", .ok, nil, "a?[31mb"),
        ] as [(String, StatusResponse.Condition, ResponseCode?, String)])
    func status(text: String, condition: StatusResponse.Condition, code: ResponseCode?, message: String) throws {
        guard case .status(let status) = try Framing.response(text) else {
            Issue.record("\(text) is no status response")
            return
        }
        #expect(status == StatusResponse(condition, code: code, text: message))
    }

    @Test("A tagged response completes the command of its tag")
    func completion() throws {
        guard case .completion("A17", let status) = try Framing.response("A17 NO [EXPUNGEISSUED] some are gone") else {
            Issue.record("not a completion")
            return
        }
        #expect(status.condition == .no)
        #expect(status.code?.otherName == "EXPUNGEISSUED")
    }

    @Test(
        "A mailbox is listed with its attributes, separator and name",
        arguments: [
            (
                #"* LIST (\HasNoChildren \Sent) "/" "Gesendete Objekte""#, ["\\HASNOCHILDREN", "\\SENT"], "/",
                "Gesendete Objekte"
            ),
            (#"* LIST () "." INBOX.Sent"#, [], ".", "INBOX.Sent"),
            (#"* LIST (\Noselect) NIL """#, ["\\NOSELECT"], nil, ""),
            (#"* LIST () "\\" "a\"b\\c""#, [], "\\", #"a"b\c"#),
            (#"* LIST () "/" a]b%*"#, [], "/", "a]b%*"),
            ("* LIST () \"/\" {5}\r\na\r\nb\"", [], "/", "a\r\nb\""),
            (#"* LIST (\Marked) "/" foo (CHILDINFO ("SUBSCRIBED"))"#, ["\\MARKED"], "/", "foo"),
        ] as [(String, [String], String?, String)])
    func list(text: String, attributes: [String], delimiter: String?, name: String) throws {
        guard case .list(let mailbox) = try Framing.response(text) else {
            Issue.record("\(text) is no LIST")
            return
        }
        #expect(mailbox.attributes == Set(attributes))
        #expect(mailbox.delimiter == delimiter?.utf8.first)
        #expect(String(decoding: mailbox.name, as: UTF8.self) == name)
    }

    @Test("A mailbox's state has what was asked for, and passes over what was not")
    func mailboxStatus() throws {
        let text =
            "* STATUS \"a b\" (MESSAGES 231 UIDNEXT 44292 X-NEW (1 (2)) UIDVALIDITY 1 HIGHESTMODSEQ 7011231777 "
            + "MAILBOXID (Fabc))"
        guard case .mailboxStatus(let status) = try Framing.response(text) else {
            Issue.record("not a STATUS")
            return
        }
        #expect(status.name == Array("a b".utf8))
        #expect(status.messages == 231)
        #expect(status.uidNext == 44_292)
        #expect(status.uidValidity == 1)
        #expect(status.highestModificationSequence == 7_011_231_777)
        #expect(status.mailboxID == "Fabc")
    }

    @Test("A fetched message has what was asked for, and passes over what was not")
    func fetch() throws {
        let text =
            "* 23 FETCH (FLAGS (\\Seen $Forwarded NonJunk [odd]) UID 5 INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" "
            + "RFC822.SIZE 44827 MODSEQ (624140003) EMAILID (M6d99ac3275bb4e) THREADID NIL X-GM-MSGID 1278455344230334865 "
            + "X-GM-LABELS (\\Inbox \"a b\" &APw-) ENVELOPE (NIL \"a)\" ((NIL NIL \"x\" {1}\r\n)))) BODY[1.2]<0> \"ab\" "
            + "BODY[] {3}\r\na)b BODY[HEADER.FIELDS (MESSAGE-ID)] NIL)"
        guard case .fetch(let message) = try Framing.response(text) else {
            Issue.record("not a FETCH")
            return
        }
        #expect(message.sequenceNumber == 23)
        #expect(message.uid == UID(rawValue: 5))
        #expect(message.flags == ["\\Seen", "$Forwarded", "NonJunk", "[odd]"])
        #expect(message.internalDate == 837_596_665)
        #expect(message.size == 44_827)
        #expect(message.modificationSequence == 624_140_003)
        #expect(message.emailID == "M6d99ac3275bb4e")
        #expect(message.gmailMessageID == 1_278_455_344_230_334_865)
        #expect(message.gmailLabels?.map { String(decoding: $0, as: UTF8.self) } == ["\\Inbox", "a b", "&APw-"])
        let content = try #require(message.sections[""] ?? nil)
        #expect(content.withUnsafeBytes { Array($0) } == Array("a)b".utf8))
        #expect(message.sections.keys.sorted() == ["", "1.2", "HEADER.FIELDS (MESSAGE-ID)"])
        guard case .some(.none) = message.sections["HEADER.FIELDS (MESSAGE-ID)"] else {
            Issue.record("NIL is not kept apart from what was not sent")
            return
        }
    }

    @Test(
        "A date is read with its zone; what is none is no error",
        arguments: [
            (" 7-Feb-1994 21:52:25 -0800", 760_686_745), ("29-Feb-2024 00:00:00 +0000", 1_709_164_800),
            ("01-Jan-1970 01:00:00 +0100", 0), ("31-Dec-1969 23:59:59 +0000", -1), ("32-Jan-1970 00:00:00 +0000", nil),
            ("7-feb-1994  21:52:25", 760_657_945), (" 7-Feb-1994 21:52:25 0100", 760_654_345),
            ("1-Feb-1994", nil), ("99999999999999999999-Jan-1970 00:00:00 +0000", nil),
            ("01-Jan-1970 01:00:00 UTC", nil), ("01-Jan-1970 01:60:00 +0000", nil), ("yesterday", nil), ("", nil),
        ] as [(String, Int64?)])
    func dates(text: String, expected: Int64?) {
        #expect(InternalDate.unixSeconds(Array(text.utf8)) == expected)
    }

    @Test("Found and vanished messages are sets that are never written out")
    func sets() throws {
        guard case .search(let search) = try Framing.response("* SEARCH 2 84 3 882 (MODSEQ 917162500)"),
            case .search(let extended) = try Framing.response("* ESEARCH (TAG \"A285\") UID MIN 7 ALL 4:18,21,2"),
            case .search(let empty) = try Framing.response("* SEARCH"),
            case .vanished(let vanished) = try Framing.response("* VANISHED (EARLIER) 1:4294967295")
        else {
            Issue.record("not what was sent")
            return
        }
        #expect(search.uids == UIDSet([2, 3, 84, 882].map(UID.init(rawValue:))))
        #expect(extended.tag == "A285")
        #expect(extended.uids.commandTexts(length: 100) == ["2,4:18,21"])
        #expect(empty.uids.isEmpty)
        #expect(vanished.isEarlier && vanished.uids.ranges == [1...UInt32.max])
    }

    @Test("Namespaces, server identity, capabilities and continuations are read")
    func others() throws {
        guard
            case .namespace(let spaces) = try Framing.response(
                "* NAMESPACE ((\"\" \"/\") (\"#mh/\" \"/\" \"X-PARAM\" (\"F\"))) ((\"~\" \"/\")) NIL"),
            case .serverID(let id) = try Framing.response(#"* ID ("name" "Cyrus" "version" NIL)"#),
            case .capability(let capabilities) = try Framing.response("* CAPABILITY IMAP4rev1 AUTH=PLAIN LITERAL- "),
            case .enabled(let enabled) = try Framing.response("* ENABLED CONDSTORE QRESYNC"),
            case .continuation(let more) = try Framing.response("+ Ready"),
            case .exists(172) = try Framing.response("* 172 EXISTS"),
            case .other("XFUTURE") = try Framing.response("* XFUTURE (1 (2")
        else {
            Issue.record("not what was sent")
            return
        }
        #expect(spaces.personal.map(\.prefix) == [[], Array("#mh/".utf8)] && spaces.otherUsers.count == 1)
        #expect(id == ["name": "Cyrus"])
        #expect(capabilities.contains("AUTH=PLAIN") && capabilities.nonSynchronizingLiterals == .upTo4096)
        #expect(enabled == ["CONDSTORE", "QRESYNC"])
        #expect(more == Array("Ready".utf8))
    }

    @Test(
        "What is no IMAP is an error that says where",
        arguments: [
            "", "hello", "*", "* 5", "* 99999999999999999999 EXISTS", "* 5000000000 EXISTS", "A1 PREAUTH x", "A1",
            "* 1 FETCH (UID)", "* 1 FETCH (UID 1", "* 1 FETCH UID 1", "* 1 FETCH (FLAGS \\Seen)", "* 1 FETCH (BODY[ 1)",
            "* 1 FETCH (UID 1) x", "* LIST (\\A \"/\" x", "* LIST () \"//\" x", "* STATUS x (MESSAGES)",
            "* SEARCH 1 a", "* VANISHED (LATER) 1", "* VANISHED 1:", "* NAMESPACE ((", "* FLAGS \\Seen",
            "* 1 FETCH (BODY[] {5})", "* 1 FETCH (BODY[] \"abc)", "* ID (\"a\")",
            "* 1 FETCH (X " + String(repeating: "(", count: 100_000) + ")",
        ])
    func wrong(text: String) {
        let error = #expect(throws: GrammarError.self) { _ = try Framing.response(text) }
        #expect(error.map { $0.excerpt.utf8.count <= 3 * GrammarLimits.excerpt } == true)
    }

    @Test("Whatever bytes come, reading them ends, in a response or an error")
    func garbage() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let sample = Array(ResponseFramerTests.session.utf8)
        var read = 0
        for _ in 0..<3_000 {
            var bytes = sample
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
                }
            }
            guard let frames = try? Framing.frames(of: bytes) else { continue }
            for frame in frames where (try? Response(frame)) != nil { read += 1 }
        }
        #expect(read > 0, "seed \(seed)")
    }
}
