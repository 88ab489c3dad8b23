internal import BinaryIO
internal import MAPI
internal import MIME

/// Contacts and distribution lists as vCards — [MS-OXVCARD] 2.1, RFC 2426, RFC 6350.
extension MessageExport {
    /// The contact as mail: its notes as text, the card attached.
    func contactEntity() -> OutgoingEntity {
        let others = message.attachments.filter { $0.properties.boolean(.attachmentContactPhoto) != true }
        let photo = message.attachments.first { $0.properties.boolean(.attachmentContactPhoto) == true }
        let isPhotoInCard = photo.map { ContactCard.photo($0) != nil } ?? true
        return assembled(
            alternatives: bodyAlternatives(), attachments: isPhotoInCard ? others : message.attachments,
            adding: [cardEntity(attachedAs: nil)])
    }

    /// The card alone.
    func cardEntity(attachedAs name: String?) -> OutgoingEntity {
        card(ContactCard(self).text, name: name ?? ContactCard(self).formattedName)
    }

    private func card(_ text: String, name: String) -> OutgoingEntity {
        let file = (AttachmentName.sanitized(name.boundedLine) ?? "contact") + ".vcf"
        var fields = HeaderLines()
        fields.add("Content-Disposition", value: "attachment", parameters: [("filename", file)])
        return .text(
            Array(text.utf8), type: "text/vcard",
            parameters: [("charset", "utf-8"), ("name", AttachmentFileName.asciiForm(file))], adding: fields)
    }

    /// The members as text and as a group card.
    func distributionListEntity() -> OutgoingEntity {
        let name = properties.text(NamedProperty.distributionListName) ?? properties.text(.displayName) ?? subject ?? ""
        let members = distributionListMembers()
        var lines = ICalendarLines()
        lines.add("BEGIN", "VCARD")
        lines.add("VERSION", "4.0")
        lines.add("KIND", "group")
        lines.add("FN", text: name.boundedLine.isEmpty ? "Distribution list" : name.boundedLine)
        for member in members {
            if member.address.isEmpty {
                lines.add("X-MEMBER-NAME", text: member.name)
            } else {
                lines.add("MEMBER", "mailto:" + member.address)
            }
        }
        lines.add("END", "VCARD")
        let list = members.map { member in
            member.address.isEmpty
                ? member.name
                : member.name.isEmpty || member.name == member.address
                    ? member.address : "\(member.name) <\(member.address)>"
        }
        var alternatives = bodyAlternatives()
        if alternatives.isEmpty {
            alternatives = [
                BodyAlternative(entity: .text(list.map { $0 + "\r\n" }.joined(), type: "text/plain"))
            ]
        }
        return assembled(
            alternatives: alternatives, attachments: message.attachments, adding: [card(lines.text, name: name)])
    }

    /// PidLidDistributionListOneOffMembers says what the members were when they were added — [MS-OXOCNTC] 2.2.2.2.2.
    private func distributionListMembers() -> [Correspondent] {
        func entries(_ name: NamedProperty) -> [[UInt8]] {
            if case .multipleBinary(let entries)? = properties[name] { return entries }
            return []
        }
        let oneOff = entries(.distributionListOneOffMembers)
        let source = oneOff.isEmpty ? entries(.distributionListMembers) : oneOff
        return source.prefix(ExportLimits.memberCount).compactMap { entry in
            let unwrapped = OneOffEntryID(reading: entry) == nil && entry.count > 21 ? Array(entry[21...]) : entry
            guard let member = Correspondent(.init(entryID: unwrapped)) else {
                record.report("a member of a distribution list could not be read")
                return nil
            }
            if let problem = member.problem { record.report(problem) }
            return member
        }
    }
}

/// The vCard of a contact, version 3.0.
struct ContactCard {
    private let export: MessageExport
    private let properties: PropertyBag

    init(_ export: MessageExport) {
        self.export = export
        properties = export.properties
    }

    private func value(_ identifier: UInt16) -> String? {
        properties.text(PropertyTag(id: identifier, type: .string))?.boundedLine
    }

    var formattedName: String {
        let name = value(0x3001) ?? properties.text(NamedProperty.fileUnder)?.boundedLine ?? export.subject
        if let name, !name.isEmpty { return name }
        return value(0x3A16) ?? "Contact"
    }

    var text: String {
        var lines = ICalendarLines()
        lines.add("BEGIN", "VCARD")
        lines.add("VERSION", "3.0")
        lines.add("PRODID", "-//mailbackup//EN")
        lines.add("FN", text: formattedName)
        // Family, given, additional, prefix, suffix.
        lines.add("N", components([0x3A11, 0x3A06, 0x3A44, 0x3A45, 0x3A05]))
        lines.add("NICKNAME", text: value(0x3A4F))
        if value(0x3A16) != nil || value(0x3A18) != nil { lines.add("ORG", components([0x3A16, 0x3A18])) }
        lines.add("TITLE", text: value(0x3A17))
        lines.add("ROLE", text: value(0x3A46))
        addEmail(to: &lines)
        addTelephones(to: &lines)
        addAddresses(to: &lines)
        lines.add("URL;TYPE=HOME", text: value(0x3A50))
        lines.add("URL;TYPE=WORK", text: value(0x3A51) ?? properties.text(NamedProperty.contactWebPage)?.boundedLine)
        lines.add("X-MS-IMADDRESS", text: properties.text(NamedProperty.instantMessagingAddress)?.boundedLine)
        addDay("BDAY", properties.time(PropertyTag(rawValue: 0x3A42_0040)), to: &lines)
        addDay("X-ANNIVERSARY", properties.time(PropertyTag(rawValue: 0x3A41_0040)), to: &lines)
        lines.add("X-SPOUSE", text: value(0x3A48))
        lines.add("X-MANAGER", text: value(0x3A4E))
        lines.add("X-ASSISTANT", text: value(0x3A30))
        lines.add("NOTE", text: BodyTexts(properties, record: ExportRecord()).plain)
        let categories = properties.strings(NamedProperty.categories).map { ICalendarLines.escaped($0.boundedLine) }
        if !categories.isEmpty { lines.add("CATEGORIES", categories.joined(separator: ",")) }
        if let photo = export.message.attachments.lazy.compactMap(Self.photo).first {
            lines.add("PHOTO;ENCODING=b;TYPE=JPEG", photo)
        }
        lines.add("REV", time: properties.time(.lastModificationTime))
        lines.add("END", "VCARD")
        return lines.text
    }

    /// Base64 of the picture; nil where the attachment is none.
    static func photo(_ attachment: Attachment) -> String? {
        guard attachment.properties.boolean(.attachmentContactPhoto) == true,
            case .bytes(let bytes) = attachment.content, !bytes.isEmpty
        else { return nil }
        return Base64.encoded(bytes)
    }

    private func components(_ identifiers: [UInt16]) -> String {
        identifiers.map { ICalendarLines.escaped(value($0) ?? "") }.joined(separator: ";")
    }

    private func addEmail(to lines: inout ICalendarLines) {
        for number in 1...3 as ClosedRange<UInt32> {
            let names = NamedProperty.email(number)
            let person = Correspondent(
                .init(
                    name: properties.text(names.name), addressType: properties.text(names.type),
                    emailAddress: properties.text(names.address), entryID: properties.binary(names.entry)))
            guard let person, !person.address.isEmpty else { continue }
            if let problem = person.problem { export.record.report(problem) }
            lines.add(number == 1 ? "EMAIL;TYPE=INTERNET,PREF" : "EMAIL;TYPE=INTERNET", text: person.address)
        }
    }

    private func addTelephones(to lines: inout ICalendarLines) {
        let kinds: [(UInt16, String)] = [
            (0x3A08, "WORK,VOICE"), (0x3A1B, "WORK,VOICE"), (0x3A09, "HOME,VOICE"), (0x3A2F, "HOME,VOICE"),
            (0x3A1C, "CELL"), (0x3A24, "WORK,FAX"), (0x3A25, "HOME,FAX"), (0x3A23, "FAX"), (0x3A21, "PAGER"),
            (0x3A1E, "CAR"), (0x3A1F, "VOICE"), (0x3A1A, "PREF"), (0x3A2D, "ISDN"), (0x3A57, "WORK,VOICE"),
        ]
        for (identifier, type) in kinds { lines.add("TEL;TYPE=\(type)", text: value(identifier)) }
    }

    private func addAddresses(to lines: inout ICalendarLines) {
        // Post office box, extended, street, city, region, postal code, country.
        for (type, identifiers) in [
            ("HOME", [0x3A5E, 0, 0x3A5D, 0x3A59, 0x3A5C, 0x3A5B, 0x3A5A]),
            ("OTHER", [0x3A64, 0, 0x3A63, 0x3A5F, 0x3A62, 0x3A61, 0x3A60]),
        ] as [(String, [UInt16])] where identifiers.contains(where: { value($0) != nil }) {
            lines.add("ADR;TYPE=\(type)", components(identifiers))
        }
        let work: [(NamedProperty?, UInt16)] = [
            (nil, 0x3A2B), (nil, 0), (.workAddressStreet, 0x3A29), (.workAddressCity, 0x3A27),
            (.workAddressState, 0x3A28), (.workAddressPostalCode, 0x3A2A), (.workAddressCountry, 0x3A26),
        ]
        let parts = work.map { $0.0.flatMap { properties.text($0)?.boundedLine } ?? value($0.1) ?? "" }
        if parts.contains(where: { !$0.isEmpty }) {
            lines.add("ADR;TYPE=WORK", parts.map(ICalendarLines.escaped).joined(separator: ";"))
        }
    }

    private func addDay(_ name: String, _ time: FileTime?, to lines: inout ICalendarLines) {
        guard let time else { return }
        let days = (time.unixSeconds + 43_200).flooredDivision(by: 86_400).quotient
        guard days < 900_000, let day = CivilDate(daysSinceEpoch: days) else { return }
        func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        lines.add(name, "\(day.year)-\(digits(day.month))-\(digits(day.day))")
    }
}
