internal import BinaryIO
internal import MAPI
internal import MIME

/// Reports as `multipart/report` — [MS-OXCMAIL] 2.1.3.6, RFC 6522.
extension MessageExport {
    func reportEntity(_ kind: ReportKind) -> OutgoingEntity {
        var alternatives = bodyAlternatives()
        if alternatives.isEmpty {
            alternatives = [BodyAlternative(entity: .text(explanation(kind), type: "text/plain"))]
        }
        let html = alternatives.lazy.compactMap(\.html).first
        var rest = message.attachments
        let original = rest.firstIndex(where: isOriginal).map { rest.remove(at: $0) }
        var parts = [body(alternatives), machineReadable(kind)]
        // Numbered behind all others, so that its key is its own.
        if let original {
            let only = MessageExport(
                message: message, key: key.embedded(message.attachments.count), depth: depth, record: record)
            parts.append(contentsOf: only.attachmentEntities([original], html: nil).attached)
        }
        let type: String
        if case .delivery = kind { type = "delivery-status" } else { type = "disposition-notification" }
        let report = OutgoingEntity.multipart(
            "report", boundary: key.boundary("report"), parameters: [("report-type", type)], parts)
        guard !rest.isEmpty else { return report }
        let others = attachmentEntities(rest, html: html)
        return .multipart("mixed", boundary: key.boundary("mixed"), [report] + others.inline + others.attached)
    }

    private func isOriginal(_ attachment: Attachment) -> Bool {
        if case .message = attachment.content { return true }
        return attachment.properties.text(.attachMimeTag)?.lowercased() == "text/rfc822-headers"
    }

    private func machineReadable(_ kind: ReportKind) -> OutgoingEntity {
        switch kind {
        case .delivery(let action): .fields(deliveryStatus(action), type: "message/delivery-status")
        case .read, .notRead: .fields(disposition(kind), type: "message/disposition-notification")
        }
    }

    // MARK: Delivery reports

    /// RFC 3464 2.2, 2.3: what the report properties and recipient rows hold.
    private func deliveryStatus(_ action: DeliveryReport.Action) -> HeaderLines {
        var lines = HeaderLines()
        let reporter = properties.text(.reportingMessageTransferAgent)?.boundedLine ?? ""
        lines.add(
            "Reporting-MTA",
            text: reporter.contains(";") ? reporter : "dns; " + (reporter.isEmpty ? "pst.invalid" : reporter))
        addCorrelation(to: &lines)
        for entry in orderedRecipients where entry.type != 0 {
            guard let recipient = Correspondent(entry.row) else { continue }
            let row = entry.row.properties
            lines.addVerbatim([0x0A])
            if let name = row.text(.displayName)?.boundedLine, name != recipient.address {
                lines.add("X-Display-Name", text: name)
            }
            let address = recipient.address.isEmpty ? "unknown@pst.invalid" : recipient.address
            lines.add("Final-Recipient", text: "rfc822; " + address)
            lines.add("Action", text: action.rawValue)
            lines.add("Status", text: status(row, action))
            if let agent = row.text(.remoteMessageTransferAgent)?.boundedLine {
                lines.add("Remote-MTA", text: agent.contains(";") ? agent : "dns; " + agent)
            }
            if let text = row.text(.supplementaryInfo)?.boundedLine {
                if let code = Self.diagnosticCode(text) { lines.add("Diagnostic-Code", text: code) }
                lines.add("X-Supplementary-Info", text: text)
            }
        }
        return lines
    }

    /// `511` is 5.1.1.
    private func status(_ row: PropertyBag, _ action: DeliveryReport.Action) -> String {
        if let number = row.integer32(.nonDeliveryReportStatusCode), (200...599).contains(number) {
            return "\(number / 100).\(number / 10 % 10).\(number % 10)"
        }
        switch action {
        case .failed: return "5.0.0"
        case .delayed: return "4.0.0"
        case .delivered, .expanded, .relayed: return "2.0.0"
        }
    }

    /// The `type; text` in `<mta #status type; text>`, the form in which the import composes it.
    private static func diagnosticCode(_ text: String) -> String? {
        guard text.hasPrefix("<"), text.hasSuffix(">") else { return nil }
        let inner = text.dropFirst().dropLast()
        let words = inner.split(separator: " ", omittingEmptySubsequences: false)
        guard let start = words.firstIndex(where: { $0.hasSuffix(";") && $0.count > 1 }) else { return nil }
        return words[start...].joined(separator: " ")
    }

    private func addCorrelation(to lines: inout HeaderLines) {
        if let key = properties.binary(.parentKey), !key.isEmpty, key.count <= 256 {
            lines.add("X-MSExch-Correlation-Key", tokens: [Base64.encoded(key)])
        }
    }

    // MARK: Receipts

    /// RFC 8098 3.1.
    private func disposition(_ kind: ReportKind) -> HeaderLines {
        var lines = HeaderLines()
        let reader = Correspondent(properties, role: .sentRepresenting) ?? Correspondent(properties, role: .sender)
        if let original = properties.text(.originalDisplayTo)?.boundedLine, original.contains("@") {
            lines.add("Original-Recipient", text: "rfc822; " + original)
        }
        let address = reader.flatMap { $0.address.isEmpty ? nil : $0.address } ?? "unknown@pst.invalid"
        lines.add("Final-Recipient", text: "rfc822; " + address)
        if let identifier = originalMessageID { lines.add("Original-Message-ID", tokens: [identifier]) }
        lines.add("Disposition", text: dispositionValue(kind))
        addCorrelation(to: &lines)
        if let name = properties.text(.displayName)?.boundedLine { lines.add("X-Display-Name", text: name) }
        return lines
    }

    private var originalMessageID: String? {
        let text = properties.text(.originalMessageId) ?? properties.text(.internetReferences)
        guard let word = text?.singleLine.split(separator: " ").last, word.contains("@"), word.utf8.count < 800 else {
            return nil
        }
        return word.hasPrefix("<") ? String(word) : "<\(word)>"
    }

    private func dispositionValue(_ kind: ReportKind) -> String {
        if let text = properties.text(.reportText)?.boundedLine, text.contains(";"), text.contains("MDN-sent") {
            return text
        }
        let mode = properties.text(.reportDispositionMode)?.boundedLine ?? "manual-action/MDN-sent-manually"
        let fallback = kind == .read ? "displayed" : "deleted"
        return mode + "; " + (properties.text(.reportDisposition)?.boundedLine ?? fallback)
    }

    // MARK: Text

    /// What Outlook would show of a report that has no text of its own.
    private func explanation(_ kind: ReportKind) -> String {
        if let text = properties.text(.reportText) { return text }
        var text = "Your message\r\n\r\n"
        for (label, tag) in [
            ("To", PropertyTag.originalDisplayTo), ("Cc", .originalDisplayCc), ("Subject", .originalSubject),
        ] {
            if let value = properties.text(tag)?.boundedLine { text += "  \(label): \(value)\r\n" }
        }
        if let sent = properties.time(.originalSubmitTime).flatMap({ InternetDate.text(unixSeconds: $0.unixSeconds) }) {
            text += "  Sent: \(sent)\r\n"
        }
        let when = (properties.time(.reportTime) ?? date).flatMap { InternetDate.text(unixSeconds: $0.unixSeconds) }
        let end = when.map { " on \($0)" } ?? ""
        switch kind {
        case .read: return text + "\r\nwas read\(end).\r\n"
        case .notRead: return text + "\r\nwas deleted without being read\(end).\r\n"
        case .delivery(.failed): text += "\r\ncould not be delivered\(end) to:\r\n\r\n"
        case .delivery(.delayed): text += "\r\nhas not yet been delivered\(end) to:\r\n\r\n"
        case .delivery: text += "\r\nwas delivered\(end) to:\r\n\r\n"
        }
        for entry in orderedRecipients where entry.type != 0 {
            guard let recipient = Correspondent(entry.row) else { continue }
            text += "  \(recipient.name) <\(recipient.address)>\r\n"
        }
        return text
    }
}
