internal import MAPI
internal import MIME

/// The properties of one originator role.
struct OriginatorRole {
    let name: PropertyTag
    let addressType: PropertyTag
    let emailAddress: PropertyTag
    let smtpAddress: PropertyTag
    let entryId: PropertyTag
    let searchKey: PropertyTag

    static let sender = OriginatorRole(
        name: .senderName, addressType: .senderAddressType, emailAddress: .senderEmailAddress,
        smtpAddress: .senderSmtpAddress, entryId: .senderEntryId, searchKey: .senderSearchKey)
    static let sentRepresenting = OriginatorRole(
        name: .sentRepresentingName, addressType: .sentRepresentingAddressType,
        emailAddress: .sentRepresentingEmailAddress, smtpAddress: .sentRepresentingSmtpAddress,
        entryId: .sentRepresentingEntryId, searchKey: .sentRepresentingSearchKey)
    static let receivedBy = OriginatorRole(
        name: .receivedByName, addressType: .receivedByAddressType, emailAddress: .receivedByEmailAddress,
        smtpAddress: .receivedBySmtpAddress, entryId: .receivedByEntryId, searchKey: .receivedBySearchKey)
    static let receivedRepresenting = OriginatorRole(
        name: .receivedRepresentingName, addressType: .receivedRepresentingAddressType,
        emailAddress: .receivedRepresentingEmailAddress, smtpAddress: .receivedRepresentingSmtpAddress,
        entryId: .receivedRepresentingEntryId, searchKey: .receivedRepresentingSearchKey)
    static let readReceipt = OriginatorRole(
        name: .readReceiptName, addressType: .readReceiptAddressType, emailAddress: .readReceiptEmailAddress,
        smtpAddress: .readReceiptSmtpAddress, entryId: .readReceiptEntryId, searchKey: .readReceiptSearchKey)
}

/// What the properties of a role say of a mailbox, which often has several roles.
private struct OriginatorValues {
    let name: String
    let address: String
    let entryID: [UInt8]
    let searchKey: [UInt8]

    init(_ mailbox: Mailbox) {
        name = mailbox.shownName
        address = mailbox.storedAddress
        entryID = mailbox.oneOffEntryID()
        searchKey = AddressSearchKey.bytes(addressType: "SMTP", address: address)
    }
}

/// Who sent and who received — [MS-OXCMAIL] 2.2.3.1.1 to 2.2.3.1.4.
extension MessageImport {
    /// One of `From` and `Sender` stands in for the other; the first mailbox of several counts.
    mutating func setOriginators() {
        let from = (header.mailboxes(.from).first ?? rawFrom()).map { OriginatorValues($0) }
        let sender = header.mailboxes(.sender).first.map { OriginatorValues($0) }
        if let values = from ?? sender { set(.sentRepresenting, values) }
        if let values = sender ?? from { set(.sender, values) }
        if direction == .received, let receiver = receiver().map({ OriginatorValues($0) }) {
            set(.receivedBy, receiver)
            set(.receivedRepresenting, receiver)
        }
    }

    /// `Reply-To`, where it says more than `From` — [MS-OXCMAIL] 2.2.3.1.5.
    mutating func setReplyRecipients() {
        let mailboxes = header.mailboxes(.replyTo)
        guard !mailboxes.isEmpty else { return }
        let from = header.mailboxes(.from).map { $0.address.lowercased() }
        guard mailboxes.map({ $0.address.lowercased() }) != from else { return }
        message.properties[.replyRecipientEntries] = .binary(FlatEntryList.bytes(mailboxes))
        let names = mailboxes.map { String($0.shownName.map { $0 == ";" ? " " : $0 }) }
        message.properties[.replyRecipientNames] = .string(names.joined(separator: ";"))
    }

    mutating func set(_ role: OriginatorRole, _ mailbox: Mailbox) { set(role, OriginatorValues(mailbox)) }

    private mutating func set(_ role: OriginatorRole, _ values: OriginatorValues) {
        message.properties[role.name] = .string(values.name)
        message.properties[role.addressType] = .string("SMTP")
        message.properties[role.emailAddress] = .string(values.address)
        message.properties[role.smtpAddress] = .string(values.address)
        message.properties[role.entryId] = .binary(values.entryID)
        message.properties[role.searchKey] = .binary(values.searchKey)
    }

    /// An empty or unreadable `From` as it is, so that the list of messages is not blank.
    private func rawFrom() -> Mailbox? {
        guard let literal = header.literal(.from), !literal.isEmpty else { return nil }
        return Mailbox(displayName: literal, address: "")
    }

    /// The owner of the mailbox: the address of theirs that the mail was for, else what delivery noted.
    private func receiver() -> Mailbox? {
        if !options.ownerAddresses.isEmpty {
            let addressed = (header.mailboxes(.to) + header.mailboxes(.cc)).first { isOwner($0.address) }
            return addressed ?? options.ownerAddresses.first.map { Mailbox(displayName: "", address: $0) }
        }
        guard case .stored = placement else { return nil }
        return (header.mailboxes(.deliveredTo).first ?? header.mailboxes(.originalTo).first).flatMap {
            $0.address.isEmpty ? nil : $0
        }
    }

    func isOwner(_ address: String) -> Bool {
        !options.ownerAddresses.isEmpty && options.ownerAddresses.contains(address.lowercased())
    }
}

extension Mailbox {
    /// The name, or the address where there is none.
    var shownName: String { displayName.isEmpty ? address : displayName }
    /// The address; a mailbox with only a name has that as its address, for an entry id needs one.
    var storedAddress: String { address.isEmpty ? displayName : address }

    func oneOffEntryID() -> [UInt8] {
        OneOffEntryID(displayName: shownName, addressType: "SMTP", address: storedAddress).bytes
    }
}

/// FLATENTRYLIST — [MS-OXCDATA] 2.3.3.
enum FlatEntryList {
    static func bytes(_ mailboxes: [Mailbox]) -> [UInt8] {
        var entries: [UInt8] = []
        for mailbox in mailboxes {
            let entry = mailbox.oneOffEntryID()
            entries.append(littleEndian: UInt32(truncatingIfNeeded: entry.count))
            entries.append(contentsOf: entry)
            while entries.count % 4 != 0 { entries.append(0) }
        }
        var list: [UInt8] = []
        list.append(littleEndian: UInt32(truncatingIfNeeded: mailboxes.count))
        list.append(littleEndian: UInt32(truncatingIfNeeded: entries.count))
        return list + entries
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}
