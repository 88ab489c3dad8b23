internal import MAPI
internal import MIME

/// Rows of the recipient table — [MS-OXCMAIL] 2.2.3.1, [MS-OXOMSG] 2.2.3.
extension MessageImport {
    mutating func setRecipientRows() {
        var owner = (to: false, cc: false)
        for (field, type) in [(FieldName.to, 1), (.cc, 2), (.bcc, 3)] as [(FieldName, Int32)] {
            for mailbox in header.mailboxes(field) {
                guard message.recipients.count < ImportLimits.recipientCount else {
                    record.report("more than \(ImportLimits.recipientCount) recipients; the headers hold the rest")
                    break
                }
                if type == 1, isOwner(mailbox.address) { owner.to = true }
                if type == 2, isOwner(mailbox.address) { owner.cc = true }
                message.recipients.append(
                    Self.recipientRow(mailbox, type: type, order: Int32(message.recipients.count)))
            }
        }
        guard !options.ownerAddresses.isEmpty else { return }
        message.properties[.messageToMe] = .boolean(owner.to)
        message.properties[.messageCcMe] = .boolean(owner.cc)
        message.properties[.messageRecipientMe] = .boolean(owner.to || owner.cc)
    }

    /// - Parameter type: 1 To, 2 Cc, 3 Bcc.
    static func recipientRow(_ mailbox: Mailbox, type: Int32, order: Int32) -> Recipient {
        var row = Recipient()
        let name = mailbox.shownName
        let address = mailbox.storedAddress
        let entry = mailbox.oneOffEntryID()
        row.properties.reserveCapacity(fixed: 20)
        row.properties[.recipientType] = .integer32(type)
        row.properties[.recordKey] = .binary(OneOffEntryID.bytes(entry, flags: 0x9001))
        row.properties[.objectType] = .integer32(6)
        row.properties[.entryId] = .binary(entry)
        row.properties[.displayName] = .string(name)
        row.properties[.addressType] = .string("SMTP")
        row.properties[.emailAddress] = .string(address)
        row.properties[.searchKey] = .binary(AddressSearchKey.bytes(addressType: "SMTP", address: address))
        row.properties[.displayType] = .integer32(0)
        row.properties[.smtpAddress] = .string(address)
        row.properties[.sendRichInfo] = .boolean(false)
        row.properties[.sendInternetEncoding] = .integer32(0)
        row.properties[.recipientResourceState] = .integer32(0)
        row.properties[.recipientOrder] = .integer32(order)
        row.properties[.recipientDisplayName] = .string(name)
        row.properties[.recipientEntryId] = .binary(entry)
        row.properties[.recipientFlags] = .integer32(1)
        row.properties[.recipientTrackStatus] = .integer32(0)
        return row
    }
}
