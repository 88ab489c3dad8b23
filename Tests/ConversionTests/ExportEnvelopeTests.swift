import BinaryIO
import MAPI
import MIME
import Testing

@testable import Conversion

@Suite("Export of the envelope") struct ExportEnvelopeTests {
    @Test("A sent item without transport headers gets its header from the properties")
    func composed() throws {
        let item = message(
            sentItem + [
                (.internetMessageId, .string("own@example.org")), (.importance, .integer32(2)),
                (.sensitivity, .integer32(3)), (.internetReferences, .string("<a@x> <b@x>")),
                (.inReplyToId, .string("<b@x>")),
            ],
            recipients: [
                recipient("Cee", "cee@example.org", type: 2), recipient("Bob Büttner", "bob@example.org"),
                recipient("Dee", "dee@example.org", type: 3),
            ])
        let sample = try ExportedSample(item)
        #expect(sample.mailboxes(.from) == [Mailbox(displayName: "Ann Example", address: "ann@example.org")])
        #expect(sample.mailboxes(.to) == [Mailbox(displayName: "Bob Büttner", address: "bob@example.org")])
        #expect(sample.mailboxes(.cc) == [Mailbox(displayName: "Cee", address: "cee@example.org")])
        #expect(sample.mailboxes(.bcc) == [Mailbox(displayName: "Dee", address: "dee@example.org")])
        #expect(sample.field(.subject) == "Hello")
        #expect(sample.field(.date) == "Tue, 14 Nov 2023 22:13:20 +0000")
        #expect(sample.field(.messageID) == "<own@example.org>")
        #expect(sample.field(.references) == "<a@x> <b@x>")
        #expect(sample.field(.inReplyTo) == "<b@x>")
        #expect(sample.field(.importance) == "high")
        #expect(sample.field(.sensitivity) == "Company-Confidential")
        #expect(sample.problems == [])
        #expect(try PythonParser.defects(sample.bytes) == "")
    }

    @Test("Blind copies show on sent items and drafts only", arguments: [(0x21, true), (0x9, true), (0x1, false)])
    func blindCopies(flags: Int32, isShown: Bool) throws {
        let item = message(
            sentItem + [(.messageFlags, .integer32(flags))], recipients: [recipient("Dee", "dee@x.org", type: 3)])
        #expect(try ExportedSample(item).fieldNames.contains("bcc") == isShown)
    }

    @Test("A message without an identifier always gets the same one")
    func identifier() throws {
        let first = try ExportedSample(message(sentItem))
        let second = try ExportedSample(message(sentItem.reversed()))
        let identifier = try #require(first.field(.messageID))
        #expect(identifier.hasSuffix("@pst.invalid>"))
        #expect(first.bytes == second.bytes)
        let other = try ExportedSample(message(sentItem + [(.searchKey, .binary([9]))]))
        #expect(other.field(.messageID) != identifier)
    }

    @Test("Recipients come in the order in which they were typed, whatever the order of the table")
    func recipientOrder() throws {
        let rows = [
            recipient("c", "c@x.org", order: 2), recipient("a", "a@x.org", order: 0),
            recipient("b", "b@x.org", order: 1),
        ]
        #expect(
            try ExportedSample(message(sentItem, recipients: rows)).mailboxes(.to).map(\.displayName)
                == ["a", "b", "c"])
    }

    static let transport = """
        Microsoft Mail Internet Headers Version 2.0\r
        Received: from a by b; Tue, 14 Nov 2023 22:13:20 +0000\r
        RECEIVED: twice\r
        DKIM-Signature: v=1;\r
        \tb=abc\r
        From: =?utf-8?Q?Ann?= <ann@example.org>\r
        To: bob@example.org\r
        Subject: =?utf-8?B?R3LDvMOfZQ==?=\r
        Date: Tue, 14 Nov 2023 23:13:20 +0100\r
        Message-ID: <own@example.org>\r
        Content-Type: multipart/mixed; boundary="b"\r
        Content-Transfer-Encoding: 8bit\r
        MIME-Version: 1.0\r
        X-MS-TNEF-Correlator: <own@example.org>\r
        x-Odd:  kept  as it is\r
        \r
        --b\r
        Content-Type: text/plain\r

        """

    static let received: [(PropertyTag, PropertyValue)] = [
        (.transportMessageHeaders, .string(transport)), (.subject, .string("Grüße")), (.body, .string("x\r\n")),
    ]

    @Test("Transport headers are kept as they are, but for the description of the body")
    func transportHeaders() throws {
        let sample = try ExportedSample(message(Self.received))
        #expect(
            sample.fieldNames == [
                "received", "received", "dkim-signature", "from", "to", "subject", "date", "message-id", "x-odd",
                "mime-version", "content-type", "content-transfer-encoding",
            ])
        #expect(sample.text.contains("DKIM-Signature: v=1;\n\tb=abc\n"))
        #expect(sample.text.contains("RECEIVED: twice\n"))
        #expect(sample.text.contains("Subject: =?utf-8?B?R3LDvMOfZQ==?=\n"))
        #expect(sample.text.contains("x-Odd:  kept  as it is\n"))
        #expect(sample.shape == "text/plain")
    }

    @Test("A subject that was changed since is shown, and the other one kept")
    func editedSubject() throws {
        let sample = try ExportedSample(message(Self.received + [(.subject, .string("Done: Grüße"))]))
        #expect(sample.field(.subject) == "Done: Grüße")
        #expect(sample.field(FieldName("X-Original-Subject")) == "Grüße")
    }

    @Test(
        "A subject that a store could not keep whole is no changed one",
        arguments: [
            ("Hello  World", "Hello World", true),
            (String(repeating: "a", count: 254), String(repeating: "a", count: 300), true),
            ("Gr??e", "Grüße", true), ("", "x", false), ("Hello", "Goodbye", false), ("H?llo", "Hello", false),
        ])
    func subjectComparison(stored: String, received: String, isSame: Bool) {
        #expect(SubjectComparison.isSame(stored: stored, received: received) == isSame)
    }

    @Test("The two characters before a stored subject are not part of it")
    func storedSubject() throws {
        let sample = try ExportedSample(message(sentItem + [(.subject, .string("\u{1}\u{5}Re: Hello"))]))
        #expect(sample.field(.subject) == "Re: Hello")
    }

    @Test(
        "Text that is no header is not taken for one",
        arguments: ["", "hello", "\r\n\r\n", "no colon here\r\nnor here\r\n", "a: b\r\nno colon\r\n"])
    func noTransportHeaders(text: String) throws {
        let sample = try ExportedSample(message(sentItem + [(.transportMessageHeaders, .string(text))]))
        #expect(sample.field(.subject) == "Hello")
        #expect(sample.mailboxes(.from).map(\.address) == ["ann@example.org"])
    }

    @Test(
        "The address that the internet knows is found wherever it is",
        arguments: [
            (Correspondent.Source(name: "A", addressType: "SMTP", emailAddress: "a@x.org"), "a@x.org"),
            (.init(name: "A", addressType: "EX", emailAddress: "/o=X/cn=A", smtpAddress: "a@x.org"), "a@x.org"),
            (
                .init(
                    name: "A", addressType: "EX", emailAddress: "/o=X/cn=A",
                    proxyAddresses: ["X400:c=us", "smtp:b@x.org"]), "b@x.org"
            ),
            (
                .init(
                    name: "A", entryID: OneOffEntryID(displayName: "A", addressType: "SMTP", address: "a@x.org").bytes),
                "a@x.org"
            ),
            (.init(name: "'a@x.org'"), "a@x.org"),
            (.init(name: "A", searchKey: Array("SMTP:A@X.ORG\0".utf8)), "a@x.org"),
            (.init(name: "A", addressType: "EX", emailAddress: "/o=X/cn=a b"), "IMCEAEX-_o+3DX_cn+3Da+20b@pst.invalid"),
            (.init(name: "Team", addressType: "MAPIPDL"), ""), (.init(name: "Nobody"), ""),
        ])
    func addresses(source: Correspondent.Source, address: String) throws {
        let found = try #require(Correspondent(source))
        #expect(found.address == address)
        #expect((found.problem != nil) == (address.isEmpty || address.hasSuffix("pst.invalid")))
    }

    @Test("A recipient without an address keeps the name and is told")
    func unresolved() throws {
        var row = Recipient()
        row.properties[.displayName] = .string("The Team")
        row.properties[.addressType] = .string("MAPIPDL")
        let sample = try ExportedSample(message(sentItem, recipients: [row]))
        #expect(sample.text.contains("To: The Team:;\n"))
        #expect(sample.problems == ["no internet address is known of \"The Team\""])
        #expect(try PythonParser.defects(sample.bytes) == "")
    }

    @Test("Reply-To comes from the entries, and named header fields get their names back")
    func replyTo() throws {
        let mailboxes = [Mailbox(displayName: "Ré", address: "re@x.org"), Mailbox(displayName: "", address: "b@x.org")]
        let item = message(
            sentItem + [(.replyRecipientEntries, .binary(FlatEntryList.bytes(mailboxes)))],
            named: [
                (NamedProperty(set: .psInternetHeaders, string: "x-mailer"), .string("Program 1")),
                (NamedProperty(set: .psInternetHeaders, string: "content-type"), .string("text/evil")),
                (NamedProperty(set: .psInternetHeaders, string: "bad name"), .string("x")),
            ])
        let sample = try ExportedSample(item)
        #expect(sample.mailboxes(.replyTo).map(\.address) == ["re@x.org", "b@x.org"])
        #expect(sample.mailboxes(.replyTo).first?.displayName == "Ré")
        #expect(sample.field(FieldName("X-Mailer")) == "Program 1")
        #expect(!sample.text.contains("evil") && !sample.text.contains("bad name"))
    }
}

@Suite("Export of hostile properties") struct ExportHostileTests {
    static let attacks = [
        "x\r\nInjected: yes", "x\nInjected: yes", "x\rInjected: yes", "\r\n\r\nInjected: yes",
        "x\u{0}y\u{1}\u{7F}\u{85}z",
        "x\u{2028}Injected: yes", "\"; name=evil\r\nInjected: yes", "a\" <evil@x>, \"b",
        "=?utf-8?Q?a=0D=0AInjected:_yes?=",
        String(repeating: "long ", count: 40_000), String(repeating: "ö", count: 40_000),
        String(repeating: "x", count: 40_000), "\u{FEFF}\u{202E}abc", "", " ", "<>", ",;:", "\\", "\"",
    ]

    @Test("No property value makes a header field or breaks a part", arguments: attacks)
    func injection(text: String) throws {
        let value = PropertyValue.string(text)
        let texts: [PropertyTag] = [
            .subject, .sentRepresentingName, .sentRepresentingEmailAddress, .sentRepresentingAddressType,
            .internetMessageId, .internetReferences, .inReplyToId, .conversationTopic, .listHelp, .listUnsubscribe,
            .messageClass, .displayTo,
        ]
        var file = attachment(text, [1, 2, 3], type: text)
        for tag in [PropertyTag.attachContentId, .attachContentLocation, .textAttachmentCharset, .displayName] {
            file.properties[tag] = value
        }
        var inner = Attachment()
        inner.properties[.displayName] = value
        inner.content = .message(message([(.subject, value), (.body, value)]))
        let item = message(
            texts.map { ($0, value) } + [(.body, value), (.html, .binary(Array("<p>\(text)".utf8)))],
            named: [
                (NamedProperty(set: .psInternetHeaders, string: "x-mailer"), value),
                (NamedProperty(set: .psInternetHeaders, string: text), .string("v")),
                (.flagRequest, value),
            ],
            recipients: [recipient(text, text), recipient(text, "\(text)@x.org", type: 2)],
            attachments: [file, inner])
        let sample = try ExportedSample(item)
        #expect(!sample.fieldNames.contains("injected"))
        #expect(sample.structure.defects == [])
        let body = text.isEmpty ? "text/html" : "multipart/alternative(text/plain,text/html)"
        #expect(sample.shape == "multipart/mixed(\(body),\(Self.fileType(sample)),message/rfc822)")
        #expect(try PythonParser.defects(sample.bytes).split(separator: "\n").filter { $0.hasPrefix("part") } == [])
        let longest = sample.text.split(separator: "\n").map(\.utf8.count).max() ?? 0
        #expect(longest <= 998)
    }

    private static func fileType(_ sample: ExportedSample) -> String {
        sample.structure.root.children.dropFirst().first?.type.name ?? ""
    }

    @Test("A hostile transport header stays inside the header")
    func transport() throws {
        let header =
            "Subject: x\rInjected: yes\r\nFrom: a@x.org\r\n \r\n\t\r\nTo: b@x.org\r\nstray line\r\n\r\nBody: no\r\n"
        let sample = try ExportedSample(message([(.transportMessageHeaders, .string(header)), (.body, .string("b"))]))
        #expect(
            sample.fieldNames == ["subject", "from", "to", "mime-version", "content-type", "content-transfer-encoding"])
        #expect(sample.problems.count == 1)
    }

    @Test("A message without any property is a message")
    func empty() throws {
        let sample = try ExportedSample(MessageObject())
        #expect(sample.shape == "text/plain")
        #expect(try PythonParser.defects(sample.bytes) == "")
    }

    @Test("Bodies with the boundaries of this program, mailbox lines, NULs and lone CRs keep their text")
    func bodies() throws {
        for body in ["=_x\r\nFrom here\r\n.\r\n", "a\rb", "tail  \r\n", "no end", "=3D\r\n", "\u{1F600}", "--=_00"] {
            let sample = try ExportedSample(
                message(sentItem + [(.body, .string(body))], attachments: [attachment("a.bin", [0])]), lineEnd: .crlf)
            #expect(sample.text(sample.structure.root.children[0]) == body)
        }
    }

    @Test("Messages nested without end are cut off, and told")
    func depth() throws {
        var item = message(sentItem)
        for _ in 0..<ExportLimits.embeddedDepth + 5 {
            var outer = Attachment()
            outer.content = .message(item)
            item = message(sentItem, attachments: [outer])
        }
        let sample = try ExportedSample(item)
        #expect(sample.problems.count == 1)
    }

    @Test("Cut or random structured properties never stop the export")
    func randomStructures() throws {
        var state: UInt64 = 88_172_645_463_325_252
        func random() -> UInt8 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return UInt8(truncatingIfNeeded: state >> 24)
        }
        let starts: [[UInt8]] = [
            [], [0x04, 0x30, 0x04, 0x30, 0x0B, 0x20, 0x01, 0x00], [0x02, 0x01, 0x10, 0, 2, 0, 3, 0],
            OneOffEntryID(displayName: "a", addressType: "SMTP", address: "b").bytes,
        ]
        for round in 0..<400 {
            let bytes = starts[round % starts.count] + (0..<(round % 150)).map { _ in random() }
            let item = message(
                [
                    (.messageClass, .string(round % 2 == 0 ? "IPM.Appointment" : "IPM.DistList")),
                    (.replyRecipientEntries, .binary(bytes)), (.rtfCompressed, .binary(bytes)),
                    (.senderEntryId, .binary(bytes)), (.conversationIndex, .binary(bytes)),
                ],
                named: [
                    (.recurrence, .binary(bytes)), (.timeZoneStruct, .binary(bytes)), (.globalObjectID, .binary(bytes)),
                    (NamedProperty(set: .psetidAppointment, identifier: 0x8260), .binary(bytes)),
                    (.distributionListOneOffMembers, .multipleBinary([bytes])),
                    (.appointmentStart, .time(FileTime(rawValue: UInt64.max))),
                    (.appointmentEnd, .time(FileTime(rawValue: 0))),
                ])
            #expect(try ExportedSample(item).structure.defects == [])
        }
    }
}
