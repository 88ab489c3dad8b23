internal import MAPI
internal import MIME

/// `winmail.dat` — [MS-OXCMAIL] 2.2.3.4.3, [MS-OXTNEF].
extension MessageImport {
    /// The TNEF part of the message: all of it, or the last part of its `multipart/mixed`.
    var encapsulationPart: Part? {
        let root = structure.root
        let part: Part? = root.isMultipart ? (root.type.subtype == "mixed" ? root.children.last : nil) : root
        guard let part, part.isEncapsulation, part.content.count <= ImportLimits.interpretedPartLength else {
            return nil
        }
        return part
    }

    /// Unpacks the part; nil where it is damaged or belongs to another message. It then stays an attachment.
    func unpack(_ part: Part) -> MessageObject? {
        let bytes = TransferDecoder.decode(source.slice(part.content), part.transferEncoding)
        guard bytes.withUnsafeBytes({ TNEFMessage.hasSignature($0) }) else {
            if part.type.subtype == "ms-tnef" { record.report("the winmail.dat of the message is damaged") }
            return nil
        }
        do {
            let unpacked = try TNEFMessage(bytes: bytes)
            if let key = unpacked.correlationKey, let stated = header.literal(.tnefCorrelator), !stated.isEmpty,
                !key.filter({ $0 != 0 }).elementsEqual(stated.utf8)
            {
                record.report("the winmail.dat belongs to another message and was kept as a file")
                return nil
            }
            record.heldBytes += bytes.count
            for problem in unpacked.problems { record.report(problem) }
            return unpacked.message
        } catch {
            record.report("the winmail.dat of the message is damaged and was kept as a file: \(error)")
            return nil
        }
    }

    /// Body, class, named properties and attachments come from the TNEF; envelope, recipients and transport headers
    /// from the header.
    mutating func merge(_ inner: MessageObject) {
        for (tag, value) in inner.properties.fixed {
            if Self.winning.contains(tag.id) || !message.properties.fixed.contains(where: { $0.tag.id == tag.id }) {
                message.properties[tag] = value
            }
        }
        for (name, value) in inner.properties.named { message.properties[name] = value }
        if inner.properties.binary(.conversationIndex) != nil {
            // The sender's index has its own conversation, or none.
            message.properties[.conversationIndexTracking] = inner.properties[.conversationIndexTracking]
        }
        record.moveOrigins(of: path, by: inner.attachments.count)
        message.attachments = inner.attachments + message.attachments
        if (message.properties.string(.messageClass) ?? "").hasPrefix("IPM.Schedule.Meeting.") {
            // Outlook would put an unprocessed request into the calendar when it is looked at.
            message.properties[.processed] = .boolean(true)
            message.properties[.flagStatus] = nil
        }
    }

    /// True where the TNEF brings a body of its own.
    static func hasBody(_ inner: MessageObject) -> Bool {
        inner.properties[.body] != nil || inner.properties[.html] != nil || inner.properties[.rtfCompressed] != nil
    }

    private static let winning: Set<UInt16> = Set(
        [
            PropertyTag.messageClass, .body, .html, .rtfCompressed, .rtfInSync, .nativeBody, .internetCodepage,
            .conversationIndex, .conversationTopic, .importance, .priority, .sensitivity,
        ].map(\.id))
}

extension Part {
    fileprivate var isEncapsulation: Bool {
        if type.isType("application", "ms-tnef") || type.isType("application", "vnd.ms-tnef") { return true }
        let name = fileName?.lowercased()
        return name == "winmail.dat" || name == "win.dat"
    }
}
