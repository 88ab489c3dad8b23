import BinaryIO
import MAPI
public import MailStore

/// What an item says, for items that do not tell where they are from.
public enum ItemContent {
    /// SHA-256 over message-ID, subject, times, sender, recipients, text and attachments; the same for two copies of one
    /// item, whatever has been made of their flags. nil for a message that is not an item of a PST.
    public static func key(of message: StoredMessage) -> [UInt8]? {
        guard case .mapi(let object) = message.content else { return nil }
        let sha = SHA256()
        func add(_ text: String?) {
            let bytes = Array((text ?? "").utf8)
            var length: [UInt8] = []
            length.append(littleEndian: UInt32(truncatingIfNeeded: bytes.count))
            (length + bytes).withUnsafeBytes { sha.update($0) }
        }
        let properties = object.properties
        let texts: [PropertyTag] = [
            .internetMessageId, .messageClass, .subject, .senderName, .senderEmailAddress, .body,
        ]
        for tag in texts { add(properties.string(tag)) }
        for tag in [PropertyTag.messageDeliveryTime, .clientSubmitTime] {
            add(properties.time(tag).map { String($0.rawValue) })
        }
        for recipient in object.recipients { add(recipient.properties.string(.displayName)) }
        for attachment in object.attachments {
            add(attachment.properties.string(.attachLongFilename) ?? attachment.properties.string(.attachFilename))
            if case .bytes(let bytes) = attachment.content { bytes.withUnsafeBytes { sha.update($0) } }
        }
        return sha.finish()
    }
}
