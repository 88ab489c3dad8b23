import BinaryIO
import MAPI
import MIME
import MailStore
import Testing

@testable import Conversion

@Suite("Import of the envelope") struct EnvelopeTests {
    @Test(
        "The topic is the subject without one short prefix",
        arguments: [
            ("Re: Hello", "Hello"), ("AW: Hello", "Hello"), ("Fwd: Re: x", "Re: x"), ("Re:Hello", "Re:Hello"),
            ("Antw: x", "Antw: x"), ("12: x", "12: x"), (": x", ": x"), ("回复: x", "x"), ("", ""), ("Re: ", ""),
            ("R: S: x", "S: x"), ("A B: x", "A B: x"),
        ])
    func topic(subject: String, topic: String) {
        #expect(SubjectPrefix.normalized(subject) == topic)
    }

    @Test("Subject and topic are decoded, and a missing subject is an empty one")
    func subject() {
        let some = properties("Subject: Re: =?utf-8?q?caf=C3=A9?=")
        #expect(some.string(.subject) == "Re: café")
        #expect(some.string(.conversationTopic) == "café")
        #expect(properties("From: a@x").string(.subject) == "")
        #expect(properties("Subject: x\nThread-Topic: the topic").string(.conversationTopic) == "the topic")
    }

    @Test("A subject with a raw 8-bit byte keeps every character")
    func rawSubject() {
        let bytes = Array("Subject: gr".utf8) + [0xFC] + Array("n\r\n\r\n".utf8)
        #expect(imported(bytes).message.properties.string(.subject) == "grün")
        let cyrillic =
            Array("Subject: ".utf8) + [0xC4, 0xC1] + Array("\r\nContent-Type: text/plain; charset=koi8-r\r\n\r\n".utf8)
        #expect(imported(cyrillic).message.properties.string(.subject) == "да")
    }

    @Test(
        "The conversation is that of the thread's first message",
        arguments: [
            ("Message-ID: <own@x>", "<own@x>"),
            ("Message-ID: <own@x>\nIn-Reply-To: <parent@x>", "<parent@x>"),
            ("Message-ID: <own@x>\nReferences: <root@x>\n <parent@x>\nIn-Reply-To: <parent@x>", "<root@x>"),
            ("Message-ID: <own@x>\nReferences: nonsense", "<own@x>"),
        ])
    func conversation(header: String, root: String) throws {
        let bag = properties(header + "\nDate: Thu, 01 Jan 2015 00:00:00 +0000")
        let index = try #require(bag.binary(.conversationIndex))
        #expect(index.count == 22)
        #expect(Array(index.prefix(3)) == [0x01, 0x01, 0xD0])
        #expect(Array(index.suffix(16)) == Digest.md5(Array(root.utf8)))
        #expect(bag.boolean(.conversationIndexTracking) == true)
    }

    @Test("Without any message id there is no conversation index")
    func noConversation() {
        let bag = properties("Subject: x\nThread-Index: AdeDNYR6")
        #expect(bag[.conversationIndex] == nil)
        #expect(bag[.conversationIndexTracking] == nil)
    }

    @Test("Times come from the header and the store, in whole seconds")
    func times() {
        let received =
            "Received: by b; Thu, 01 Jan 2015 00:00:10 +0000\nReceived: by a; Thu, 01 Jan 2015 00:00:05 +0000"
        let date = "Date: Thu, 01 Jan 2015 00:00:00 +0000"
        let submit = FileTime(unixSeconds: 1_420_070_400)
        let stored = imported(received + "\n" + date + "\n\n", deliveryTime: FileTime(unixSeconds: 5, nanoseconds: 999))
        #expect(stored.message.properties.time(.clientSubmitTime) == submit)
        #expect(stored.message.properties.time(.messageDeliveryTime) == FileTime(unixSeconds: 5))
        #expect(stored.message.properties.time(.creationTime) == FileTime(unixSeconds: 5))
        #expect(stored.message.properties.time(.lastModificationTime) == FileTime(unixSeconds: 5))
        // Without the store's word: the newest stamp; without a date: the oldest.
        let unstored = imported(received + "\nDate: nonsense\n\n", deliveryTime: nil).message.properties
        #expect(unstored.time(.messageDeliveryTime) == FileTime(unixSeconds: 1_420_070_410))
        #expect(unstored.time(.clientSubmitTime) == FileTime(unixSeconds: 1_420_070_405))
        #expect(imported(date + "\n\n", deliveryTime: nil).message.properties.time(.messageDeliveryTime) == submit)
        #expect(
            imported("Subject: x\n\n", deliveryTime: nil).message.properties.time(.messageDeliveryTime)
                == FileTime(unixSeconds: 0))
    }

    @Test("From and Sender fill both roles, each standing in for the other")
    func originators() {
        let both = properties("From: \"Boss\" <boss@x>, Second <second@x>\nSender: Secretary <sec@x>")
        #expect(both.string(.sentRepresentingName) == "Boss")
        #expect(both.string(.sentRepresentingEmailAddress) == "boss@x")
        #expect(both.string(.senderName) == "Secretary")
        #expect(both.string(.senderSmtpAddress) == "sec@x")
        #expect(both.string(.senderAddressType) == "SMTP")
        #expect(both.binary(.senderSearchKey) == Array("SMTP:SEC@X".utf8) + [0])
        #expect(
            both.binary(.senderEntryId)
                == OneOffEntryID(displayName: "Secretary", addressType: "SMTP", address: "sec@x").bytes)
        #expect(properties("From: a@x").string(.senderName) == "a@x")
        #expect(properties("Sender: a@x").string(.sentRepresentingEmailAddress) == "a@x")
        #expect(properties("From: <>").string(.sentRepresentingName) == "<>")
        #expect(properties("Subject: x")[.senderName] == nil)
    }

    @Test("Reply-To is kept where it says more than From")
    func replyTo() throws {
        #expect(properties("From: a@x\nReply-To: A <A@X>")[.replyRecipientEntries] == nil)
        let bag = properties("From: a@x\nReply-To: B; <b@x>, \"C\" <c@x>")
        #expect(bag.string(.replyRecipientNames)?.split(separator: ";").count == 3)
        let one = properties("From: a@x\nReply-To: \"B\" <b@x>")
        let entry = OneOffEntryID(displayName: "B", addressType: "SMTP", address: "b@x").bytes
        let padded = entry + [UInt8](repeating: 0, count: (4 - entry.count % 4) % 4)
        let count = UInt8(entry.count)
        #expect(
            one.binary(.replyRecipientEntries)
                == [1, 0, 0, 0, UInt8(padded.count + 4), 0, 0, 0, count, 0, 0, 0] + padded)
        #expect(one.string(.replyRecipientNames) == "B")
    }

    @Test("Recipients keep their order, types and names")
    func recipients() throws {
        let rows = imported(
            "To: A <a@x>, Team: b@x;\nTo: c@x\nCc: \"D\" <d@x>\nBcc: e@x\n\n"
        ).message.recipients
        #expect(rows.map { $0.properties.integer32(.recipientType) } == [1, 1, 1, 2, 3])
        #expect(rows.map { $0.properties.string(.emailAddress) } == ["a@x", "b@x", "c@x", "d@x", "e@x"])
        #expect(rows.map { $0.properties.string(.displayName) } == ["A", "b@x", "c@x", "D", "e@x"])
        #expect(rows.map { $0.properties.integer32(.recipientOrder) } == [0, 1, 2, 3, 4])
        let first = try #require(rows.first?.properties)
        #expect(first.binary(.searchKey) == Array("SMTP:A@X".utf8) + [0])
        #expect(first.binary(.entryId)?.count == first.binary(.recordKey)?.count)
        #expect(first.binary(.entryId) != first.binary(.recordKey))
        #expect(first.integer32(.objectType) == 6)
        #expect(first.boolean(.sendRichInfo) == false)
    }

    @Test("A recipient without an address keeps its text as the address, and an empty group has no rows")
    func nameOnly() {
        let rows = imported("To: Printer\nCc: undisclosed-recipients:;\n\n").message.recipients
        #expect(rows.map { $0.properties.string(.emailAddress) } == ["Printer"])
        #expect(rows[0].properties.string(.displayName) == "Printer")
        #expect(rows[0].properties.binary(.entryId) != nil)
    }

    @Test("The owner of the mailbox is recognised among the recipients")
    func owner() {
        let to = properties("To: b@x, Me <ME@x>", owners: ["me@x", "also@x"])
        #expect(to.boolean(.messageToMe) == true)
        #expect(to.boolean(.messageCcMe) == false)
        #expect(to.boolean(.messageRecipientMe) == true)
        #expect(to.string(.receivedByName) == "Me")
        #expect(to.string(.receivedByEmailAddress) == "ME@x")
        let list = properties("To: list@x", owners: ["me@x"])
        #expect(list.boolean(.messageRecipientMe) == false)
        #expect(list.string(.receivedByEmailAddress) == "me@x")
        let unknown = properties("To: me@x\nDelivered-To: me@x")
        #expect(unknown[.messageToMe] == nil)
        #expect(unknown.string(.receivedByEmailAddress) == "me@x")
    }

    @Test(
        "Importance follows the first field that gives one",
        arguments: [
            ("Importance: high", 2), ("Importance: Low", 0), ("X-Priority: 1 (Highest)", 2), ("X-Priority: 5", 0),
            ("X-Priority: 3", 1), ("Priority: urgent", 2), ("X-MSMail-Priority: Low", 0), ("Subject: x", 1),
            ("Priority: urgent\nX-Priority: 5\nImportance: normal", 1), ("Importance: weird\nX-Priority: 2", 2),
        ])
    func importance(header: String, expected: Int32) {
        let bag = properties(header)
        #expect(bag.integer32(.importance) == expected)
        #expect(bag.integer32(.priority) == expected - 1)
    }

    @Test(
        "Sensitivity is taken over",
        arguments: [("Personal", 1), ("private", 2), ("Company-Confidential", 3), ("other", 0), ("", 0)])
    func sensitivity(word: String, expected: Int32) {
        #expect(properties("Sensitivity: \(word)").integer32(.sensitivity) == expected)
    }

    @Test("Received mail never asks for a receipt again; sent mail shows that it did")
    func receipts() {
        let header = "From: a@x\nDisposition-Notification-To: A <a@x>"
        #expect(properties(header).boolean(.readReceiptRequested) == false)
        #expect(properties(header)[.readReceiptName] == nil)
        let sent = properties(header, role: .sent)
        #expect(sent.boolean(.readReceiptRequested) == true)
        #expect(sent.string(.readReceiptEmailAddress) == "a@x")
        #expect(properties("From: a@x", role: .sent).boolean(.readReceiptRequested) == false)
    }

    @Test("Identifiers and list fields are kept as written")
    func identification() {
        let bag = properties(
            """
            Message-ID: <a@x>
            In-Reply-To: <b@x>
            References: <c@x>
            \t<b@x>
            Return-Path: <r@x>
            List-Unsubscribe: <mailto:u@x>
            X-Auto-Response-Suppress: DR, OOF
            Content-ID: <root@x>
            """)
        #expect(bag.string(.internetMessageId) == "<a@x>")
        #expect(bag.string(.inReplyToId) == "<b@x>")
        #expect(bag.string(.internetReferences) == "<c@x> <b@x>")
        #expect(bag.string(.internetReturnPath) == "r@x")
        #expect(bag.string(.listUnsubscribe) == "<mailto:u@x>")
        #expect(bag.integer32(.autoResponseSuppress) == 0x11)
        #expect(bag.string(.bodyContentId) == "root@x")
        #expect(properties("X-Auto-Response-Suppress: All").integer32(.autoResponseSuppress) == -1)
        #expect(properties("Subject: x")[.internetMessageId] == nil)
    }

    @Test("Only fields of the allow-list are promoted to named properties")
    func promoted() {
        let bag = properties("X-Mailer: m\nX-Unknown: u\nContent-Type: text/plain; charset=utf-8")
        #expect(bag[NamedProperty(set: .psInternetHeaders, string: "x-mailer")] == .string("m"))
        #expect(
            bag[NamedProperty(set: .psInternetHeaders, string: "content-type")] == .string("text/plain; charset=utf-8"))
        #expect(bag[NamedProperty(set: .psInternetHeaders, string: "x-unknown")] == nil)
    }

    @Test(
        "Transport headers are the header block, CRLF and one empty line at the end",
        arguments: [
            ("A: 1\nB: 2\n\nbody", "A: 1\r\nB: 2\r\n\r\n"),
            ("A: 1\r\n folded\r\n\r\n", "A: 1\r\n folded\r\n\r\n"),
            ("A: 1", "A: 1\r\n\r\n"),
            ("A: 1\n", "A: 1\r\n\r\n"),
            ("From x@y Mon Jan  1 00:00:00 2024\nA: 1\n\n", "A: 1\r\n\r\n"),
            ("A: \u{0}1\n\n", "A: 1\r\n\r\n"),
            ("A: ünï\n\n", "A: ünï\r\n\r\n"),
        ])
    func transportHeaders(text: String, expected: String) {
        #expect(imported(Array(text.utf8)).message.properties.string(.transportMessageHeaders) == expected)
    }

    @Test("The search key is the same for every copy and differs between messages")
    func searchKey() throws {
        let one = properties("Subject: 1").binary(.searchKey)
        #expect(one?.count == 16)
        #expect(properties("Subject: 1").binary(.searchKey) == one)
        #expect(properties("Subject: 2").binary(.searchKey) != one)
        let large = Array("Subject: x\r\n\r\n".utf8) + [UInt8](repeating: 0x61, count: 3 << 20)
        #expect(imported(large).message.properties.binary(.searchKey)?.count == 16)
        #expect(
            imported(large).message.properties.binary(.searchKey)
                != imported(large + [0x61]).message.properties.binary(.searchKey))
    }

    @Test("A header too large for its property is kept as a file, whole")
    func oversizedHeader() throws {
        let header = Array("Subject: s\r\nX-Long: ".utf8) + [UInt8](repeating: 0x61, count: ImportLimits.headerLength)
        let result = imported(header + Array("\r\n\r\nbody".utf8))
        #expect(result.problems.count == 1)
        #expect(result.message.properties.string(.body) == "body")
        #expect(result.message.attachments.map { $0.properties.string(.attachLongFilename) } == ["headers.txt"])
        #expect(try bytes(of: result.message.attachments[0].content, pieces: 1 << 16).count == header.count + 4)
    }
}
