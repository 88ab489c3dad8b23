internal import MAPI
internal import MIME

/// Delivery reports and read receipts — [MS-OXCMAIL] 2.2.3.7.
extension MessageImport {
    /// nil where the message is no report, or one that cannot be read: it is then an ordinary message.
    func report() -> Report? {
        let root = structure.root
        let candidates = root.type.isType("multipart", "report") ? root.children : [root]
        for part in candidates {
            guard part.type.type == "message", part.content.count <= ImportLimits.interpretedPartLength else {
                continue
            }
            let bytes: () -> [UInt8] = { TransferDecoder.decode(source.slice(part.content), part.transferEncoding) }
            switch part.type.subtype {
            case "delivery-status", "global-delivery-status":
                if root.isMultipart, let found = DeliveryReport(statusPart: bytes()) {
                    return Report(kind: .delivery(found), part: part)
                }
            case "disposition-notification", "global-disposition-notification":
                if let found = DispositionReport(part: bytes()) { return Report(kind: .disposition(found), part: part) }
            default: continue
            }
        }
        return nil
    }

    /// The properties of the report, and of the message it is about as far as that came back with it.
    mutating func apply(_ report: Report) {
        switch report.kind {
        case .delivery(let delivery): delivery.apply(to: &message)
        case .disposition(let disposition): disposition.apply(to: &message)
        }
        message.properties[.reportTime] = .time(times.submit ?? times.delivery)
        // A whole message that came back is an attachment by now, which the report has looked at.
        if let headers = structure.root.children.last(where: { $0.type.isType("text", "rfc822-headers") }) {
            setOriginal(headers)
        }
    }

    private mutating func setOriginal(_ part: Part) {
        if part.transferEncoding == .identity {
            setOriginal(
                HeaderView(
                    bytes: source.bytes,
                    block: MessageStructure(source.bytes, range: part.content).root.header))
            return
        }
        guard part.content.count <= ImportLimits.interpretedPartLength else { return }
        TransferDecoder.decode(source.slice(part.content), part.transferEncoding).withUnsafeBytes { bytes in
            setOriginal(HeaderView(bytes: bytes, block: MessageStructure(bytes).root.header))
        }
    }

    private mutating func setOriginal(_ original: HeaderView) {
        func set(_ tag: PropertyTag, _ text: String?) {
            if let text, !text.isEmpty, message.properties[tag] == nil { message.properties[tag] = .string(text) }
        }
        func names(_ field: FieldName) -> String {
            original.mailboxes(field).map(\.shownName).joined(separator: "; ")
        }
        set(.originalSubject, original.text(.subject))
        set(.originalSenderName, original.mailboxes(.from).first?.shownName)
        set(.originalDisplayTo, names(.to))
        set(.originalDisplayCc, names(.cc))
        if let date = original.date(.date) {
            message.properties[.originalSubmitTime] = .time(FileTime(unixSeconds: date.unixSeconds))
        }
        // Shares its id with the return path, which says little on a report.
        if let identifier = original.literal(.messageID), !identifier.isEmpty {
            message.properties[.originalMessageId] = .string(identifier)
        }
    }
}

struct Report {
    enum Kind {
        case delivery(DeliveryReport)
        case disposition(DispositionReport)
    }

    let kind: Kind
    /// The machine-readable part, which becomes properties instead of an attachment.
    let part: Part
}
