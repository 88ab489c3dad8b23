import BinaryIO
public import MAPI

/// From a message object: one that our own reader read, or one that a source was converted to.
extension ReadbackItem {
    /// - Parameters:
    ///   - isStored: true for an object that was read from a PST; false for one on its way there, to which is done what
    ///     storing it does (subjects and names are cut, display lists made from the recipients).
    ///   - folder: the folder in the PST, names from the top of the mail tree.
    /// - Throws: what reading a streamed attachment throws.
    public init(_ message: MessageObject, isStored: Bool, folder: [String], node: UInt32 = 0) throws {
        self.init()
        self.node = node
        self.folder = folder
        try addFields(of: message, isStored: isStored, prefix: "", depth: 0)
    }

    private static let depth = 40
    /// UTF-16 units that a PST's subject has beside its two marks, and that a name has.
    private static let subjectLength = 253
    private static let nameLength = 255

    private mutating func addFields(of message: MessageObject, isStored: Bool, prefix: String, depth: Int) throws {
        guard depth < Self.depth else { return }
        let properties = message.properties
        func text(_ tag: PropertyTag) -> String { Self.text(properties, tag) }
        func name(_ tag: PropertyTag) -> String {
            isStored ? text(tag) : Self.cut(text(tag), to: Self.nameLength)
        }
        let type = text(.messageClass)
        add(prefix + "class", type.isEmpty && !isStored ? "IPM.Note" : type)
        add(prefix + "subject", Self.subject(text(.subject), isStored: isStored))
        add(prefix + "message-id", text(.internetMessageId))
        add(prefix + "from name", name(.sentRepresentingName))
        add(prefix + "from address", text(.sentRepresentingEmailAddress))
        add(prefix + "sender name", name(.senderName))
        add(prefix + "sender address", text(.senderEmailAddress))
        for (field, tag, type) in [
            ("to", PropertyTag.displayTo, Int32(1)), ("cc", .displayCc, 2), ("bcc", .displayBcc, 3),
        ] {
            add(prefix + field, isStored ? text(tag) : Self.displayList(message.recipients, type))
        }
        add(prefix + "submitted", properties.time(.clientSubmitTime).map { "\($0.unixSeconds)" } ?? "")
        add(prefix + "delivered", properties.time(.messageDeliveryTime).map { "\($0.unixSeconds)" } ?? "")
        let flags = MessageFlags(rawValue: properties.integer32(.messageFlags) ?? 0)
        add(prefix + "read", flags.contains(.read) ? "yes" : "no")
        add(prefix + "unsent", flags.contains(.unsent) ? "yes" : "no")
        add(prefix + "plain body", digestOf: ComparableText.utf8(text(.body)))
        add(prefix + "HTML body", digestOf: Self.html(properties))
        add(prefix + "Internet headers", digestOf: ComparableText.utf8(text(.transportMessageHeaders)))
        add(prefix + "attachments", "\(message.attachments.count)")
        for (position, attachment) in message.attachments.enumerated() {
            try add(attachment, isStored: isStored, prefix: prefix + "attachment \(position + 1)", depth: depth)
        }
    }

    private mutating func add(_ attachment: Attachment, isStored: Bool, prefix: String, depth: Int) throws {
        let properties = attachment.properties
        let long = Self.text(properties, .attachLongFilename)
        add(prefix + " name", long.isEmpty ? Self.text(properties, .attachFilename) : long)
        let stored = properties.integer32(.attachMethod)
        let method: Int32
        switch attachment.content {
        case .none: method = stored ?? 0
        case .bytes, .stream: method = isStored ? stored ?? 1 : 1
        case .message: method = 5
        case .storage: method = 6
        }
        add(prefix + " method", "\(method)")
        add(prefix + " content-id", Self.text(properties, .attachContentId))
        add(prefix + " type", Self.text(properties, .attachMimeTag))
        switch attachment.content {
        case .none: break
        case .bytes(let bytes), .storage(let bytes): add(prefix + " data", digestOf: bytes)
        case .stream(let stream): add(prefix + " data", digestOf: try Self.contents(of: stream))
        case .message(let inner):
            try addFields(of: inner, isStored: isStored, prefix: prefix + " > ", depth: depth + 1)
        }
    }

    /// PidTagHtml, which old programs stored as a string.
    private static func html(_ properties: PropertyBag) -> [UInt8] {
        let id = PropertyTag.html.id
        if let bytes = properties.binary(.html) { return ComparableText.upToNUL(bytes) }
        if let text = properties.string(PropertyTag(id: id, type: .string)) { return ComparableText.utf8(text) }
        if case .string8(let bytes)? = properties[PropertyTag(id: id, type: .string8)] {
            return ComparableText.upToNUL(bytes)
        }
        return []
    }

    /// libpst holds each attachment as a whole too.
    private static func contents(of stream: any AttachmentStream) throws -> [UInt8] {
        var reader = stream.makeReader()
        var result: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = try reader.read(into: buffer)
            guard count > 0 else { return result }
            result += buffer[..<count]
        }
    }

    private static func text(_ properties: PropertyBag, _ tag: PropertyTag) -> String {
        if let text = properties.string(tag) { return cutAtNUL(text) }
        if case .string8(let bytes)? = properties[PropertyTag(id: tag.id, type: .string8)] {
            return cutAtNUL(String(decoding: bytes, as: UTF8.self))
        }
        return ""
    }

    private static func cutAtNUL(_ text: String) -> String {
        text.utf8.contains(0) ? String(decoding: ComparableText.utf8(text), as: UTF8.self) : text
    }

    private static func subject(_ text: String, isStored: Bool) -> String {
        guard !isStored else {
            // The mark of the prefix, where the reader has left it in place.
            return text.unicodeScalars.first == "\u{1}"
                ? String(String.UnicodeScalarView(text.unicodeScalars.dropFirst(2))) : text
        }
        return cut(String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 })), to: subjectLength)
    }

    private static func cut(_ text: String, to length: Int) -> String {
        guard text.utf16.count > length else { return text }
        var result = String.UnicodeScalarView()
        var count = 0
        for scalar in text.unicodeScalars {
            count += UTF16.width(scalar)
            if count > length { break }
            result.append(scalar)
        }
        return String(result)
    }

    private static func displayList(_ recipients: [Recipient], _ type: Int32) -> String {
        let names = recipients.compactMap { recipient -> String? in
            let properties = recipient.properties
            guard (properties.integer32(.recipientType) ?? 1) & 15 == type else { return nil }
            let name = properties.string(.displayName) ?? ""
            let address = properties.string(.emailAddress) ?? properties.string(.smtpAddress) ?? ""
            return cut(name.isEmpty ? address : name, to: nameLength)
        }
        return names.joined(separator: "; ")
    }
}
