internal import MAPI
internal import MIME

/// S/MIME — [MS-OXOSMIME] 2.1.3: the message has exactly one attachment, and its bytes are what was signed.
enum SMIMEForm {
    case clearSigned
    /// Opaque signed or encrypted.
    case opaque

    init?(_ root: Part) {
        let type = root.type
        if type.isType("multipart", "signed") {
            let declared = type.parameters["protocol"]?.lowercased()
            let signature = declared ?? (root.children.count > 1 ? root.children[1].type.name : "")
            guard signature == "application/pkcs7-signature" || signature == "application/x-pkcs7-signature",
                root.children.count > 1
            else { return nil }
            self = .clearSigned
            return
        }
        guard type.type == "application" else { return nil }
        switch type.subtype {
        case "pkcs7-mime", "x-pkcs7-mime":
            // Certificates only are a file.
            if type.parameters["smime-type"]?.lowercased() == "certs-only" { return nil }
            if root.fileName?.lowercased().hasSuffix(".p7c") == true { return nil }
        case "octet-stream":
            guard root.fileName?.lowercased().hasSuffix(".p7m") == true else { return nil }
        default: return nil
        }
        self = .opaque
    }
}

extension MessageImport {
    mutating func importSMIME(_ form: SMIMEForm) {
        let root = structure.root
        switch form {
        case .clearSigned:
            setMessageClass("IPM.Note.SMIME.MultipartSigned")
            // The signed part shows in previews and searches; its attachments stay inside.
            _ = setBodies(root.children.first.map { BodySelection(root: $0).segments } ?? [])
            let field = HeaderView(bytes: source.bytes, block: root.header).first(.contentType).map { Array($0) } ?? []
            let value = field.withUnsafeBytes { LineEnds.completed($0) }
            appendSMIME(
                PartStream(
                    file: source.file, range: root.content.lowerBound..<source.range.upperBound, encoding: .identity,
                    prefix: Array("Content-Type:".utf8) + value + [0x0D, 0x0A, 0x0D, 0x0A], completesLineEnds: true),
                name: "SMIME.p7m", mimeTag: "multipart/signed")
        case .opaque:
            setMessageClass("IPM.Note.SMIME")
            message.properties[.internetCodepage] = .integer32(65001)
            let tag = root.type.subtype == "octet-stream" ? "application/pkcs7-mime" : root.type.name
            appendSMIME(
                PartStream(file: source.file, range: root.content, encoding: root.transferEncoding),
                name: "smime.p7m", mimeTag: tag)
        }
    }

    private mutating func appendSMIME(_ stream: PartStream, name: String, mimeTag: String) {
        var attachment = Attachment()
        attachment.setCommon(isInline: false)
        attachment.setName(name, description: nil, mimeType: mimeTag)
        attachment.properties[.attachMimeTag] = .string(mimeTag)
        attachment.properties[.attachTag] = .binary(Attachment.mimeTagIdentifier)
        attachment.content = noted(stream)
        message.attachments = [attachment]
    }
}
