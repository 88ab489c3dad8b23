internal import BinaryIO
internal import MAPI
internal import MIME

/// `message/rfc822` parts as embedded messages — [MS-OXCMAIL] 2.2.3.4.2.
extension MessageImport {
    /// nil where the part is no message, or too deep or too large to be taken apart: it is then a file.
    func embeddedMessage(_ part: Part) -> Attachment? {
        guard depth < ImportLimits.embeddedDepth else {
            record.report("messages nested more than \(ImportLimits.embeddedDepth) deep were kept as files")
            return nil
        }
        let inner: MessageObject?
        if part.transferEncoding == .identity {
            inner = convert(MessageSource(file: source.file, bytes: source.bytes, range: part.content))
        } else {
            // Forbidden by RFC 2046 5.2.1, and done.
            guard part.content.count <= ImportLimits.encodedMessageLength else {
                record.report("an encoded message of \(part.content.count) bytes was kept as a file")
                return nil
            }
            let decoded = TransferDecoder.decode(source.slice(part.content), part.transferEncoding)
            record.heldBytes += decoded.count
            let file = decoded.withUnsafeBytes { MappedFile(copying: $0) }
            inner = file.withUnsafeBytes { convert(MessageSource(file: file, bytes: $0, range: 0..<$0.count)) }
        }
        guard let inner else {
            record.report("an attached message has no header and was kept as a file")
            return nil
        }
        var attachment = Attachment()
        attachment.setCommon(isInline: false, method: 5)
        let view = HeaderView(bytes: source.bytes, block: part.header)
        let described = view.text(.contentDescription).flatMap { $0.isEmpty ? nil : $0 }
        let subject = inner.properties.string(.subject) ?? ""
        attachment.properties[.displayName] = .string(described ?? (subject.isEmpty ? "Message" : subject))
        attachment.content = .message(inner)
        return attachment
    }

    private func convert(_ inner: MessageSource) -> MessageObject? {
        var work = MessageImport(
            source: inner, options: options, placement: .embedded(times.delivery),
            path: path + [message.attachments.count], record: record)
        guard !work.header.block.fields.isEmpty else { return nil }
        return work.run()
    }
}
