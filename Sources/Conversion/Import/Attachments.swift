internal import MAPI
internal import MIME

/// Attachment objects — [MS-OXCMAIL] 2.2.3.4, [MS-OXCMSG] 2.2.2.
extension MessageImport {
    /// - Parameter html: the body in which inline pictures are looked up.
    mutating func setAttachments(_ items: [BodySelection.Item], html: [UInt8]?) {
        // Only what has a name of its own can be referred to.
        let needsReferences = items.contains { item in
            guard item.part.type.type == "image" else { return false }
            return item.part.contentID != nil
                || HeaderView(bytes: source.bytes, block: item.part.header).contains(.contentLocation)
        }
        let references = InlineReferences(needsReferences ? html : nil)
        var numbering = AttachmentNumbering()
        for item in items {
            append(item, references: references, numbering: &numbering)
        }
        let hidden = message.attachments.allSatisfy { $0.properties.boolean(.attachmentHidden) == true }
        if hidden && !message.attachments.isEmpty {
            message.properties[.smartNoAttachments] = .boolean(true)
        }
    }

    private mutating func append(
        _ item: BodySelection.Item, references: InlineReferences, numbering: inout AttachmentNumbering
    ) {
        let part = item.part
        switch item.form {
        case .content: break
        case .entity:
            if !isBlank(part) {
                record.report("a part of type \(part.type.name) could not be divided and was kept as a file")
                appendRaw(part.entity, mimeType: "message/rfc822", numbering: &numbering)
            }
            return
        case .leftover(let range):
            appendRaw(range, mimeType: "text/plain", numbering: &numbering)
            return
        }
        if part.isMessage, let embedded = embeddedMessage(part) {
            message.attachments.append(embedded)
            return
        }
        let view = HeaderView(bytes: source.bytes, block: part.header)
        let location = view.text(.contentLocation)
        let isInline = references.isInline(part, contentLocation: location)
        var attachment = Attachment()
        attachment.setCommon(isInline: isInline)
        let tag = part.type.isType("application", "ms-tnef") ? "application/octet-stream" : part.type.name
        let name =
            part.fileName.flatMap(AttachmentName.sanitized) ?? numbering.name(part, isInline: isInline)
        attachment.setName(name, description: view.text(.contentDescription), mimeType: part.type.name)
        attachment.properties[.attachMimeTag] = .string(tag)
        attachment.properties[.attachTag] = .binary(Attachment.mimeTagIdentifier)
        attachment.properties[.attachMimeSequence] = .integer32(Int32(truncatingIfNeeded: message.attachments.count))
        if let identifier = part.contentID { attachment.properties[.attachContentId] = .string(identifier) }
        if let location, !location.isEmpty { attachment.properties[.attachContentLocation] = .string(location) }
        if let base = view.text(.contentBase), !base.isEmpty {
            attachment.properties[.attachContentBase] = .string(base)
        }
        if part.type.type == "text", let charset = part.type.parameters["charset"], !charset.isEmpty {
            attachment.properties[.textAttachmentCharset] = .string(charset)
        }
        setTimes(of: &attachment, part)
        if part.content.count > ImportLimits.bodyLength, part.isBodyText {
            record.report("a text of \(part.content.count) bytes is too large for a body and became an attachment")
        }
        attachment.content = noted(
            PartStream(file: source.file, range: part.content, encoding: part.transferEncoding))
        message.attachments.append(attachment)
    }

    /// In memory while that is little, otherwise read from the file when it is written.
    func content(_ stream: PartStream) -> AttachmentContent {
        // A uuencoded part is decoded in one piece or not at all.
        let isLarge =
            stream.range.count > ImportLimits.streamThreshold
            || (stream.range.count > ImportLimits.smallPart
                && record.heldBytes + stream.range.count > ImportLimits.memoryBudget)
        if isLarge && stream.encoding != .uuencode { return .stream(stream) }
        let bytes = stream.bytes()
        record.heldBytes += bytes.count
        return .bytes(bytes)
    }

    /// The content of the attachment that comes next.
    func noted(_ stream: PartStream) -> AttachmentContent {
        record.noteAttachment(stream, of: path, at: message.attachments.count)
        return content(stream)
    }

    /// Bytes as they stand in the message.
    private mutating func appendRaw(_ range: Range<Int>, mimeType: String, numbering: inout AttachmentNumbering) {
        var attachment = Attachment()
        attachment.setCommon(isInline: false)
        attachment.setName(
            AttachmentName.numbered(numbering.next(), mimeType: mimeType), description: nil, mimeType: mimeType)
        attachment.properties[.attachMimeTag] = .string("application/octet-stream")
        attachment.properties[.attachTag] = .binary(Attachment.mimeTagIdentifier)
        attachment.content = noted(PartStream(file: source.file, range: range, encoding: .identity))
        message.attachments.append(attachment)
    }

    private func isBlank(_ part: Part) -> Bool {
        source.slice(part.content).allSatisfy { $0 <= 0x20 }
    }

    /// `creation-date` and `modification-date` — RFC 2183 2.4, 2.5.
    private func setTimes(of attachment: inout Attachment, _ part: Part) {
        for (parameter, tag) in [
            ("creation-date", PropertyTag.creationTime), ("modification-date", .lastModificationTime),
        ] {
            var text = part.disposition?.parameters[parameter]
            if let date = text?.withUTF8({ InternetDate(UnsafeRawBufferPointer($0)) }) {
                attachment.properties[tag] = .time(FileTime(unixSeconds: date.unixSeconds))
            } else if let submit = times.submit {
                attachment.properties[tag] = .time(submit)
            }
        }
    }
}

/// Names for the nameless, numbered within the message.
struct AttachmentNumbering {
    private var files = 0
    private var images = 0

    mutating func next() -> Int {
        files += 1
        return files
    }

    mutating func name(_ part: Part, isInline: Bool) -> String {
        if isInline {
            images += 1
            let digits = String(images)
            return "image" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
                + AttachmentName.fileExtension(ofType: part.type.name)
        }
        if part.type.isType("text", "rfc822-headers") { return "headers.txt" }
        return AttachmentName.numbered(next(), mimeType: part.type.name)
    }
}

extension Attachment {
    /// The object identifier for MIME content, on every attachment that came by internet mail.
    static let mimeTagIdentifier: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x14, 0x03, 0x0A, 0x04]
    /// 4501-01-01, which stands for "no time".
    private static let noTime = FileTime(rawValue: 0x0CB3_4557_A3DD_4000)

    /// By value; what Outlook writes on every attachment.
    mutating func setCommon(isInline: Bool, method: Int32 = 1) {
        properties.reserveCapacity(fixed: 24)
        properties[.attachMethod] = .integer32(method)
        properties[.renderingPosition] = .integer32(-1)
        properties[.attachEncoding] = .binary([])
        properties[.attachFlags] = .integer32(isInline ? 4 : 0)
        properties[.attachmentHidden] = .boolean(isInline)
        properties[.attachmentFlags] = .integer32(isInline ? 8 : 0)
        properties[.attachmentLinkId] = .integer32(0)
        properties[.exceptionStartTime] = .time(Self.noTime)
        properties[.exceptionEndTime] = .time(Self.noTime)
        properties[.attachmentContactPhoto] = .boolean(false)
    }

    mutating func setName(_ name: String, description: String?, mimeType: String) {
        let suffix = AttachmentName.fileExtension(name)
        properties[.attachLongFilename] = .string(name)
        properties[.attachFilename] = .string(name)
        properties[.attachExtension] = .string(
            suffix.isEmpty ? AttachmentName.fileExtension(ofType: mimeType) : suffix)
        properties[.displayName] = .string(description.flatMap { $0.isEmpty ? nil : $0 } ?? name)
    }
}
