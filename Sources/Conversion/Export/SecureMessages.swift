internal import MAPI
internal import MIME

/// Recognises messages whose only attachment is a signed or encrypted entity — [MS-OXOSMIME] 2.1.
enum SecureMessage {
    static func isSecure(_ message: MessageObject) -> Bool {
        (message.properties.text(.messageClass)?.uppercased() ?? "").contains(".SMIME")
    }

    /// Whether the entity is written as it is.
    static func isSigned(_ message: MessageObject) -> Bool {
        isSecure(message) && message.attachments.count == 1
    }
}

extension MessageExport {
    /// The entity that the message was; nil where the attachment does not hold one.
    func secureEntity() -> OutgoingEntity? {
        guard message.attachments.count == 1, let attachment = message.attachments.first else { return nil }
        switch attachment.content {
        case .bytes, .stream: break
        case .none, .message, .storage: return nil
        }
        let start = firstPiece(attachment.content)
        guard !start.isEmpty else { return nil }
        if let entity = signedEntity(attachment.content, start: start) { return entity }
        return opaqueEntity(attachment, start: start)
    }

    /// At most ``ExportLimits/entityHeaderLength`` bytes; empty where the content cannot be read.
    private func firstPiece(_ content: AttachmentContent) -> [UInt8] {
        var pieces = ContentPieces(content, name: "")
        var result: [UInt8] = []
        while result.count < ExportLimits.entityHeaderLength, (try? pieces.advance()) == true {
            pieces.withPiece { result.append(contentsOf: $0) }
        }
        return Array(result.prefix(ExportLimits.entityHeaderLength))
    }

    /// A whole MIME entity: its fields become those of the message, its body stays byte for byte.
    private func signedEntity(_ content: AttachmentContent, start: [UInt8]) -> OutgoingEntity? {
        guard let end = Self.headerEnd(start),
            let text = String(validating: start[..<end], as: UTF8.self)
        else { return nil }
        var fields = HeaderLines()
        // Not a header of a message, so it is asked for the one field that it has to have.
        guard let parsed = TransportFields("MIME-Version: 1.0\r\n" + text),
            let type = parsed.first("content-type")
        else { return nil }
        let kind = type.text.lowercased()
        guard kind.hasPrefix("multipart/signed") || kind.hasPrefix("application/") else { return nil }
        for field in parsed.fields where field.name.hasPrefix("content-") { fields.addVerbatim(field.lines) }
        return .verbatim(content, from: end, name: "S/MIME entity", fields: fields)
    }

    /// Behind the empty line.
    private static func headerEnd(_ bytes: [UInt8]) -> Int? {
        // `Content-…`, or a field before it.
        guard let first = bytes.first, (0x41...0x5A).contains(first) || (0x61...0x7A).contains(first) else {
            return nil
        }
        var position = 0
        while position < bytes.count, let end = bytes[position...].firstIndex(of: 0x0A) {
            let line = bytes[position..<end]
            position = end + 1
            if line.isEmpty || line.elementsEqual([0x0D]) { return position }
        }
        return nil
    }

    /// CMS bytes: encrypted, or signed in one piece.
    private func opaqueEntity(_ attachment: Attachment, start: [UInt8]) -> OutgoingEntity {
        var fields = HeaderLines()
        if let stored = rootContentType, ContentTypeText.isOpaqueSMIME(stored), stored.utf8.count < 600,
            stored.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        {
            fields.add("Content-Type", tokens: ContentTypeText.words(stored))
        } else {
            let tag = attachment.properties.text(.attachMimeTag)?.lowercased()
            let type = tag == "application/x-pkcs7-mime" ? tag ?? "" : "application/pkcs7-mime"
            var parameters: [OutgoingEntity.Parameter] = []
            if let kind = Self.cmsKind(start) { parameters.append(("smime-type", kind)) }
            fields.add("Content-Type", value: type, parameters: parameters + [("name", "smime.p7m")])
        }
        fields.add("Content-Disposition", value: "attachment", parameters: [("filename", "smime.p7m")])
        return .base64(attachment.content, name: "smime.p7m", fields: fields)
    }

    /// `smime-type` from the content type of the CMS — RFC 8551 3.2.2, RFC 5652 14.
    private static func cmsKind(_ start: [UInt8]) -> String? {
        let head = start.prefix(40)
        func holds(_ identifier: [UInt8]) -> Bool {
            guard head.count >= identifier.count else { return false }
            return (0...head.count - identifier.count).contains { head[$0...].starts(with: identifier) }
        }
        let pkcs7: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07]
        if holds(pkcs7 + [2]) { return "signed-data" }
        if holds(pkcs7 + [3]) { return "enveloped-data" }
        let smime: [UInt8] = [0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01]
        if holds(smime + [9]) { return "compressed-data" }
        if holds(smime + [23]) { return "authEnveloped-data" }
        return nil
    }

    /// `multipart/encrypted` of OpenPGP, RFC 3156 4, which is two attachments here: together they can be decrypted.
    func encryptedOpenPGPEntity() -> OutgoingEntity? {
        guard rootType == "multipart/encrypted", message.attachments.count == 2,
            message.attachments[0].properties.text(.attachMimeTag)?.lowercased() == "application/pgp-encrypted"
        else { return nil }
        let parts = attachmentEntities(message.attachments, html: nil).attached
        return .multipart(
            "encrypted", boundary: key.boundary("encrypted"),
            parameters: [("protocol", "application/pgp-encrypted")], parts)
    }
}

enum ContentTypeText {
    static func isOpaqueSMIME(_ value: String) -> Bool {
        let type = value.prefix { !"; \t".contains($0) }.lowercased()
        return type == "application/pkcs7-mime" || type == "application/x-pkcs7-mime"
    }

    /// Divided where it may be folded.
    static func words(_ value: String) -> [String] {
        value.split(separator: ";").enumerated().map { index, piece in
            String(piece).singleLine + (index == value.split(separator: ";").count - 1 ? "" : ";")
        }
    }
}
