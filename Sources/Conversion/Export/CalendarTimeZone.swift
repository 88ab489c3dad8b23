internal import BinaryIO

/// The rules of a time zone — PidLidTimeZoneStruct, [MS-OXOCAL] 2.2.1.39; PidLidAppointmentTimeZoneDefinitionRecur,
/// 2.2.1.41.
struct CalendarTimeZone {
    let name: String
    /// Minutes east of Greenwich.
    let standardOffset: Int
    let daylightOffset: Int
    private let standardStart: Transition?
    private let daylightStart: Transition?

    /// SYSTEMTIME as the rule for a day of every year.
    private struct Transition {
        let month: Int
        let weekday: Int
        /// 1 to 4, 5 the last.
        let week: Int
        let hour: Int
        let minute: Int

        /// nil where there is no such rule.
        init?(_ bytes: [UInt8], at offset: Int) {
            func word(_ index: Int) -> Int { Int(bytes.loadLittleEndian(UInt16.self, at: offset + 2 * index) ?? 0) }
            month = word(1)
            weekday = word(2)
            week = word(3)
            hour = word(4)
            minute = word(5)
            guard (1...12).contains(month), weekday < 7, (1...5).contains(week), hour < 24, minute < 60 else {
                return nil
            }
        }
    }

    /// From PidLidTimeZoneStruct.
    init?(structure bytes: [UInt8], name: String?) {
        guard bytes.count >= 48 else { return nil }
        self.init(bytes, biasesAt: 0, standardAt: 14, daylightAt: 32, name: name)
    }

    /// From a time zone definition: the rule in force, else the last one.
    init?(definition bytes: [UInt8], name: String?) {
        guard bytes.starts(with: [0x02, 0x01]), let keyLength = bytes.loadLittleEndian(UInt16.self, at: 6) else {
            return nil
        }
        let countOffset = 8 + 2 * Int(keyLength)
        guard let count = bytes.loadLittleEndian(UInt16.self, at: countOffset), count > 0 else { return nil }
        let key = CodePage.text(Array(bytes[8..<countOffset]), codePage: 1200)
        var chosen: Int?
        for index in 0..<Int(count) {
            let offset = countOffset + 2 + 66 * index
            guard offset + 66 <= bytes.count else { break }
            chosen = offset
            if (bytes.loadLittleEndian(UInt16.self, at: offset + 4) ?? 0) & 2 != 0 { break }
        }
        guard let chosen else { return nil }
        self.init(
            bytes, biasesAt: chosen + 22, standardAt: chosen + 34, daylightAt: chosen + 50,
            name: key.isEmpty ? name : key)
    }

    private init?(_ bytes: [UInt8], biasesAt offset: Int, standardAt: Int, daylightAt: Int, name: String?) {
        guard let bias = bytes.loadLittleEndian(Int32.self, at: offset),
            let standard = bytes.loadLittleEndian(Int32.self, at: offset + 4),
            let daylight = bytes.loadLittleEndian(Int32.self, at: offset + 8),
            [bias, standard, daylight].allSatisfy({ (-1440...1440).contains($0) })
        else { return nil }
        standardOffset = -Int(bias + standard)
        standardStart = Transition(bytes, at: standardAt)
        daylightStart = Transition(bytes, at: daylightAt)
        let hasDaylight = standardStart != nil && daylightStart != nil
        daylightOffset = hasDaylight ? -Int(bias + daylight) : standardOffset
        let shown = (name ?? "").boundedLine.filter { !"\";:,".contains($0) }
        self.name = shown.isEmpty ? "UTC" + Self.text(standardOffset) : shown
    }

    /// VTIMEZONE, RFC 5545 3.6.5.
    func add(to lines: inout ICalendarLines) {
        lines.add("BEGIN", "VTIMEZONE")
        lines.add("TZID", name)
        add("STANDARD", standardStart, from: daylightOffset, to: standardOffset, lines: &lines)
        if let daylightStart, standardStart != nil {
            add("DAYLIGHT", daylightStart, from: standardOffset, to: daylightOffset, lines: &lines)
        }
        lines.add("END", "VTIMEZONE")
    }

    private func add(
        _ kind: String, _ transition: Transition?, from: Int, to: Int, lines: inout ICalendarLines
    ) {
        func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        lines.add("BEGIN", kind)
        lines.add("DTSTART", "16010101T" + (transition.map { digits($0.hour) + digits($0.minute) } ?? "0000") + "00")
        lines.add("TZOFFSETFROM", Self.text(from))
        lines.add("TZOFFSETTO", Self.text(to))
        if let transition {
            let day = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"][transition.weekday]
            let week = transition.week == 5 ? "-1" : "\(transition.week)"
            lines.add("RRULE", "FREQ=YEARLY;BYDAY=\(week)\(day);BYMONTH=\(transition.month)")
        }
        lines.add("END", kind)
    }

    /// `+0100`
    private static func text(_ offset: Int) -> String {
        func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return (offset < 0 ? "-" : "+") + digits(abs(offset) / 60) + digits(abs(offset) % 60)
    }
}
