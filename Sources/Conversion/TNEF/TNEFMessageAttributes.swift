internal import MAPI

/// The message attributes that older writers use in place of properties — [MS-OXTNEF] 2.1.3.3.
struct TNEFMessageAttributes {
    private let codePage: Int32
    private var found = PropertyBag()

    init(codePage: Int32) {
        self.codePage = codePage
    }

    mutating func add(_ attribute: TNEFAttribute) throws(TNEFError) {
        var reader = attribute.reader
        switch attribute.identifier {
        case .subject: found[.subject] = .string(text(attribute))
        case .body: found[.body] = .string(text(attribute))
        case .messageClass: found[.messageClass] = .string(Self.messageClass(text(attribute)))
        case .priority:
            // 1 is high and 3 low here, the other way round than in PidTagImportance.
            let priority = attribute.content.count >= 2 ? try reader.word16(.attribute) : 2
            found[.importance] = .integer32(priority == 1 ? 2 : priority == 3 ? 0 : 1)
        case .dateSent: found[.clientSubmitTime] = try TNEFDate.time(reader).map { .time($0) }
        case .dateReceived: found[.messageDeliveryTime] = try TNEFDate.time(reader).map { .time($0) }
        case .startDate: found[.startDate] = try TNEFDate.time(reader).map { .time($0) }
        case .endDate: found[.endDate] = try TNEFDate.time(reader).map { .time($0) }
        case .ownerAppointment:
            found[.ownerAppointmentId] = .integer32(Int32(bitPattern: try reader.word32(.attribute)))
        case .responseRequested: found[.responseRequested] = .boolean(try reader.word16(.attribute) != 0)
        case .from: try addOriginator(reader)
        default: break
        }
    }

    /// What no property says already.
    func apply(to properties: inout PropertyBag, isEmbedded: Bool) {
        for entry in found.fixed where !properties.fixed.contains(where: { $0.tag.id == entry.tag.id }) {
            properties[entry.tag] = entry.value
        }
    }

    private func text(_ attribute: TNEFAttribute) -> String {
        CodePage.text(TNEFPropertyList.terminated(attribute.content), codePage: codePage)
    }

    /// attFrom, a triple: its length twice (with and without the strings), then name and `TYPE:address`.
    private mutating func addOriginator(_ attribute: TNEFReader) throws(TNEFError) {
        var reader = attribute
        _ = try reader.take(4, .attribute)
        let nameLength = Int(try reader.word16(.attribute))
        let addressLength = Int(try reader.word16(.attribute))
        let name = CodePage.text(
            TNEFPropertyList.terminated(try reader.take(nameLength, .attribute)), codePage: codePage)
        let address = CodePage.text(
            TNEFPropertyList.terminated(try reader.take(addressLength, .attribute)), codePage: codePage)
        guard let colon = address.firstIndex(of: ":") else { return }
        found[.senderName] = .string(name)
        found[.senderAddressType] = .string(String(address[..<colon]))
        found[.senderEmailAddress] = .string(String(address[address.index(after: colon)...]))
    }

    /// The message classes of Microsoft Mail under their present names — [MS-OXTNEF] 2.1.3.3 table.
    static func messageClass(_ name: String) -> String {
        switch name.lowercased() {
        case "ipm.microsoft mail.note": "IPM.Note"
        case "ipm.microsoft mail.read receipt": "REPORT.IPM.Note.IPNRN"
        case "ipm.microsoft mail.non-delivery": "REPORT.IPM.Note.NDR"
        case "ipm.microsoft schedule.mtgreq": "IPM.Schedule.Meeting.Request"
        case "ipm.microsoft schedule.mtgrespp": "IPM.Schedule.Meeting.Resp.Pos"
        case "ipm.microsoft schedule.mtgrespn": "IPM.Schedule.Meeting.Resp.Neg"
        case "ipm.microsoft schedule.mtgrespa": "IPM.Schedule.Meeting.Resp.Tent"
        case "ipm.microsoft schedule.mtgcncl": "IPM.Schedule.Meeting.Canceled"
        default: name
        }
    }
}

/// A date of seven 16-bit numbers, without time zone — DTR, [MS-OXTNEF] 2.1.3.2.
enum TNEFDate {
    /// Nil for a date that does not exist, as all zeros for "none".
    static func time(_ attribute: TNEFReader) throws(TNEFError) -> FileTime? {
        var reader = attribute
        var fields: [Int64] = []
        for _ in 0..<6 { fields.append(Int64(try reader.word16(.attribute))) }
        guard (1601...9999).contains(fields[0]), (1...12).contains(fields[1]), (1...31).contains(fields[2]),
            fields[3] < 24, fields[4] < 60, fields[5] < 61
        else { return nil }
        // Days since 1970-01-01, counting years from March so that the leap day is the last of its year.
        let year = fields[1] > 2 ? fields[0] : fields[0] - 1
        let month = (fields[1] + 9) % 12
        let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + fields[2] - 1 - 719_468
        return FileTime(unixSeconds: days * 86_400 + fields[3] * 3_600 + fields[4] * 60 + fields[5])
    }
}
