import BinaryIO
public import MAPI
internal import MIME
public import MailStore

/// Looks into messages of every kind for what people look for them by.
public struct MessageContentInspector: MessageInspector {
    public init() {}

    public func summary(of message: StoredMessage) -> MessageSummary {
        switch message.content {
        case .internet(let file): file.withUnsafeBytes { Self.summary(ofInternetMessage: $0, file) }
        case .mapi(let object): MessageSummary(object)
        case .produced(let producer): producer.summary
        }
    }

    private static func summary(ofInternetMessage bytes: UnsafeRawBufferPointer, _ file: MappedFile) -> MessageSummary {
        let structure = MessageStructure(bytes) { file.discard($0) }
        let header = HeaderView(bytes: bytes, block: structure.root.header)
        var summary = MessageSummary()
        summary.subject = header.text(.subject) ?? ""
        summary.from = (header.mailboxes(.from).first ?? header.mailboxes(.sender).first).map(text) ?? ""
        summary.messageID = header.literal(.messageID) ?? ""
        summary.date = header.date(.date).map { FileTime(unixSeconds: $0.unixSeconds) }
        addAttachments(of: structure.root, isWithinText: false, to: &summary.attachments)
        return summary
    }

    private static func text(_ mailbox: Mailbox) -> String {
        MessageSummary.text(name: mailbox.displayName, address: mailbox.address)
    }

    /// What has a name or is said to be an attachment, or is neither text nor part of the text. Depth is bounded by the
    /// structure's own limit.
    private static func addAttachments(of part: Part, isWithinText: Bool, to names: inout [String]) {
        guard part.children.isEmpty else {
            let isRelated = part.type.subtype == "related"
            for (index, child) in part.children.enumerated() {
                addAttachments(of: child, isWithinText: isWithinText || (isRelated && index > 0), to: &names)
            }
            return
        }
        let name = part.fileName
        let isInText = isWithinText && part.contentID != nil
        let isFile = name != nil || part.disposition?.isAttachment == true || part.type.type != "text"
        if isFile && !part.isMultipart && !isInText { names.append(name ?? "") }
    }
}

extension MessageSummary {
    /// Of an item, as its properties tell.
    public init(_ object: MessageObject) {
        self.init()
        let properties = object.properties
        subject = properties.text(.subject).map(SubjectMark.removed) ?? properties.text(.normalizedSubject) ?? ""
        let name = properties.text(.sentRepresentingName) ?? properties.text(.senderName)
        let address =
            properties.text(.sentRepresentingSmtpAddress) ?? properties.text(.senderSmtpAddress)
            ?? properties.text(.sentRepresentingEmailAddress) ?? properties.text(.senderEmailAddress)
        from = Self.text(name: name ?? "", address: address ?? "")
        messageID = properties.text(.internetMessageId) ?? ""
        date = properties.time(.clientSubmitTime)
        attachments = object.attachments.filter { $0.properties.boolean(.attachmentHidden) != true }.map { attachment in
            attachment.properties.text(.attachLongFilename) ?? attachment.properties.text(.attachFilename)
                ?? attachment.properties.text(.displayName) ?? ""
        }
    }

    static func text(name: String, address: String) -> String {
        if address.isEmpty || address == name { return name }
        return name.isEmpty ? address : "\(name) <\(address)>"
    }
}

/// A stored subject may begin with a mark and the length of its prefix — [MS-PST] 2.5.3.1.1.1.
enum SubjectMark {
    static func removed(_ subject: String) -> String {
        guard subject.unicodeScalars.first?.value == 1 else { return subject }
        return String(String.UnicodeScalarView(subject.unicodeScalars.dropFirst(2)))
    }
}
