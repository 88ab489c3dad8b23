internal import MAPI
internal import MIME

/// Tasks and journal entries as mail with a `text/calendar` part beside the text — [MS-OXCICAL] knows neither, so
/// these are VTODO and VJOURNAL of RFC 5545 3.6.2, 3.6.3.
extension MessageExport {
    func taskEntity() -> OutgoingEntity {
        var lines = ICalendarLines()
        if let start = properties.time(NamedProperty.taskStart) { addDay("DTSTART", start, to: &lines) }
        if let due = properties.time(NamedProperty.taskDue) { addDay("DUE", due, to: &lines) }
        if case .floating64(let share)? = properties[NamedProperty.percentComplete], (0...1).contains(share) {
            lines.add("PERCENT-COMPLETE", "\(Int((share * 100).rounded()))")
        }
        let states: [Int32: String] = [0: "NEEDS-ACTION", 1: "IN-PROCESS", 2: "COMPLETED", 3: "NEEDS-ACTION"]
        let isComplete = properties.boolean(NamedProperty.taskComplete) ?? false
        if let state = isComplete ? "COMPLETED" : properties.integer32(NamedProperty.taskStatus).flatMap({ states[$0] })
        {
            lines.add("STATUS", state)
        }
        if isComplete { lines.add("COMPLETED", time: properties.time(NamedProperty.taskCompleted)) }
        switch properties.integer32(.importance) {
        case 0: lines.add("PRIORITY", "9")
        case 2: lines.add("PRIORITY", "1")
        default: break
        }
        lines.add("X-MAPI-TASK-OWNER", text: properties.text(NamedProperty.taskOwner)?.boundedLine)
        if properties.binary(NamedProperty.taskRecurrence) != nil {
            lines.add("COMMENT", text: "This task recurs")
            record.report("the recurrence of a task was not written")
        }
        return withComponent("VTODO", lines)
    }

    func journalEntity() -> OutgoingEntity {
        var lines = ICalendarLines()
        lines.add(
            "DTSTART", time: properties.time(NamedProperty.logStart) ?? properties.time(NamedProperty.commonStart))
        lines.add("CATEGORIES", text: properties.text(NamedProperty.logType)?.boundedLine)
        lines.add("X-MAPI-LOG-END", time: properties.time(NamedProperty.logEnd))
        if let minutes = properties.integer32(NamedProperty.logDuration), minutes >= 0 {
            lines.add("X-MAPI-LOG-DURATION", "PT\(minutes)M")
        }
        return withComponent("VJOURNAL", lines)
    }

    /// Task dates are days; a time beyond the calendar means "none".
    private func addDay(_ name: String, _ time: FileTime, to lines: inout ICalendarLines) {
        let days = (time.unixSeconds + 43_200).flooredDivision(by: 86_400).quotient
        guard days < 900_000, let day = ICalendarTime.day(days) else { return }
        lines.add("\(name);VALUE=DATE", day)
    }

    private func withComponent(_ component: String, _ inner: ICalendarLines) -> OutgoingEntity {
        var lines = ICalendarLines()
        lines.add("BEGIN", "VCALENDAR")
        lines.add("PRODID", "-//mailbackup//EN")
        lines.add("VERSION", "2.0")
        lines.add("BEGIN", component)
        lines.add("UID", String(key.messageID.dropFirst().dropLast()))
        lines.add("DTSTAMP", time: date ?? FileTime(unixSeconds: 0))
        lines.add("SUMMARY", text: subject)
        lines.add("DESCRIPTION", text: BodyTexts(properties, record: ExportRecord()).plain)
        let categories = properties.strings(NamedProperty.categories).map { ICalendarLines.escaped($0.boundedLine) }
        if !categories.isEmpty { lines.add("CATEGORIES", categories.joined(separator: ",")) }
        lines.append(inner)
        lines.add("END", component)
        lines.add("END", "VCALENDAR")
        var alternatives = bodyAlternatives()
        if alternatives.isEmpty { alternatives = [BodyAlternative(entity: .text("", type: "text/plain"))] }
        let calendar = OutgoingEntity.text(lines.text, type: "text/calendar", parameters: [("component", component)])
        return assembled(
            alternatives: alternatives + [BodyAlternative(entity: calendar)], attachments: message.attachments)
    }
}
