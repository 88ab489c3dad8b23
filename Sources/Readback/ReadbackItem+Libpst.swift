/// From what libpst read.
extension ReadbackItem {
    /// - Parameter node: the NID, where it is known.
    public init(_ message: LibpstMessage, node: UInt32 = 0) {
        self.init()
        self.node = node
        folder = message.folder
        addFields(of: message, prefix: "")
    }

    private mutating func addFields(of message: LibpstMessage, prefix: String) {
        add(prefix + "class", message.messageClass)
        add(prefix + "subject", message.subject)
        add(prefix + "message-id", message.messageID)
        add(prefix + "from name", message.fromName)
        add(prefix + "from address", message.fromAddress)
        add(prefix + "sender name", message.senderName)
        add(prefix + "sender address", message.senderAddress)
        add(prefix + "to", message.displayTo)
        add(prefix + "cc", message.displayCc)
        add(prefix + "bcc", message.displayBcc)
        add(prefix + "submitted", message.submitTime.map { "\($0)" } ?? "")
        add(prefix + "delivered", message.deliveryTime.map { "\($0)" } ?? "")
        add(prefix + "read", message.isRead ? "yes" : "no")
        add(prefix + "unsent", message.isUnsent ? "yes" : "no")
        add(prefix + "plain body", digestOf: ComparableText.utf8(message.body ?? ""))
        add(prefix + "HTML body", digestOf: message.html ?? [])
        add(prefix + "Internet headers", digestOf: ComparableText.utf8(message.headers ?? ""))
        add(prefix + "attachments", "\(message.attachments.count)")
        for (position, attachment) in message.attachments.enumerated() {
            let start = prefix + "attachment \(position + 1)"
            add(start + " name", attachment.name)
            add(start + " method", "\(attachment.method)")
            add(start + " content-id", attachment.contentID)
            add(start + " type", attachment.mimeType)
            add(start + " data", digestOf: attachment.data)
            for inner in attachment.embedded { addFields(of: inner, prefix: start + " > ") }
        }
    }
}
