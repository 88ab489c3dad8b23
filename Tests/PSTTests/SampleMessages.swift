import BinaryIO
import MAPI

/// Messages made by number, so that a run of them has every shape a PST knows.
enum SampleMessages {
    static func message(_ number: Int, depth: Int = 0) -> MessageObject {
        var message = MessageObject()
        let sent = FileTime(unixSeconds: 1_000_000_000 + Int64(number) * 3600)
        message.properties[.messageClass] = .string("IPM.Note")
        message.properties[.subject] = .string(number % 7 == 0 ? "" : "Re: Größe \(number) 😀")
        message.properties[.conversationTopic] = .string(number % 7 == 0 ? "" : "Größe \(number) 😀")
        message.properties[.messageFlags] = .integer32(number % 2 == 0 ? 1 : 0)
        message.properties[.messageDeliveryTime] = .time(sent)
        message.properties[.clientSubmitTime] = .time(sent)
        message.properties[.searchKey] = .binary((0..<16).map { UInt8(truncatingIfNeeded: $0 &* number) })
        message.properties[.body] = .string(String(repeating: "Zeile \(number)\r\n", count: number % 50 * number % 997))
        message.properties[.internetMessageId] = .string("<\(number)@example.org>")
        message.properties[NamedProperty(set: .psPublicStrings, string: "Keywords")] = .multipleString(["Eins", "Zwei"])
        if number % 5 == 0 {
            message.properties[NamedProperty(set: .psetidCommon, identifier: 0x8500 + UInt32(number))] = .boolean(true)
        }
        message.recipients = (0..<recipientCount(number)).map { recipient($0) }
        message.attachments = (0..<number % 4).map { attachment(number, $0, depth: depth) }
        if number % 100 == 99 { message.attachments += (0..<400).map { attachment(3, $0, depth: 9) } }
        return message
    }

    private static func recipientCount(_ number: Int) -> Int {
        switch number % 11 {
        case 0: 0
        case 10: 300
        default: number % 11
        }
    }

    private static func recipient(_ number: Int) -> Recipient {
        var recipient = Recipient()
        recipient.properties[.recipientType] = .integer32(Int32(number % 3 + 1))
        recipient.properties[.displayName] = .string("Empfänger \(number)")
        recipient.properties[.emailAddress] = .string("r\(number)@example.org")
        recipient.properties[.addressType] = .string("SMTP")
        recipient.properties[.smtpAddress] = .string("r\(number)@example.org")
        recipient.properties[.entryId] = .binary([1, 2, 3])
        recipient.properties[.searchKey] = .binary([4, 5, 6])
        return recipient
    }

    private static func attachment(_ number: Int, _ index: Int, depth: Int) -> Attachment {
        var attachment = Attachment()
        attachment.properties[.attachLongFilename] = .string("Anlage \(index).bin")
        attachment.properties[.attachFilename] = .string("Anlage \(index).bin")
        attachment.properties[.attachEncoding] = .binary([])
        switch index {
        case 0: attachment.content = .bytes(Array(repeating: UInt8(truncatingIfNeeded: number), count: number * 131 % 60_000))
        case 1 where depth < 3: attachment.content = .message(message(number + 1, depth: depth + 1))
        case 2: attachment.content = .stream(RepeatedBytes(count: number * 7919 % 300_000))
        default: attachment.content = .bytes([])
        }
        return attachment
    }
}

struct RepeatedBytes: AttachmentStream {
    let count: Int

    func makeReader() -> any AttachmentReader { Reader(remaining: count) }

    private struct Reader: AttachmentReader {
        var remaining: Int

        mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
            // Odd pieces, so that the writer has to join them.
            let piece = min(remaining, buffer.count, 5_003)
            for position in 0..<piece { buffer[position] = UInt8(truncatingIfNeeded: remaining - position) }
            remaining -= piece
            return piece
        }
    }
}
