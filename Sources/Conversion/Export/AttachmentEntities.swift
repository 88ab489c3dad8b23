internal import MAPI
internal import MIME

/// Attachments as parts — [MS-OXCMAIL] 2.1.3.4.
extension MessageExport {
    /// - Parameter html: the body in which inline pictures are looked up.
    /// - Returns: pictures that the HTML shows, and everything else, each in the order of the message.
    func attachmentEntities(
        _ attachments: [Attachment], html: [UInt8]?
    ) -> (inline: [OutgoingEntity], attached: [OutgoingEntity]) {
        var inline: [OutgoingEntity] = []
        var attached: [OutgoingEntity] = []
        let references = InlineReferences(attachments.isEmpty ? nil : html)
        let hasExceptions = attachments.contains(where: CalendarEvent.isException)
        // They are in the calendar data, where there is some that can hold them.
        let writesExceptions = hasExceptions && !CalendarEvent(self, method: nil).isSeries
        for (number, attachment) in attachments.enumerated() {
            if CalendarEvent.isException(attachment), !writesExceptions { continue }
            // The flags of an attachment are not to be trusted: what nothing shows would be lost to its reader.
            let isInline = references.contains(
                contentID: contentID(attachment), contentLocation: attachment.properties.text(.attachContentLocation))
            let entity = entity(attachment, number: number, isInline: isInline)
            if isInline, case .base64 = entity.content { inline.append(entity) } else { attached.append(entity) }
        }
        return (inline, attached)
    }

    private func entity(_ attachment: Attachment, number: Int, isInline: Bool) -> OutgoingEntity {
        let name = AttachmentFileName(attachment, number: number)
        switch attachment.content {
        case .message(let inner): return embedded(inner, attachment, number: number)
        case .none: return reference(attachment, name: name)
        case .storage(let bytes): return storage(attachment, bytes, name: name, isInline: isInline)
        case .bytes(let bytes) where name.isFieldLike:
            return fields(attachment, bytes, name: name)
        case .bytes, .stream:
            return file(attachment, name: name.text, type: name.mimeType, isInline: isInline)
        }
    }

    /// Content of type `message/…` may not be encoded (RFC 2045 6.4): in its own type where it can travel as it is.
    private func fields(_ attachment: Attachment, _ bytes: [UInt8], name: AttachmentFileName) -> OutgoingEntity {
        guard bytes.count <= ExportLimits.fieldsLength,
            let entity = OutgoingEntity.sevenBit(bytes, type: name.declaredType, name: name.text)
        else { return file(attachment, name: name.text, type: name.mimeType, isInline: false) }
        return entity
    }

    private func file(_ attachment: Attachment, name: String, type: String, isInline: Bool) -> OutgoingEntity {
        let properties = attachment.properties
        var fields = HeaderLines()
        var typeParameters: [OutgoingEntity.Parameter] = []
        if type.hasPrefix("text/"), let charset = properties.text(.textAttachmentCharset) {
            let token = charset.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:+".contains($0)) }
            if !token.isEmpty, token.utf8.count <= 40 { typeParameters.append(("charset", token)) }
        }
        // For readers that do not know RFC 2231; a second `filename` would be an error to those that do.
        typeParameters.append(("name", AttachmentFileName.asciiForm(name)))
        fields.add("Content-Type", value: type, parameters: typeParameters)
        fields.add(
            "Content-Disposition", value: isInline ? "inline" : "attachment",
            parameters: [("filename", name)] + dates(properties))
        if let identifier = contentID(attachment) { fields.add("Content-ID", tokens: ["<\(identifier)>"]) }
        if let location = properties.text(.attachContentLocation), isInline {
            fields.add("Content-Location", text: location.boundedLine)
        }
        return .base64(attachment.content, name: name, fields: fields)
    }

    /// An OLE object: the file in it where there is one that people can open, else the object.
    private func storage(
        _ attachment: Attachment, _ bytes: [UInt8], name: AttachmentFileName, isInline: Bool
    ) -> OutgoingEntity {
        guard let document = OLEDocument(bytes) else {
            return file(
                attachment, name: name.withExtension(".ole"), type: "application/x-ole-storage", isInline: isInline)
        }
        var unpacked = attachment
        unpacked.content = .bytes(document.bytes)
        let own = document.name.map(\.boundedLine).flatMap { $0.isEmpty ? nil : $0 }
        let text = own ?? name.withExtension(document.fileExtension)
        return file(unpacked, name: text, type: AttachmentFileName.mimeType(ofName: text), isInline: isInline)
    }

    /// RFC 2183 2.4, 2.5.
    private func dates(_ properties: PropertyBag) -> [OutgoingEntity.Parameter] {
        [("creation-date", PropertyTag.creationTime), ("modification-date", .lastModificationTime)].compactMap {
            entry in
            properties.time(entry.1).flatMap { InternetDate.text(unixSeconds: $0.unixSeconds) }.map { (entry.0, $0) }
        }
    }

    private func contentID(_ attachment: Attachment) -> String? {
        guard let text = attachment.properties.text(.attachContentId)?.singleLine else { return nil }
        return MessageIdentifier.inner(text)
    }

    // MARK: Embedded messages

    private func embedded(_ inner: MessageObject, _ attachment: Attachment, number: Int) -> OutgoingEntity {
        let shown = attachment.properties.text(.displayName)?.boundedLine
        guard depth < ExportLimits.embeddedDepth else {
            record.report("messages nested more than \(ExportLimits.embeddedDepth) deep were left out")
            return .text("A message nested too deeply was left out.\r\n", type: "text/plain")
        }
        let export = MessageExport(message: inner, key: key.embedded(number), depth: depth + 1, record: record)
        if case .contact = ItemKind(export.messageClass) { return export.cardEntity(attachedAs: shown) }
        var fields = HeaderLines()
        let subject = inner.properties.text(.subject)?.singleLine
        if let shown, shown != subject { fields.add("Content-Description", text: shown) }
        fields.add("Content-Disposition", text: "attachment")
        return .message(export.composed(), adding: fields)
    }

    // MARK: References

    /// An attachment that is somewhere else: a small file that says where — methods 2, 3, 4 and 7.
    private func reference(_ attachment: Attachment, name: AttachmentFileName) -> OutgoingEntity {
        let properties = attachment.properties
        let target = (properties.text(.attachLongPathname) ?? properties.text(.attachPathname))?.boundedLine
        guard let target else {
            record.report("the attachment \"\(name.text)\" has no data")
            return file(attachment, name: name.text, type: name.mimeType, isInline: false)
        }
        record.report("the attachment \"\(name.text)\" is only a reference to \(target)")
        var file = attachment
        let isLink = target.contains("://")
        let text = isLink ? "[InternetShortcut]\r\nURL=\(target)\r\n" : target + "\r\n"
        file.content = .bytes(Array(text.utf8))
        file.properties[.textAttachmentCharset] = .string("utf-8")
        return self.file(
            file, name: name.text + (isLink ? ".url" : ".txt"), type: "text/plain", isInline: false)
    }
}

/// The name and type of an attachment — [MS-OXCMAIL] 2.1.3.4.1.
struct AttachmentFileName {
    let text: String
    let mimeType: String
    /// As the attachment says, in lower case.
    let declaredType: String

    /// Reports and the like, but not messages: what is one by value could not be read as such.
    var isFieldLike: Bool {
        declaredType.hasPrefix("message/") && !["message/rfc822", "message/global"].contains(declaredType)
            && declaredType.dropFirst(8).utf8.allSatisfy(Self.isToken) && declaredType.utf8.count <= 100
            && declaredType.utf8.count > 8
    }

    init(_ attachment: Attachment, number: Int) {
        let properties = attachment.properties
        let stored =
            properties.text(.attachLongFilename) ?? properties.text(.attachFilename)
            ?? properties.text(.displayName)
        let tag = properties.text(.attachMimeTag)?.lowercased()
        let known = stored.map(\.boundedLine).flatMap { $0.isEmpty ? nil : $0 }
        declaredType = tag ?? ""
        mimeType = Self.mimeType(tag, name: known ?? "")
        text = known ?? AttachmentName.numbered(number + 1, mimeType: mimeType)
    }

    func withExtension(_ suffix: String) -> String { text.lowercased().hasSuffix(suffix) ? text : text + suffix }

    /// What the extension of a name stands for.
    static func mimeType(ofName name: String) -> String { mimeType(nil, name: name) }

    /// What is no token, and types whose content may not be encoded in base64 (RFC 2045 6.4), is just bytes.
    private static func mimeType(_ tag: String?, name: String) -> String {
        guard let tag else { return byExtension[AttachmentName.fileExtension(name).lowercased()] ?? bytes }
        let halves = tag.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2,
            halves.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 100 && $0.utf8.allSatisfy(isToken) }),
            halves[0] != "multipart", halves[0] != "message", tag != "application/ms-tnef"
        else { return bytes }
        return tag
    }

    private static let bytes = "application/octet-stream"

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7E: true
        default: false
        }
    }

    /// Every character that is not ASCII as one underscore.
    static func asciiForm(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            result.unicodeScalars.append(scalar.isASCII && scalar.value >= 0x20 && scalar.value < 0x7F ? scalar : "_")
        }
        return result
    }

    private static let byExtension: [String: String] = [
        ".txt": "text/plain", ".htm": "text/html", ".html": "text/html", ".csv": "text/csv", ".ics": "text/calendar",
        ".vcf": "text/vcard", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif",
        ".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff", ".svg": "image/svg+xml",
        ".pdf": "application/pdf", ".zip": "application/zip", ".rtf": "application/rtf", ".xml": "application/xml",
        ".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint",
        ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ".mp3": "audio/mpeg", ".wav": "audio/wav", ".mp4": "video/mp4",
    ]
}

extension PropertyTag {
    /// PidTagAttachPathname — [MS-OXCMSG] 2.2.2.16.
    static let attachPathname = PropertyTag(rawValue: 0x3708_001F)
}
