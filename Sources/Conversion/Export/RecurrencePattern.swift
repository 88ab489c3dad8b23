internal import BinaryIO
internal import MIME

/// PidLidAppointmentRecur — [MS-OXOCAL] 2.2.1.44. All dates are local; minutes count from 1601-01-01.
struct RecurrencePattern {
    /// A changed instance.
    struct Exception {
        /// Local, seconds since 1970.
        var start: Int64
        var end: Int64
        /// Local start before the change.
        var originalStart: Int64
        var subject: String?
        var location: String?
        fileprivate var overrides: UInt16
    }

    let frequency: UInt16
    let patternType: UInt16
    let period: UInt32
    /// Bits from Sunday on, of patterns by weekday.
    private(set) var weekdays: UInt32 = 0
    /// Day of the month, or which of the weekdays: 1 to 4, 5 the last.
    private(set) var number: UInt32 = 0
    let endType: UInt32
    let occurrenceCount: UInt32
    let firstWeekday: UInt32
    /// Local midnights, seconds since 1970, of instances that are not there; changed ones are among them.
    let deletedDays: [Int64]
    let startDay: Int64
    let endDay: Int64
    /// Minutes after midnight.
    let startOffset: Int64
    let endOffset: Int64
    private(set) var exceptions: [Exception] = []

    /// nil where the bytes are no such pattern, or end too early.
    init?(_ bytes: [UInt8]) {
        var cursor = RecurrenceCursor(bytes)
        guard cursor.word() == 0x3004, cursor.word() != nil, let frequency = cursor.word(),
            let patternType = cursor.word(), cursor.word() != nil, cursor.double() != nil,
            let period = cursor.double(), cursor.double() != nil
        else { return nil }
        self.frequency = frequency
        self.patternType = patternType
        self.period = period
        switch patternType {
        case 0: break
        case 1:
            guard let mask = cursor.double() else { return nil }
            weekdays = mask
        case 2, 4, 0xA, 0xC:
            guard let day = cursor.double() else { return nil }
            number = day
        case 3, 0xB:
            guard let mask = cursor.double(), let nth = cursor.double() else { return nil }
            weekdays = mask
            number = nth
        default: return nil
        }
        guard let endType = cursor.double(), let count = cursor.double(), let first = cursor.double(),
            let deleted = cursor.dates(), cursor.dates() != nil, let start = cursor.double(), let end = cursor.double()
        else { return nil }
        self.endType = endType
        occurrenceCount = count
        firstWeekday = first
        deletedDays = deleted
        startDay = Self.unixSeconds(start)
        endDay = Self.unixSeconds(end)
        guard cursor.double() != nil, let writer = cursor.double(), let startOffset = cursor.double(),
            let endOffset = cursor.double(), let exceptionCount = cursor.word()
        else { return nil }
        self.startOffset = Int64(startOffset)
        self.endOffset = Int64(endOffset)
        for _ in 0..<min(Int(exceptionCount), ExportLimits.exceptionCount) {
            guard let exception = cursor.exception() else { return }
            exceptions.append(exception)
        }
        readExtensions(&cursor, writer: writer)
    }

    /// The same texts once more in Unicode.
    private mutating func readExtensions(_ cursor: inout RecurrenceCursor, writer: UInt32) {
        guard cursor.skipBlock() else { return }
        for index in exceptions.indices {
            if writer >= 0x3009, !cursor.skipBlock() { return }
            guard cursor.skipBlock() else { return }
            let overrides = exceptions[index].overrides
            guard overrides & 0x11 != 0 else { continue }
            guard cursor.double() != nil, cursor.double() != nil, cursor.double() != nil else { return }
            if overrides & 0x1 != 0 {
                guard let text = cursor.wideText() else { return }
                exceptions[index].subject = text
            }
            if overrides & 0x10 != 0 {
                guard let text = cursor.wideText() else { return }
                exceptions[index].location = text
            }
            guard cursor.skipBlock() else { return }
        }
    }

    static func unixSeconds(_ minutes: UInt32) -> Int64 { Int64(minutes) * 60 - 11_644_473_600 }

    /// The `RRULE` that says the same; nil where there is none.
    /// - Parameter until: the last start as a value of the kind that the event uses.
    func rule(until: String?) -> String? {
        guard period > 0, period <= 1_000_000, let (frequency, parts) = parts() else { return nil }
        var rule = ["FREQ=\(frequency)"] + parts
        switch endType {
        case 0x2021:
            guard let until else { return nil }
            rule.append("UNTIL=\(until)")
        case 0x2022:
            guard occurrenceCount > 0 else { return nil }
            rule.append("COUNT=\(occurrenceCount)")
        default: break
        }
        return rule.joined(separator: ";")
    }

    private static let weekdayNames = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]

    private var byDay: String? {
        let names = Self.weekdayNames.enumerated().filter { weekdays >> UInt32($0.offset) & 1 == 1 }
        return names.isEmpty ? nil : "BYDAY=" + names.map(\.element).joined(separator: ",")
    }

    private func parts() -> (String, [String])? {
        func interval(_ number: UInt32) -> [String] { number > 1 ? ["INTERVAL=\(number)"] : [] }
        switch (frequency, patternType) {
        case (0x200A, 0):
            return period % 1440 == 0 ? ("DAILY", interval(period / 1440)) : nil
        case (0x200A, 1), (0x200B, 1):
            guard let byDay else { return nil }
            let weekStart = "WKST=" + Self.weekdayNames[Int(firstWeekday % 7)]
            return ("WEEKLY", interval(frequency == 0x200A ? 1 : period) + [byDay, weekStart])
        case (0x200C, _), (0x200D, _):
            guard let days = monthParts() else { return nil }
            guard frequency == 0x200D, period % 12 == 0 else { return ("MONTHLY", interval(period) + days) }
            guard let date = ICalendarTime.day(startDay.flooredDivision(by: 86_400).quotient),
                let month = Int(date.dropFirst(4).prefix(2))
            else { return nil }
            return ("YEARLY", interval(period / 12) + ["BYMONTH=\(month)"] + days)
        default: return nil
        }
    }

    private func monthParts() -> [String]? {
        switch patternType {
        case 2:
            // Where a month has no such day, its last day counts.
            switch number {
            case 1...28: return ["BYMONTHDAY=\(number)"]
            case 29: return ["BYMONTHDAY=28,29", "BYSETPOS=-1"]
            case 30: return ["BYMONTHDAY=28,29,30", "BYSETPOS=-1"]
            case 31: return ["BYMONTHDAY=-1"]
            default: return nil
            }
        case 4: return ["BYMONTHDAY=-1"]
        case 3:
            guard let byDay, (1...5).contains(number) else { return nil }
            return [byDay, "BYSETPOS=" + (number == 5 ? "-1" : "\(number)")]
        default: return nil
        }
    }
}

private struct RecurrenceCursor {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func word() -> UInt16? {
        guard let value = bytes.loadLittleEndian(UInt16.self, at: position) else { return nil }
        position += 2
        return value
    }

    mutating func double() -> UInt32? {
        guard let value = bytes.loadLittleEndian(UInt32.self, at: position) else { return nil }
        position += 4
        return value
    }

    /// A count and that many dates.
    mutating func dates() -> [Int64]? {
        guard let count = double(), Int(count) <= (bytes.count - position) / 4 else { return nil }
        var result: [Int64] = []
        for _ in 0..<count {
            guard let minutes = double() else { return nil }
            result.append(RecurrencePattern.unixSeconds(minutes))
        }
        return result
    }

    private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
        guard count <= bytes.count - position else { return nil }
        defer { position += count }
        return bytes[position..<position + count]
    }

    /// A size and that many bytes.
    mutating func skipBlock() -> Bool {
        guard let size = double() else { return false }
        return take(Int(size)) != nil
    }

    mutating func wideText() -> String? {
        guard let count = word(), let text = take(Int(count) * 2) else { return nil }
        return CodePage.text(Array(text), codePage: 1200)
    }

    private mutating func narrowText() -> String? {
        guard word() != nil, let count = word(), let text = take(Int(count)) else { return nil }
        return CodePage.text(Array(text), codePage: CodePage.windows1252)
    }

    /// ExceptionInfo — [MS-OXOCAL] 2.2.1.44.2.
    mutating func exception() -> RecurrencePattern.Exception? {
        guard let start = double(), let end = double(), let original = double(), let overrides = word() else {
            return nil
        }
        var result = RecurrencePattern.Exception(
            start: RecurrencePattern.unixSeconds(start), end: RecurrencePattern.unixSeconds(end),
            originalStart: RecurrencePattern.unixSeconds(original), overrides: overrides)
        if overrides & 0x1 != 0 {
            guard let text = narrowText() else { return nil }
            result.subject = text
        }
        for bit in [0x2, 0x4, 0x8] as [UInt16] where overrides & bit != 0 {
            guard double() != nil else { return nil }
        }
        if overrides & 0x10 != 0 {
            guard let text = narrowText() else { return nil }
            result.location = text
        }
        for bit in [0x20, 0x40, 0x80, 0x100] as [UInt16] where overrides & bit != 0 {
            guard double() != nil else { return nil }
        }
        return result
    }
}
