public import MAPI

/// A delivery status notification: the `message/delivery-status` part of a report — RFC 3464,
/// [MS-OXCMAIL] 2.2.3.7.1.
public struct DeliveryReport: Sendable {
    /// What happened to a recipient, from the least to the most severe.
    public enum Action: String, Sendable, CaseIterable {
        case delivered, expanded, relayed, delayed, failed

        var severity: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        /// The class of a report whose most severe action this is.
        var messageClass: String {
            switch self {
            case .delivered: "REPORT.IPM.Note.DR"
            case .expanded: "REPORT.IPM.Note.Expanded.DR"
            case .relayed: "REPORT.IPM.Note.Relayed.DR"
            case .delayed: "REPORT.IPM.Note.Delayed.DR"
            case .failed: "REPORT.IPM.Note.NDR"
            }
        }
    }

    /// The status of one recipient: the fields of a per-recipient group.
    public struct RecipientStatus: Sendable {
        /// Addresses without their type; empty where the report does not say it.
        public let finalRecipient: String
        public let originalRecipient: String
        public let action: Action
        /// `class.subject.detail`; nil where it is missing or malformed.
        public let status: DeliveryStatusCode?
        /// As written, with its type.
        public let diagnosticCode: String?
        /// The name without its type.
        public let remoteMTA: String?
        public let displayName: String?
        public let supplementaryInformation: String?

        /// The address of the recipient row: where the mail was for in the end.
        public var address: String { finalRecipient.isEmpty ? originalRecipient : finalRecipient }
    }

    /// As written, with its type: `dns; mail.example.org`.
    public let reportingMTA: String?
    /// When the message arrived at the reporting system, as written.
    public let arrivalDate: String?
    /// PidTagSearchKey of the message that is reported on, where Exchange put it in.
    public let correlationKey: [UInt8]?
    public let recipients: [RecipientStatus]

    /// - Parameter statusPart: the content of the part, transfer encoding removed.
    /// - Returns: nil when it reports on no recipient in the words of the standard; such a bounce is ordinary mail.
    public init?(statusPart: [UInt8]) {
        guard let groups = ReportFields(statusPart)?.groups else { return nil }
        // Some systems leave out the empty line behind the message fields, so all groups are asked for both kinds.
        func first(_ name: String) -> String? { groups.lazy.compactMap { $0.value(name) }.first }
        reportingMTA = first("reporting-mta")
        arrivalDate = first("arrival-date")
        correlationKey = first("x-msexch-correlation-key").flatMap(ReportFields.base64)
        recipients = groups.compactMap(Self.recipient)
        if recipients.isEmpty { return nil }
    }

    private static func recipient(_ group: ReportFields.Group) -> RecipientStatus? {
        guard let action = group.value("action").flatMap({ Action(rawValue: ReportFields.keyword($0)) }) else {
            return nil
        }
        let recipient = RecipientStatus(
            finalRecipient: group.value("final-recipient").map(ReportFields.address) ?? "",
            originalRecipient: group.value("original-recipient").map(ReportFields.address) ?? "",
            action: action,
            status: group.value("status").flatMap(DeliveryStatusCode.init),
            diagnosticCode: group.value("diagnostic-code"),
            remoteMTA: group.value("remote-mta").map(ReportFields.address),
            displayName: group.value("x-display-name"),
            supplementaryInformation: group.value("x-supplementary-info"))
        return recipient.address.isEmpty ? nil : recipient
    }

    /// The action that gives the report its class.
    public var mostSevereAction: Action {
        recipients.map(\.action).max { $0.severity < $1.severity } ?? .delivered
    }

    public var messageClass: String { mostSevereAction.messageClass }

    /// Makes the message a report: class, report properties, and one recipient row for each recipient of the most
    /// severe action in place of the rows of the header.
    ///
    /// To be called when times and attachments of the message are set: the report time is its submit time, and
    /// what is known of the original message is taken from the first embedded message.
    public func apply(to message: inout MessageObject) {
        let time = message.properties.time(.clientSubmitTime) ?? message.properties.time(.messageDeliveryTime)
        message.properties[.messageClass] = .string(messageClass)
        if let reportingMTA { message.properties[.reportingMessageTransferAgent] = .string(reportingMTA) }
        if let time { message.properties[.reportTime] = .time(time) }
        if let correlationKey { message.properties[.parentKey] = .binary(correlationKey) }
        for attachment in message.attachments {
            guard case .message(let original) = attachment.content else { continue }
            Self.describe(original, in: &message.properties)
            break
        }
        let action = mostSevereAction
        message.recipients = recipients.filter { $0.action == action }.enumerated().map { order, recipient in
            recipient.row(order: order, time: time)
        }
    }

    private static func describe(_ original: MessageObject, in report: inout PropertyBag) {
        let properties = original.properties
        report[.originalSubject] = properties.string(.subject).map { .string($0) }
        report[.originalSubmitTime] = properties.time(.clientSubmitTime).map { .time($0) }
        report[.originalSenderName] =
            (properties.string(.sentRepresentingName) ?? properties.string(.senderName)).map { .string($0) }
        if let identifier = properties.string(.internetMessageId) {
            report[.originalMessageId] = .string(identifier)
        }
        let kinds: [(Int32, PropertyTag)] = [
            (1, .originalDisplayTo), (2, .originalDisplayCc), (3, .originalDisplayBcc),
        ]
        for (kind, tag) in kinds {
            let names = original.recipients.compactMap { recipient -> String? in
                guard recipient.properties.integer32(.recipientType) == kind else { return nil }
                // A semicolon separates the names.
                return recipient.properties.string(.displayName).map { name in
                    String(name.map { $0 == ";" ? " " : $0 })
                }
            }
            if !names.isEmpty { report[tag] = .string(names.joined(separator: "; ")) }
        }
    }
}

extension DeliveryReport.RecipientStatus {
    /// The row of the recipient table — [MS-OXCMAIL] 2.2.3.7.1.3.
    func row(order: Int, time: FileTime?) -> Recipient {
        var recipient = Recipient()
        let name = displayName ?? address
        recipient.properties[.recipientType] = .integer32(1)
        recipient.properties[.objectType] = .integer32(6)
        recipient.properties[.displayType] = .integer32(0)
        recipient.properties[.displayName] = .string(name)
        recipient.properties[.addressType] = .string("SMTP")
        recipient.properties[.emailAddress] = .string(address)
        recipient.properties[.smtpAddress] = .string(address)
        recipient.properties[.searchKey] = .binary(AddressSearchKey.bytes(addressType: "SMTP", address: address))
        let entry = OneOffEntryID(displayName: name, addressType: "SMTP", address: address).bytes
        recipient.properties[.entryId] = .binary(entry)
        recipient.properties[.recipientEntryId] = .binary(entry)
        recipient.properties[.recordKey] = .binary(
            OneOffEntryID(displayName: name, addressType: "SMTP", address: address, flags: 0x9001).bytes)
        recipient.properties[.recipientDisplayName] = .string(name)
        recipient.properties[.sendRichInfo] = .boolean(false)
        recipient.properties[.recipientOrder] = .integer32(Int32(truncatingIfNeeded: order))
        recipient.properties[.recipientFlags] = .integer32(1)
        addReport(time, to: &recipient.properties)
        return recipient
    }

    private func addReport(_ time: FileTime?, to properties: inout PropertyBag) {
        if let time { properties[.reportTime] = .time(time) }
        if let remoteMTA { properties[.remoteMessageTransferAgent] = .string(remoteMTA) }
        // Success has no reason and no diagnosis.
        if action == .failed || action == .delayed {
            if let status { properties[.nonDeliveryReportStatusCode] = .integer32(status.number) }
            properties[.nonDeliveryReportDiagCode] = .integer32(status?.diagnosis.code ?? -1)
            properties[.nonDeliveryReportReasonCode] = .integer32(status?.diagnosis.reason ?? 0)
        }
        let composed = [
            remoteMTA, status.map { "#\($0)" }, diagnosticCode,
        ].compactMap { $0 }
        if let supplementaryInformation {
            properties[.supplementaryInfo] = .string(supplementaryInformation)
        } else if !composed.isEmpty {
            properties[.supplementaryInfo] = .string("<" + composed.joined(separator: " ") + ">")
        }
    }
}
