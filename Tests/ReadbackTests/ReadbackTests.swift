import BinaryIO
import MAPI
import PST
import PSTNDB
import Readback
import TestSupport
import Testing

@Suite("Reading a PST back")
struct ReadbackTests {
    /// A PST with some messages, at a path that lives as long as `directory`.
    private struct Mailbox {
        let directory: TemporaryDirectory
        var path: String { directory.path + "/mailbox.pst" }
        let messages: [MessageObject]

        init(_ messages: [MessageObject]) throws {
            directory = try TemporaryDirectory()
            self.messages = messages
            let file = try PSTFile.create(
                in: FileStorage(path: directory.path + "/mailbox.pst", mode: .create), displayName: "Mailbox",
                encoding: .permute)
            let inbox = try file.addFolder(named: "Inbox").id
            for message in messages { _ = try file.add(try file.build(message), to: inbox) }
            try file.checkpoint()
        }

        func reader() throws -> PSTReader { try PSTReader.open(FileStorage(path: path, mode: .read)) }
    }

    private static func message(_ number: Int, subject: String? = nil) -> MessageObject {
        var message = MessageObject()
        message.properties[.messageClass] = .string("IPM.Note")
        message.properties[.subject] = .string(subject ?? "Re: Größe \(number) 日本")
        message.properties[.conversationTopic] = .string("Größe \(number) 日本")
        message.properties[.messageFlags] = .integer32(Int32(number % 2))
        message.properties[.messageDeliveryTime] = .time(FileTime(unixSeconds: 1_500_000_000 + Int64(number)))
        message.properties[.clientSubmitTime] = .time(FileTime(unixSeconds: 1_400_000_000 + Int64(number)))
        message.properties[.sentRepresentingName] = .string("Jürgen")
        message.properties[.sentRepresentingEmailAddress] = .string("juergen@example.org")
        message.properties[.senderName] = .string("Jürgen")
        message.properties[.senderEmailAddress] = .string("juergen@example.org")
        message.properties[.body] = .string(String(repeating: "Zeile \(number)\r\n", count: 400))
        message.properties[.html] = .binary(Array("<p>Größe \(number)".utf8))
        message.properties[.transportMessageHeaders] = .string("Subject: \(number)\r\nX-Tab:\ta\\b\r\n")
        message.properties[.internetMessageId] = .string("<\(number)@example.org>")
        for (position, name) in ["Änne", "Bob", ""].enumerated() {
            var recipient = Recipient()
            recipient.properties[.recipientType] = .integer32(Int32(position % 2 + 1))
            recipient.properties[.displayName] = .string(name)
            recipient.properties[.emailAddress] = .string("r\(position)@example.org")
            message.recipients.append(recipient)
        }
        for size in [3, 70_000] {
            var attachment = Attachment()
            attachment.properties[.attachLongFilename] = .string("Anlage \(size).bin")
            attachment.properties[.attachMimeTag] = .string("application/octet-stream")
            attachment.content = .bytes((0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            message.attachments.append(attachment)
        }
        return message
    }

    private static func withEmbedded(_ number: Int) -> MessageObject {
        var message = message(number)
        var attachment = Attachment()
        attachment.properties[.attachLongFilename] = .string("Inner")
        attachment.content = .message(Self.message(number + 100))
        message.attachments.append(attachment)
        return message
    }

    @Test("gives the same items through libpst, through our own reader, and from the objects that were written")
    func threeViews() throws {
        let mailbox = try Mailbox([Self.message(0), Self.message(1, subject: ""), Self.withEmbedded(2)])
        let reader = try mailbox.reader()
        let folder = try #require(reader.folderTree().folders.first { $0.name == "Inbox" })
        let stored = try reader.contents(of: folder.id).rows.map { try reader.message($0.id).object }
        let libpst = try LibpstReader.messages(of: mailbox.path).filter { $0.folder == ["Inbox"] }
        try #require(stored.count == 3 && libpst.count == 3)
        for position in 0..<3 {
            let written = try ReadbackItem(mailbox.messages[position], isStored: false, folder: ["Inbox"])
            let ours = try ReadbackItem(stored[position], isStored: true, folder: ["Inbox"])
            let theirs = ReadbackItem(libpst[position])
            #expect(written.fields == ours.fields)
            #expect(ours.fields == theirs.fields)
            #expect(ours.fields.count > 20)
        }
    }

    @Test("finds nothing where the source is what is in the PST, in any order")
    func equal() throws {
        let mailbox = try Mailbox([Self.message(0), Self.message(1), Self.message(1), Self.withEmbedded(2)])
        #expect(try Self.differences(mailbox, mailbox.messages.reversed()).isEmpty)
    }

    @Test("finds an altered attachment, a lost and an added message, and names the field")
    func different() throws {
        let mailbox = try Mailbox([Self.message(0), Self.message(1), Self.withEmbedded(2)])
        var altered = Self.message(0)
        altered.attachments[1].content = .bytes([UInt8](repeating: 7, count: 70_000))
        let differences = try Self.differences(mailbox, [altered, Self.message(9), Self.withEmbedded(2)])
        let kinds = differences.map(\.kind)
        #expect(kinds.count { $0 == .field } == 1)
        #expect(kinds.count { $0 == .missing } == 1)
        #expect(kinds.count { $0 == .unexpected } == 1)
        let field = try #require(differences.first { $0.kind == .field })
        #expect(field.field == "attachment 2 data")
        #expect(field.description.contains("Inbox"))
        #expect(!field.remedy.isEmpty)
    }

    @Test(
        "finds any change of subject, read state, body, header, recipient, date or embedded message",
        arguments: [
            "subject", "read", "plain body", "HTML body", "Internet headers", "to", "delivered",
            "attachment 3 > subject",
        ])
    func fields(field: String) throws {
        let mailbox = try Mailbox([Self.withEmbedded(2)])
        var changed = Self.withEmbedded(2)
        switch field {
        case "subject": changed.properties[.subject] = .string("another")
        case "read": changed.properties[.messageFlags] = .integer32(1)
        case "plain body": changed.properties[.body] = .string("x")
        case "HTML body": changed.properties[.html] = .binary([0x78])
        case "Internet headers": changed.properties[.transportMessageHeaders] = .string("Subject: 3\r\n")
        case "to": changed.recipients[0].properties[.displayName] = .string("Anne")
        case "delivered": changed.properties[.messageDeliveryTime] = .time(FileTime(unixSeconds: 5_000_000))
        default:
            var inner = Self.message(102)
            inner.properties[.subject] = .string("another")
            changed.attachments[2].content = .message(inner)
        }
        let differences = try Self.differences(mailbox, [changed])
        #expect(differences.map(\.field) == [field])
    }

    @Test("counts what libpst cannot read of a sound file, and finds what is wrong beside it")
    func beyondLibpst() throws {
        var many = Self.message(0)
        for number in 1...338 {
            var attachment = Attachment()
            attachment.properties[.attachLongFilename] = .string("file \(number)")
            attachment.content = .bytes([UInt8](repeating: 1, count: 10))
            many.attachments.append(attachment)
        }
        var long = Self.message(1)
        long.attachments[0].properties[.attachContentId] = .string(String(repeating: "c", count: 513))
        long.attachments[1].properties[.attachMimeTag] = .string("text/" + String(repeating: "t", count: 600))
        let mailbox = try Mailbox([many, long, Self.message(2)])
        var found: [ReadbackDifference] = []
        var readback = Readback(path: mailbox.path)
        readback.program = [BuiltProgram.mailbackup, Readback.hiddenCommand, mailbox.path]
        let summary = readback.run(reader: try mailbox.reader()) { found.append($0) }
        #expect(found.map(\.field) == [])
        #expect(summary.compared == 3 && summary.equal == 3 && summary.beyondLibpst == 2)
    }

    @Test("tells a crash, a hang, an early end and nonsense of the reading process, and goes on")
    func failures() throws {
        let mailbox = try Mailbox([Self.message(0)])
        for (program, expected) in [
            (["/bin/sh", "-c", "kill -SEGV $$"], "crashed"), (["/bin/sleep", "100"], "no sign of life"),
            (["/bin/true"], "ended early"), (["/bin/echo", "nonsense"], "not readable"),
            (["/nowhere/at/all"], "cannot start"),
        ] {
            var readback = Readback(path: mailbox.path)
            readback.program = program
            readback.silence = 1
            var found: [ReadbackDifference] = []
            let summary = readback.run(reader: try mailbox.reader()) { found.append($0) }
            #expect(summary.differences == 1)
            #expect(found.map(\.kind) == [.reader])
            #expect(found.first?.found.contains(expected) ?? false, "\(found)")
        }
    }

    private static func differences(
        _ mailbox: Mailbox, _ source: some Sequence<MessageObject>
    ) throws -> [ReadbackDifference] {
        var found: [ReadbackDifference] = []
        var comparison = SourceComparison(reader: try mailbox.reader()) { found.append($0) }
        for message in source {
            comparison.expect(try ReadbackItem(message, isStored: false, folder: ["Inbox"]))
        }
        comparison.finish()
        #expect(comparison.summary.differences == found.count)
        return found
    }
}
