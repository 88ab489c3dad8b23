import BinaryIO
import MAPI
import PST
import PSTNDB

/// A small sound PST to operate on: two folders, messages with recipients, attachments small, large and embedded.
struct Specimen: Sendable {
    let bytes: [UInt8]
    let inbox: UInt32
    /// In the order of writing.
    let messages: [UInt32]

    var contents: UInt32 { inbox & ~0x1F | 0x0E }

    static func make(encoding: ContentEncoding = .none, messages count: Int = 8) throws -> Specimen {
        let storage = MemoryStorage()
        let file = try PSTFile.create(in: storage, displayName: "Specimen", encoding: encoding)
        let inbox = try file.addFolder(named: "Inbox").id
        _ = try file.addFolder(named: "Below", below: inbox)
        var ids: [UInt32] = []
        for number in 0..<count {
            let message = Self.message(number)
            try file.register(MessageBuilder.unknownNames(in: message, file.names))
            ids.append(try file.add(try file.build(message), to: inbox).rawValue)
        }
        try file.checkpoint()
        return Specimen(bytes: storage.bytes, inbox: inbox.rawValue, messages: ids)
    }

    /// Message 0 has an attachment of several blocks, 1 a small one, 2 an embedded message, the others none.
    static func message(_ number: Int) -> MessageObject {
        var message = MessageObject()
        let time = FileTime(unixSeconds: 1_600_000_000 + Int64(number))
        message.properties[.messageClass] = .string("IPM.Note")
        message.properties[.subject] = .string("Re: Subject \(number)")
        message.properties[.conversationTopic] = .string("Subject \(number)")
        message.properties[.messageFlags] = .integer32(number % 2 == 0 ? 1 : 0)
        message.properties[.messageDeliveryTime] = .time(time)
        message.properties[.clientSubmitTime] = .time(time)
        message.properties[.senderName] = .string("Sender")
        message.properties[.body] = .string("Body \(number)")
        message.properties[.transportMessageHeaders] = .string("Subject: \(number)\r\n")
        message.properties[.internetMessageId] = .string("<\(number)@example.org>")
        message.properties[NamedProperty(set: .psPublicStrings, string: "Keywords")] = .multipleString(["One"])
        for position in 0..<2 {
            var recipient = Recipient()
            recipient.properties[.recipientType] = .integer32(Int32(position + 1))
            recipient.properties[.displayName] = .string("Recipient \(position)")
            recipient.properties[.emailAddress] = .string("r\(position)@example.org")
            message.recipients.append(recipient)
        }
        var attachment = Attachment()
        attachment.properties[.attachLongFilename] = .string("file.bin")
        attachment.properties[.attachFilename] = .string("file.bin")
        switch number {
        case 0: attachment.content = .bytes((0..<30_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        case 1: attachment.content = .bytes([1, 2, 3])
        case 2: attachment.content = .message(Self.message(5))
        default: return message
        }
        message.attachments = [attachment]
        return message
    }
}
