public import MAPI

/// A message disposition notification, such as a read receipt — RFC 8098, [MS-OXCMAIL] 2.2.3.7.2.
public struct DispositionReport: Sendable {
    /// The `Disposition` field as written: `manual-action/MDN-sent-manually; displayed`.
    public let disposition: String
    /// What was done, in lower case: `displayed`, `deleted`, …
    public let kind: String
    /// The part before the semicolon; nil where it is missing.
    public let mode: String?
    /// Addresses without their type; empty where the report does not say it.
    public let finalRecipient: String
    public let originalRecipient: String
    /// With the angle brackets.
    public let originalMessageID: String?
    public let displayName: String?
    /// PidTagSearchKey of the message that is reported on, where Exchange put it in.
    public let correlationKey: [UInt8]?

    /// - Parameter part: the content of the `message/disposition-notification` part, transfer encoding removed.
    /// - Returns: nil when it says nothing in the words of the standard; such a receipt is ordinary mail.
    public init?(part: [UInt8]) {
        guard let groups = ReportFields(part)?.groups else { return nil }
        func first(_ name: String) -> String? { groups.lazy.compactMap { $0.value(name) }.first }
        guard let disposition = first("disposition") else { return nil }
        let halves = disposition.split(separator: ";", maxSplits: 1)
        guard let last = halves.last else { return nil }
        // A modifier may follow, as in `displayed/error`.
        let kind = ReportFields.keyword(String(last.drop { $0 == " " }.prefix { $0 != "/" }))
        guard Self.read.contains(kind) || Self.notRead.contains(kind) else { return nil }
        self.disposition = disposition
        self.kind = kind
        mode = halves.count == 2 ? String(halves[0]) : nil
        finalRecipient = first("final-recipient").map(ReportFields.address) ?? ""
        originalRecipient = first("original-recipient").map(ReportFields.address) ?? ""
        originalMessageID = first("original-message-id")
        displayName = first("x-display-name")
        correlationKey = first("x-msexch-correlation-key").flatMap(ReportFields.base64)
    }

    private static let read = ["displayed", "dispatched", "processed"]
    private static let notRead = ["deleted", "denied", "failed"]

    public var messageClass: String {
        Self.read.contains(kind) ? "REPORT.IPM.Note.IPNRN" : "REPORT.IPM.Note.IPNNRN"
    }

    /// Makes the message a receipt. To be called when its times and recipients are set: the recipient rows stay,
    /// and the time of the receipt is its submit time.
    public func apply(to message: inout MessageObject) {
        message.properties[.messageClass] = .string(messageClass)
        message.properties[.reportText] = .string(disposition)
        message.properties[.reportDisposition] = .string(kind)
        if let mode { message.properties[.reportDispositionMode] = .string(mode) }
        let recipient = originalRecipient.isEmpty ? finalRecipient : originalRecipient
        if !recipient.isEmpty { message.properties[.originalDisplayTo] = .string(recipient) }
        if let originalMessageID {
            message.properties[.originalMessageId] = .string(originalMessageID)
            if message.properties.string(.internetReferences) == nil {
                message.properties[.internetReferences] = .string(originalMessageID)
            }
        }
        if let displayName { message.properties[.displayName] = .string(displayName) }
        if let correlationKey { message.properties[.parentKey] = .binary(correlationKey) }
        guard let time = message.properties.time(.clientSubmitTime) else { return }
        message.properties[.receiptTime] = .time(time)
        message.properties[.originalDeliveryTime] = .time(time)
        for position in message.recipients.indices {
            message.recipients[position].properties[.reportTime] = .time(time)
        }
    }
}
