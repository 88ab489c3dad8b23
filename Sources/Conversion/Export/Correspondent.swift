internal import MAPI
internal import MIME

/// Someone in an originator role or a recipient row, with the address that the internet knows them by —
/// [MS-OXCMAIL] 2.1.2.
struct Correspondent {
    let name: String
    /// An addr-spec; where none is known an address in `pst.invalid` that holds what is known.
    let address: String
    /// Why the address is none of the internet's.
    let problem: String?

    var mailbox: Mailbox { Mailbox(displayName: name, address: address) }

    /// What may be known of someone.
    struct Source {
        var name: String?
        var addressType: String?
        var emailAddress: String?
        var smtpAddress: String?
        var entryID: [UInt8]?
        var searchKey: [UInt8]?
        var proxyAddresses: [String] = []
        var isList = false
    }

    /// nil where nothing is known.
    init?(_ source: Source) {
        let oneOff = source.entryID.flatMap { OneOffEntryID(reading: $0) }
        let type = (source.addressType ?? oneOff?.addressType ?? "").uppercased()
        let email = source.emailAddress ?? oneOff?.address ?? ""
        let shown = Self.unquoted((source.name ?? oneOff?.displayName ?? "").boundedLine)
        var candidates = [source.smtpAddress]
        if type == "SMTP" || type.isEmpty { candidates.append(email) }
        if let oneOff, oneOff.addressType.uppercased() == "SMTP" { candidates.append(oneOff.address) }
        for proxy in source.proxyAddresses where proxy.lowercased().hasPrefix("smtp:") {
            candidates.append(String(proxy.dropFirst(5)))
        }
        candidates.append(source.searchKey.flatMap(Self.address(ofSearchKey:)))
        // An address in place of a name or of a distinguished name.
        candidates.append(email)
        candidates.append(shown)
        for candidate in candidates {
            guard let address = candidate.flatMap(Self.internetAddress) else { continue }
            self.init(name: shown, address: address, problem: nil)
            return
        }
        let known = email.isEmpty ? source.entryID.flatMap(AddressBookEntryID.distinguishedName) ?? "" : email
        if shown.isEmpty && known.isEmpty { return nil }
        let who = shown.isEmpty ? known : shown
        let isNamedOnly = known.isEmpty || known == source.name || known == shown
        if source.isList || type == "MAPIPDL" || (isNamedOnly && type != "EX") {
            // A group without members keeps the name and claims no address.
            self.init(name: who, address: "", problem: "no internet address is known of \"\(who)\"")
            return
        }
        let encapsulated = isNamedOnly ? "" : Self.encapsulated(known, type: type.isEmpty ? "EX" : type)
        self.init(
            name: who, address: encapsulated,
            problem: "no internet address is known of \"\(who)\" (\(type.isEmpty ? "EX" : type) address)")
    }

    private init(name: String, address: String, problem: String?) {
        self.name = name
        self.address = address
        self.problem = problem
    }

    /// One `@` with something on both sides, in text without blanks; Exchange's names have slashes and equals signs.
    private static func internetAddress(_ text: String) -> String? {
        let address = unquoted(text.singleLine)
        guard let at = address.lastIndex(of: "@"), at != address.startIndex, !address.hasSuffix("@"),
            address.utf8.count <= 500, !address.hasPrefix("/")
        else { return nil }
        let isQuoted = address.hasPrefix("\"")
        guard isQuoted || !address[..<at].contains(where: { " <>()[],;:\"@".contains($0) }) else { return nil }
        return address[address.index(after: at)...].contains(where: { " <>(),;:\"/".contains($0) }) ? nil : address
    }

    /// `'name@x'`, as Outlook shows what nobody gave a name.
    private static func unquoted(_ text: String) -> String {
        guard text.utf8.count > 2, text.hasPrefix("'"), text.hasSuffix("'") else { return text }
        return String(text.dropFirst().dropLast())
    }

    /// Upper case in the key; lower case is how such addresses are written.
    private static func address(ofSearchKey key: [UInt8]) -> String? {
        let text = String(decoding: key.prefix { $0 != 0 }, as: UTF8.self)
        return text.hasPrefix("SMTP:") ? text.dropFirst(5).lowercased() : nil
    }

    /// `IMCEAEX-…`, [MS-OXOAB] and Exchange's way to carry any address in a local part: letters and digits stay, a
    /// slash becomes an underscore, every other byte `+XX`.
    private static func encapsulated(_ address: String, type: String) -> String {
        var local = "IMCEA" + type.filter { $0.isASCII && ($0.isLetter || $0.isNumber) } + "-"
        for byte in address.utf8.prefix(200) {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: local.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "/"): local += "_"
            default: local += "+" + Hexadecimal.text([byte]).uppercased()
            }
        }
        return local + "@pst.invalid"
    }
}

extension Correspondent {
    init?(_ properties: PropertyBag, role: OriginatorRole) {
        self.init(
            Source(
                name: properties.text(role.name), addressType: properties.text(role.addressType),
                emailAddress: properties.text(role.emailAddress), smtpAddress: properties.text(role.smtpAddress),
                entryID: properties.binary(role.entryId), searchKey: properties.binary(role.searchKey)))
    }

    init?(_ recipient: Recipient) {
        let properties = recipient.properties
        var proxies: [String] = []
        if case .multipleString(let texts)? = properties[.addressBookProxyAddresses] { proxies = texts }
        let kind = properties.integer32(.displayType) ?? 0
        self.init(
            Source(
                name: properties.text(.displayName) ?? properties.text(.recipientDisplayName)
                    ?? properties.text(.transmittableDisplayName),
                addressType: properties.text(.addressType), emailAddress: properties.text(.emailAddress),
                smtpAddress: properties.text(.smtpAddress),
                entryID: properties.binary(.entryId) ?? properties.binary(.recipientEntryId),
                searchKey: properties.binary(.searchKey), proxyAddresses: proxies,
                isList: kind == 1 || kind == 5))
    }
}

extension PropertyTag {
    /// PidTagAddressBookProxyAddresses — [MS-OXOABK] 2.2.3.23.
    static let addressBookProxyAddresses = PropertyTag(rawValue: 0x800F_101F)
}
