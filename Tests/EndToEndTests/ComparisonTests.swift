import Foundation
import Readback
import TestSupport
import Testing

/// The comparison itself: it must notice each kind of damage, or the end-to-end tests prove nothing.
@Suite("Comparison of source and PST")
struct ComparisonTests {
    @Test("A faithful copy has no difference")
    func faithful() throws {
        for source in try sample() {
            let differences = MessageComparison.differences(source, faithfulCopy(of: source), label: "")
            // The script gives the bytes of small attachments only.
            let comparable = differences.filter { $0.attachment == nil || $0.attachment?.content != nil }
            #expect(comparable.isEmpty)
        }
    }

    @Test(
        "Each kind of damage is noticed, and nothing explains it away",
        arguments: [
            "messageID", "subject", "fromName", "fromAddress", "senderName", "senderAddress", "displayTo", "displayCc",
            "displayBcc",
            "submitTime", "deliveryTime", "read", "unsent", "plain", "html", "headers", "attachmentCount",
            "attachmentName",
            "attachmentKind", "attachmentData",
        ])
    func damage(field: String) throws {
        var noticed = 0
        for source in try sample() {
            var stored = faithfulCopy(of: source)
            guard damage(&stored, field) else { continue }
            let differences = MessageComparison.differences(source, stored, label: "")
            let isNoticed = differences.contains {
                $0.field.rawValue == field && KnownDifference.reason(for: $0) == nil
            }
            if isNoticed { noticed += 1 }
        }
        #expect(noticed > 0)
    }

    @Test("A message that is missing, and one that is too many, are told")
    func pairs() throws {
        let source = try sample()
        var stored = source.map(faithfulCopy)
        #expect(MessagePairs(source: source, stored: stored).pairs.count == source.count)
        let removed = stored.removeFirst()
        #expect(MessagePairs(source: source, stored: stored).unmatchedSource.count == 1)
        #expect(MessagePairs(source: source, stored: stored + [removed, removed]).unmatchedStored.count == 1)
    }

    private func sample() throws -> [ExpectedMessage] {
        let directory = try TemporaryDirectory()
        return try ExpectedMessage.read(maildir: TestMailbox.sample.make(in: directory))
    }

    /// What a PST without any fault would hold.
    private func faithfulCopy(of source: ExpectedMessage) -> LibpstMessage {
        let name = { (mailbox: [String]) in mailbox[0].isEmpty ? mailbox[1] : mailbox[0] }
        var message = LibpstMessage()
        message.folder = source.storedFolder
        message.messageID = source.messageID
        message.subject = source.subject ?? ""
        message.fromName = source.from.first.map(name) ?? ""
        message.fromAddress = source.from.first?[1] ?? ""
        message.senderName = source.sender.first.map(name) ?? ""
        message.senderAddress = source.sender.first?[1] ?? ""
        message.displayTo = source.to.map(name).joined(separator: "; ")
        message.displayCc = source.cc.map(name).joined(separator: "; ")
        message.displayBcc = source.bcc.map(name).joined(separator: "; ")
        message.submitTime = source.date
        message.deliveryTime = source.delivered
        message.flags = (source.seen ?? false ? 1 : 0) | (source.unsent ?? false ? 8 : 0)
        message.body = source.plain.isEmpty ? nil : source.plain.joined(separator: "\n")
        message.html = source.html.first.map { $0.bytes.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
        message.headers = source.headers
        message.attachments = source.attachments.map { wanted in
            var attachment = LibpstAttachment()
            attachment.name = wanted.name ?? "ATT00001.bin"
            attachment.method = wanted.kind == .embedded ? 5 : 1
            attachment.data = wanted.kind == .smime ? [1] : Array(Data(base64Encoded: wanted.content ?? "") ?? Data())
            attachment.embedded = wanted.message.map { [faithfulCopy(of: $0)] } ?? []
            return attachment
        }
        return message
    }

    /// - Returns: false where the message has nothing of the kind.
    private func damage(_ message: inout LibpstMessage, _ field: String) -> Bool {
        switch field {
        case "messageID": message.messageID += "x"
        case "subject": message.subject += "x"
        case "fromName": message.fromName += "x"
        case "fromAddress": message.fromAddress += "x"
        case "senderName": message.senderName += "x"
        case "senderAddress": message.senderAddress += "x"
        case "displayTo": message.displayTo += "; somebody"
        case "displayCc": message.displayCc += "; somebody"
        case "displayBcc": message.displayBcc += "; somebody"
        case "submitTime": message.submitTime = (message.submitTime ?? 0) + 3600
        case "deliveryTime": message.deliveryTime = nil
        case "read": message.flags ^= 1
        case "unsent": message.flags ^= 8
        case "plain": message.body = message.body.map { String($0.dropFirst()) }
        case "html": message.html = message.html.map { $0 + Array("x".utf8) }
        case "headers": message.headers = message.headers.map { String($0.dropFirst()) }
        case "attachmentCount": _ = message.attachments.popLast()
        case "attachmentName": for index in message.attachments.indices { message.attachments[index].name += "x" }
        case "attachmentKind": for index in message.attachments.indices { message.attachments[index].embedded = [] }
        case "attachmentData": for index in message.attachments.indices { message.attachments[index].data.append(0) }
        default: return false
        }
        return true
    }
}
