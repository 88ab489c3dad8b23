internal import MAPI
internal import MIME

/// Meetings and appointments as `text/calendar` beside their text — [MS-OXCICAL] 2.1.3, RFC 6047.
extension MessageExport {
    /// - Parameter method: nil for an appointment, which nobody is asked to answer.
    func calendarEntity(method: MeetingMethod?) -> OutgoingEntity {
        let event = CalendarEvent(self, method: method)
        var parameters: [OutgoingEntity.Parameter] = [("method", event.methodName)]
        if event.isCounter { parameters.append(("component", "VEVENT")) }
        let calendar = OutgoingEntity.text(event.text(), type: "text/calendar", parameters: parameters)
        var alternatives = bodyAlternatives()
        if alternatives.isEmpty { alternatives = [BodyAlternative(entity: .text("", type: "text/plain"))] }
        return assembled(
            alternatives: alternatives + [BodyAlternative(entity: calendar)], attachments: message.attachments)
    }
}

/// One event, and the changed instances of it.
struct CalendarEvent {
    private let export: MessageExport
    private let properties: PropertyBag
    private let method: MeetingMethod?
    private let isAllDay: Bool
    private let start: FileTime?
    private let end: FileTime?
    private let pattern: RecurrencePattern?
    private let zone: CalendarTimeZone?

    init(_ export: MessageExport, method: MeetingMethod?) {
        self.export = export
        self.method = method
        properties = export.properties
        isAllDay = properties.boolean(NamedProperty.isAllDay) ?? false
        let start =
            properties.time(NamedProperty.appointmentStart) ?? properties.time(NamedProperty.commonStart)
            ?? properties.time(.startDate)
        self.start = start
        var end =
            properties.time(NamedProperty.appointmentEnd) ?? properties.time(NamedProperty.commonEnd)
            ?? properties.time(.endDate)
        if end == nil, let start, let minutes = properties.integer32(NamedProperty.appointmentDuration), minutes >= 0 {
            end = FileTime(unixSeconds: start.unixSeconds + Int64(minutes) * 60)
        }
        self.end = end.flatMap { end in start.map { end < $0 } == true ? nil : end }
        let description = properties.text(NamedProperty.timeZoneDescription)
        zone =
            properties.binary(NamedProperty.timeZoneStruct).flatMap {
                CalendarTimeZone(structure: $0, name: description)
            }
            ?? [0x8260, 0x825E].lazy.compactMap { identifier in
                export.properties.binary(NamedProperty(set: .psetidAppointment, identifier: identifier))
            }.compactMap { CalendarTimeZone(definition: $0, name: description) }.first
        let isException = properties.boolean(NamedProperty.isException) ?? false
        pattern = isException ? nil : properties.binary(NamedProperty.recurrence).flatMap { RecurrencePattern($0) }
    }

    /// Whether the changed instances of the series are written beside it.
    var isSeries: Bool { recurrenceRule() != nil }

    /// A changed instance of a recurring meeting — [MS-OXOCAL] 2.2.10.1.
    static func isException(_ attachment: Attachment) -> Bool {
        guard case .message(let inner) = attachment.content else { return false }
        let name = inner.properties.text(.messageClass)?.uppercased() ?? ""
        return name.hasPrefix("IPM.OLE.CLASS.{00061055-")
    }

    var isCounter: Bool {
        if case .reply? = method { return properties.boolean(NamedProperty.isCounterProposal) ?? false }
        return false
    }

    var methodName: String {
        switch method {
        case nil: "PUBLISH"
        case .request?: "REQUEST"
        case .cancel?: "CANCEL"
        case .reply?: isCounter ? "COUNTER" : "REPLY"
        }
    }

    func text() -> String {
        var lines = ICalendarLines()
        lines.add("BEGIN", "VCALENDAR")
        lines.add("PRODID", "-//mailbackup//EN")
        lines.add("VERSION", "2.0")
        lines.add("METHOD", methodName)
        let rule = recurrenceRule()
        if rule != nil, !isAllDay, let zone { zone.add(to: &lines) }
        lines.add("BEGIN", "VEVENT")
        addIdentity(to: &lines)
        addTimes(to: &lines, rule: rule)
        addDescription(to: &lines)
        addPeople(to: &lines)
        addReminder(to: &lines)
        lines.add("END", "VEVENT")
        if rule != nil, let pattern {
            for exception in pattern.exceptions { add(exception, of: pattern, to: &lines) }
        }
        lines.add("END", "VCALENDAR")
        return lines.text
    }

    // MARK: Identity

    private var uid: String {
        let identifier =
            properties.binary(NamedProperty.cleanGlobalObjectID) ?? properties.binary(NamedProperty.globalObjectID)
        return identifier.flatMap(GlobalObjectID.uid) ?? String(export.key.messageID.dropFirst().dropLast())
    }

    private var stamp: FileTime? {
        let isReply = if case .reply? = method { true } else { false }
        return (isReply ? properties.time(NamedProperty.attendeeCriticalChange) : nil)
            ?? properties.time(NamedProperty.ownerCriticalChange) ?? export.date
    }

    private func addIdentity(to lines: inout ICalendarLines) {
        lines.add("UID", text: uid.singleLine)
        lines.add("DTSTAMP", time: stamp ?? FileTime(unixSeconds: 0))
        lines.add("SEQUENCE", "\(max(0, properties.integer32(NamedProperty.appointmentSequence) ?? 0))")
        guard properties.boolean(NamedProperty.isException) == true else { return }
        if let replaced = properties.time(NamedProperty.exceptionReplaceTime) {
            lines.add("RECURRENCE-ID", time: replaced)
        } else if let day = properties.binary(NamedProperty.globalObjectID).flatMap(GlobalObjectID.day) {
            lines.add("RECURRENCE-ID;VALUE=DATE", day)
        }
    }

    // MARK: Times

    /// Days since 1970 of a local midnight that is stored as UTC: zones lie within half a day of it.
    private static func day(_ time: FileTime) -> Int64 {
        (time.unixSeconds + 43_200).flooredDivision(by: 86_400).quotient
    }

    /// Seconds to add to local times of the series to have UTC; for zones with summer time that of winter.
    private func shift(of pattern: RecurrencePattern) -> Int64 {
        if let zone { return -Int64(zone.standardOffset) * 60 }
        guard let start else { return 0 }
        return start.unixSeconds - (pattern.startDay + pattern.startOffset * 60)
    }

    private func recurrenceRule() -> String? {
        guard properties.binary(NamedProperty.recurrence) != nil,
            properties.boolean(NamedProperty.isException) != true
        else { return nil }
        var until: String?
        if let pattern {
            let last = pattern.endDay + pattern.startOffset * 60
            until =
                isAllDay
                ? ICalendarTime.day(pattern.endDay.flooredDivision(by: 86_400).quotient)
                : ICalendarTime.local(last + shift(of: pattern)).map { $0 + "Z" }
        }
        if let rule = pattern?.rule(until: until) { return rule }
        export.record.report(
            "the recurrence of a calendar item could not be expressed; only its first time was written")
        return nil
    }

    /// Name with parameters and value of a local time of the series.
    private func field(_ name: String, local: Int64, of pattern: RecurrencePattern) -> (String, String)? {
        if isAllDay {
            return ICalendarTime.day(local.flooredDivision(by: 86_400).quotient).map { ("\(name);VALUE=DATE", $0) }
        }
        if let zone {
            return ICalendarTime.local(local).map { ("\(name);TZID=\(ICalendarLines.parameter(zone.name))", $0) }
        }
        return ICalendarTime.local(local + shift(of: pattern)).map { (name, $0 + "Z") }
    }

    private func addTimes(to lines: inout ICalendarLines, rule: String?) {
        if let rule, let pattern {
            let first = pattern.startDay + pattern.startOffset * 60
            let last = pattern.startDay + max(pattern.endOffset, pattern.startOffset) * 60
            for (name, time) in [("DTSTART", first), ("DTEND", last)] {
                if let field = field(name, local: time, of: pattern) { lines.add(field.0, field.1) }
            }
            lines.add("RRULE", rule)
            let changed = Set(pattern.exceptions.map { $0.originalStart.flooredDivision(by: 86_400).quotient })
            for day in pattern.deletedDays where !changed.contains(day.flooredDivision(by: 86_400).quotient) {
                if let field = field("EXDATE", local: day + pattern.startOffset * 60, of: pattern) {
                    lines.add(field.0, field.1)
                }
            }
            return
        }
        let proposed = isCounter ? properties.time(NamedProperty.proposedStart) : nil
        let proposedEnd = isCounter ? properties.time(NamedProperty.proposedEnd) : nil
        for (name, time) in [("DTSTART", proposed ?? start), ("DTEND", proposedEnd ?? end)] {
            guard let time else { continue }
            if isAllDay {
                if let day = ICalendarTime.day(Self.day(time)) { lines.add("\(name);VALUE=DATE", day) }
            } else {
                lines.add(name, time: time)
            }
        }
        if properties.binary(NamedProperty.recurrence) != nil, properties.boolean(NamedProperty.isException) != true {
            let words = properties.text(NamedProperty.recurrencePattern)?.boundedLine
            lines.add("COMMENT", text: "This item recurs" + (words.map { ": \($0)" } ?? ""))
        }
    }

    private func add(
        _ exception: RecurrencePattern.Exception, of pattern: RecurrencePattern, to lines: inout ICalendarLines
    ) {
        guard let original = field("RECURRENCE-ID", local: exception.originalStart, of: pattern),
            let start = field("DTSTART", local: exception.start, of: pattern),
            let end = field("DTEND", local: max(exception.start, exception.end), of: pattern)
        else { return }
        lines.add("BEGIN", "VEVENT")
        lines.add("UID", text: uid.singleLine)
        lines.add("DTSTAMP", time: stamp ?? FileTime(unixSeconds: 0))
        for field in [original, start, end] { lines.add(field.0, field.1) }
        lines.add("SUMMARY", text: exception.subject?.singleLine ?? export.subject)
        lines.add("LOCATION", text: exception.location?.singleLine ?? location)
        lines.add("DESCRIPTION", text: text(of: exception))
        lines.add("END", "VEVENT")
    }

    /// The text of a changed instance, which an attachment holds: found by its local start.
    private func text(of exception: RecurrencePattern.Exception) -> String? {
        let own = export.message.attachments.first { attachment in
            Self.isException(attachment)
                && attachment.properties.time(.exceptionStartTime)?.unixSeconds == exception.start
        }
        guard case .message(let inner)? = own?.content else { return nil }
        return BodyTexts(inner.properties, record: ExportRecord()).plain
    }

    // MARK: Text and people

    private var location: String? {
        (properties.text(NamedProperty.location) ?? properties.text(NamedProperty.meetingWhere))?.boundedLine
    }

    private func addDescription(to lines: inout ICalendarLines) {
        lines.add("SUMMARY", text: export.subject)
        lines.add("LOCATION", text: location)
        lines.add("DESCRIPTION", text: BodyTexts(properties, record: ExportRecord()).plain)
        let categories = properties.strings(NamedProperty.categories).map { ICalendarLines.escaped($0.boundedLine) }
        if !categories.isEmpty { lines.add("CATEGORIES", categories.joined(separator: ",")) }
        switch properties.integer32(.importance) {
        case 0: lines.add("PRIORITY", "9")
        case 2: lines.add("PRIORITY", "1")
        default: break
        }
        switch properties.integer32(.sensitivity) {
        case 1, 2: lines.add("CLASS", "PRIVATE")
        case 3: lines.add("CLASS", "CONFIDENTIAL")
        default: lines.add("CLASS", "PUBLIC")
        }
        if method == .cancel { lines.add("STATUS", "CANCELLED") }
        let busy =
            properties.integer32(NamedProperty.intendedBusyStatus) ?? properties.integer32(NamedProperty.busyStatus)
            ?? 2
        lines.add("TRANSP", busy == 0 ? "TRANSPARENT" : "OPAQUE")
        let names: [Int32: String] = [0: "FREE", 1: "TENTATIVE", 2: "BUSY", 3: "OOF", 4: "WORKINGELSEWHERE"]
        if let name = names[busy] { lines.add("X-MICROSOFT-CDO-BUSYSTATUS", name) }
    }

    private func addPeople(to lines: inout ICalendarLines) {
        let sender =
            Correspondent(properties, role: .sentRepresenting) ?? Correspondent(properties, role: .sender)
        let rows = export.orderedRecipients
        if case .reply(let answer)? = method {
            if let organizer = rows.first(where: { $0.type == 1 }).flatMap({ Correspondent($0.row) }) {
                add("ORGANIZER", organizer, [], to: &lines)
            }
            if let sender { add("ATTENDEE", sender, ["PARTSTAT=\(answer)"], to: &lines) }
            return
        }
        let isMeeting = method != nil || (properties.integer32(NamedProperty.appointmentState) ?? 0) & 1 != 0
        guard isMeeting else { return }
        let marked = rows.first { ($0.row.properties.integer32(.recipientFlags) ?? 0) & 2 != 0 }
        let organizer = (method == nil ? marked.flatMap { Correspondent($0.row) } : nil) ?? sender
        if let organizer { add("ORGANIZER", organizer, [], to: &lines) }
        for entry in rows where (entry.row.properties.integer32(.recipientFlags) ?? 0) & 2 == 0 {
            guard let attendee = Correspondent(entry.row) else { continue }
            add("ATTENDEE", attendee, Self.parameters(entry.type, entry.row, rsvp: rsvp), to: &lines)
        }
    }

    private var rsvp: Bool { method == .request && properties.boolean(.responseRequested) != false }

    private static func parameters(_ type: Int32, _ row: Recipient, rsvp: Bool) -> [String] {
        var parameters: [String]
        switch type {
        case 2: parameters = ["ROLE=OPT-PARTICIPANT"]
        case 3: parameters = ["CUTYPE=RESOURCE", "ROLE=NON-PARTICIPANT"]
        default: parameters = ["ROLE=REQ-PARTICIPANT"]
        }
        switch row.properties.integer32(.recipientTrackStatus) {
        case 2: parameters.append("PARTSTAT=TENTATIVE")
        case 3: parameters.append("PARTSTAT=ACCEPTED")
        case 4: parameters.append("PARTSTAT=DECLINED")
        default: parameters.append("PARTSTAT=NEEDS-ACTION")
        }
        if rsvp { parameters.append("RSVP=TRUE") }
        return parameters
    }

    private func add(
        _ name: String, _ person: Correspondent, _ parameters: [String], to lines: inout ICalendarLines
    ) {
        var name = name
        for parameter in parameters { name += ";" + parameter }
        if !person.name.isEmpty { name += ";CN=" + ICalendarLines.parameter(person.name) }
        let address = person.address.isEmpty ? "invalid:nomail" : "mailto:" + person.address
        lines.add(name, address.filter { $0 != "\r" && $0 != "\n" })
    }

    private func addReminder(to lines: inout ICalendarLines) {
        guard method == nil, properties.boolean(NamedProperty.isReminderSet) == true,
            let minutes = properties.integer32(NamedProperty.reminderDelta), (0...1_000_000).contains(minutes)
        else { return }
        lines.add("BEGIN", "VALARM")
        lines.add("ACTION", "DISPLAY")
        lines.add("DESCRIPTION", "Reminder")
        lines.add("TRIGGER", "-PT\(minutes)M")
        lines.add("END", "VALARM")
    }
}

/// PidLidGlobalObjectId — [MS-OXOCAL] 2.2.1.27.
enum GlobalObjectID {
    /// The UID it was made from, or its hexadecimal form without the date of an instance.
    static func uid(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 40 else { return nil }
        let marker = Array("vCal-Uid".utf8) + [1, 0, 0, 0]
        let data = bytes[40...]
        if data.starts(with: marker) {
            let text = data.dropFirst(marker.count).prefix { $0 != 0 }
            if !text.isEmpty { return String(decoding: text, as: UTF8.self) }
        }
        guard bytes.count <= 4096 else { return nil }
        var clean = bytes
        for index in 16..<20 { clean[index] = 0 }
        return Hexadecimal.text(clean).uppercased()
    }

    /// `20240131`, the day of the instance; nil for a whole series.
    static func day(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 20 else { return nil }
        let year = Int(bytes[16]) << 8 | Int(bytes[17])
        guard (1601...4500).contains(year), (1...12).contains(bytes[18]), (1...31).contains(bytes[19]) else {
            return nil
        }
        func digits(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)" + digits(bytes[18]) + digits(bytes[19])
    }
}
