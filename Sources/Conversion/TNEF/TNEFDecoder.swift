internal import MAPI

/// Makes message objects of TNEF streams, level by level.
struct TNEFDecoder {
    let verifyingChecksums: Bool
    private(set) var correlationKey: [UInt8]?
    private(set) var problems: [String] = []

    init(verifyingChecksums: Bool) {
        self.verifyingChecksums = verifyingChecksums
    }

    mutating func message(_ stream: TNEFReader, depth: Int) throws(TNEFError) -> MessageObject {
        guard depth <= TNEFLimits.depth else {
            throw TNEFError(
                structure: .embeddedMessage, offset: stream.offset, found: depth, expected: TNEFLimits.depth)
        }
        let attributes = try TNEFAttribute.all(of: stream, verifyingChecksums: verifyingChecksums)
        let codePage = try Self.codePage(attributes)
        var list = TNEFPropertyList(codePage: codePage)
        var old = TNEFMessageAttributes(codePage: codePage)
        var recipients: [Recipient] = []
        var attachments: [TNEFAttachment] = []
        for attribute in attributes {
            var reader = attribute.reader
            if attribute.isOfAttachment {
                // Some writers leave the rendering data out, which should begin an attachment.
                if attribute.identifier == .attachmentRendering || attachments.isEmpty {
                    attachments.append(TNEFAttachment(codePage: codePage))
                }
                try attachments[attachments.count - 1].add(attribute)
            } else if attribute.identifier == .messageProperties {
                try list.add(&reader)
            } else if attribute.identifier == .recipientTable {
                // The outermost message has its recipients from the MIME header.
                if depth > 0 { recipients = try self.recipients(&reader, codePage: codePage) }
            } else {
                try old.add(attribute)
            }
        }
        var message = MessageObject()
        message.properties = finished(list, old, codePage: codePage, depth: depth)
        message.recipients = recipients
        for attachment in attachments {
            message.attachments.append(try finished(attachment, depth: depth))
        }
        return message
    }

    /// attOemCodepage, [MS-OXTNEF] 2.1.3.3: the first of two numbers; windows-1252 where it is missing.
    private static func codePage(_ attributes: [TNEFAttribute]) throws(TNEFError) -> Int32 {
        for attribute in attributes where attribute.identifier == .codePage {
            var reader = attribute.reader
            if let number = Int32(exactly: try reader.word32(.attribute)), number > 0 { return number }
        }
        return CodePage.windows1252
    }

    private mutating func finished(
        _ list: TNEFPropertyList, _ old: TNEFMessageAttributes, codePage: Int32, depth: Int
    ) -> PropertyBag {
        var properties = list.properties
        problems.append(contentsOf: list.skipped)
        if depth == 0 { correlationKey = properties.binary(.tnefCorrelationKey) }
        old.apply(to: &properties, isEmbedded: depth > 0)
        for entry in properties.fixed where TNEFDiscardedProperties.contains(entry.tag.id, isEmbedded: depth > 0) {
            properties[entry.tag] = nil
        }
        if properties.string(.messageClass) == nil { properties[.messageClass] = .string("IPM.Note") }
        if depth > 0 {
            // Without the unsent flag, or Outlook would open it for editing.
            properties[.messageFlags] = .integer32(MessageFlags.read.rawValue)
        } else {
            Self.silence(&properties)
        }
        if list.hasCodePageHTML { properties[.internetCodepage] = .integer32(codePage) }
        problems.append(contentsOf: TNEFBody.complete(&properties, codePage: codePage))
        return properties
    }

    /// An old appointment must neither remind nor get into the calendar once more when it is opened.
    private static func silence(_ properties: inout PropertyBag) {
        if properties[.reminderSet] != nil { properties[.reminderSet] = .boolean(false) }
        if let name = properties.string(.messageClass), name.lowercased().hasPrefix("ipm.schedule.meeting.") {
            properties[.processed] = .boolean(true)
        }
    }

    private mutating func finished(_ attachment: TNEFAttachment, depth: Int) throws(TNEFError) -> Attachment {
        problems.append(contentsOf: attachment.skipped)
        var result = Attachment()
        result.properties = attachment.properties
        if let object = attachment.object, object.interface == .messageInterface {
            let stream = TNEFReader(object.content, base: object.offset)
            let inner = try message(stream, depth: depth + 1)
            if result.properties.string(.displayName) == nil {
                result.properties[.displayName] = inner.properties[.subject]
            }
            result.properties[.attachMethod] = .integer32(5)
            result.content = .message(inner)
            return result
        }
        let (content, method) = attachment.content()
        result.content = content
        result.properties[.attachMethod] = .integer32(method)
        return result
    }

    private func recipients(_ reader: inout TNEFReader, codePage: Int32) throws(TNEFError) -> [Recipient] {
        let start = reader.offset
        let count = Int(try reader.word32(.recipientTable))
        guard count <= TNEFLimits.recipients else {
            throw TNEFError(structure: .recipientTable, offset: start, found: count, expected: TNEFLimits.recipients)
        }
        var result: [Recipient] = []
        for order in 0..<count {
            var list = TNEFPropertyList(codePage: codePage)
            try list.add(&reader)
            result.append(TNEFRecipient.row(list.properties, order: order))
        }
        return result
    }
}

extension GUID {
    /// IID_IMessage: an embedded message, as a TNEF stream of its own.
    static let messageInterface = GUID(0x0002_0307, 0, 0, tail: 0xC000_0000_0000_0046)
    /// IID_IStorage: an OLE compound file.
    static let storageInterface = GUID(0x0000_000B, 0, 0, tail: 0xC000_0000_0000_0046)
}

extension NamedProperty {
    /// PidLidReminderSet.
    static let reminderSet = NamedProperty(set: .psetidCommon, identifier: 0x8503)
}

extension PropertyTag {
    static let tnefCorrelationKey = PropertyTag(rawValue: 0x007F_0102)
}
