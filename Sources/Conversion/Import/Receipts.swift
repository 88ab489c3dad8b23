internal import MAPI
internal import MIME

/// Requests for receipts — [MS-OXCMAIL] 2.2.3.2.20, 2.2.3.2.21.
extension MessageImport {
    /// A request on received mail is not taken over: Outlook would answer it years later, the first time the copy is
    /// opened. The transport headers keep it.
    mutating func setReceipts() {
        let wanted = header.mailboxes(.dispositionNotificationTo).first
        let isOwn = direction != .received
        message.properties[.readReceiptRequested] = .boolean(isOwn && wanted != nil)
        message.properties[.originatorDeliveryReportRequested] = .boolean(isOwn && header.contains(.returnReceiptTo))
        if isOwn, let wanted {
            message.properties[.nonReceiptNotificationRequested] = .boolean(true)
            set(.readReceipt, wanted)
        }
    }
}
