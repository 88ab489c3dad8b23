internal import MAPI

/// A row of attRecipTable as a row of a message's recipient table — [MS-OXTNEF] 2.1.3.5.1.
enum TNEFRecipient {
    /// What a row needs to be shown and answered; the rest of a TNEF row describes the sender's directory.
    private static let kept: [PropertyTag] = [
        .recipientType, .objectType, .displayType, .displayName, .addressType, .emailAddress, .smtpAddress, .entryId,
        .searchKey, .sendRichInfo, .transmittableDisplayName, .recipientTrackStatus, .recipientTrackStatusTime,
    ]

    static func row(_ properties: PropertyBag, order: Int) -> Recipient {
        var recipient = Recipient()
        for tag in kept { recipient.properties[tag] = properties[tag] }
        let name = properties.string(.displayName) ?? ""
        let type = properties.string(.addressType) ?? ""
        let address = properties.string(.emailAddress) ?? properties.string(.smtpAddress) ?? ""
        let kind = (properties.integer32(.recipientType) ?? 1) & 0xF
        recipient.properties[.recipientType] = .integer32((0...3).contains(kind) ? kind : 1)
        recipient.properties[.addressType] = .string(type.isEmpty ? "SMTP" : type)
        // A row without an address would keep Outlook from answering to all.
        let shown = address.isEmpty ? name : address
        recipient.properties[.emailAddress] = .string(shown)
        recipient.properties[.displayName] = .string(name.isEmpty ? shown : name)
        if type.isEmpty || type.uppercased() == "SMTP" {
            recipient.properties[.smtpAddress] = .string(shown)
        }
        if properties.integer32(.objectType) == nil { recipient.properties[.objectType] = .integer32(6) }
        if properties.integer32(.displayType) == nil { recipient.properties[.displayType] = .integer32(0) }
        if properties.binary(.searchKey) == nil {
            recipient.properties[.searchKey] = .binary(
                AddressSearchKey.bytes(addressType: type.isEmpty ? "SMTP" : type, address: shown))
        }
        if properties.binary(.entryId) == nil {
            let entry = OneOffEntryID(
                displayName: name, addressType: type.isEmpty ? "SMTP" : type, address: shown)
            recipient.properties[.entryId] = .binary(entry.bytes)
        }
        recipient.properties[.recipientOrder] = .integer32(Int32(truncatingIfNeeded: order))
        recipient.properties[.recipientFlags] = .integer32(1)
        return recipient
    }
}
