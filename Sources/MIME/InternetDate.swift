internal import CGMime

/// A date and time of a header — RFC 5322 3.3.
public struct InternetDate: Hashable, Sendable {
    /// Seconds since 1970-01-01 00:00 UTC.
    public let unixSeconds: Int64

    /// Lenient: GMime reads what RFC 5322 does not allow. nil where there is no date in the value.
    public init?(_ value: UnsafeRawBufferPointer) {
        if let seconds = StrictDate(value)?.unixSeconds {
            unixSeconds = seconds
            return
        }
        let bytes = HeaderText.unfolded(value)
        guard !bytes.isEmpty, bytes.count <= 256 else { return nil }
        GMime.ready
        guard let date = CText(bytes).withCString({ g_mime_utils_header_decode_date($0) }).flatMap({ $0 }) else {
            return nil
        }
        defer { g_date_time_unref(date) }
        unixSeconds = Int64(g_date_time_to_unix(date))
    }

    /// The stamp at the end of a `Received` field, behind its last semicolon.
    public init?(received value: UnsafeRawBufferPointer) {
        guard let semicolon = value.lastIndex(of: ASCII.semicolon) else { return nil }
        self.init(value.slice(semicolon + 1..<value.count))
    }
}

/// `[Day,] D Mon YYYY HH:MM[:SS] ±HHMM [(comment)]`, as nearly all mail has it, without the library's detour.
private struct StrictDate {
    var unixSeconds: Int64 = 0
    private var text: UnsafeRawBufferPointer
    private var position = 0

    init?(_ value: UnsafeRawBufferPointer) {
        text = value.trimmed
        if let comma = text.firstIndex(of: ASCII.comma) {
            guard comma == 3 else { return nil }
            position = comma + 1
        }
        guard let day = number(1...2), let month = month(), let year = number(4...4), let hour = number(2...2),
            colon(), let minute = number(2...2)
        else { return nil }
        var second = 0
        if position < text.count, text[position] == ASCII.colon {
            position += 1
            guard let value = number(2...2) else { return nil }
            second = value
        }
        guard let zone = zone(), (1...31).contains(day), year >= 1601, hour < 24, minute < 60, second <= 60 else {
            return nil
        }
        skipBlanks()
        guard position == text.count || text[position] == ASCII.openParenthesis else { return nil }
        let days = Self.daysSinceEpoch(year: year, month: month, day: day)
        unixSeconds = Int64(days * 86_400 + hour * 3600 + minute * 60 + second - zone * 60)
    }

    private mutating func skipBlanks() {
        while position < text.count, text[position].isWhiteSpace { position += 1 }
    }

    private mutating func number(_ digits: ClosedRange<Int>) -> Int? {
        skipBlanks()
        let start = position
        var value = 0
        while position < text.count, position - start < 5, text[position] &- 0x30 < 10 {
            value = value * 10 + Int(text[position] - 0x30)
            position += 1
        }
        return digits.contains(position - start) ? value : nil
    }

    private mutating func colon() -> Bool {
        guard position < text.count, text[position] == ASCII.colon else { return false }
        position += 1
        return true
    }

    private mutating func month() -> Int? {
        skipBlanks()
        guard position + 4 <= text.count, text[position + 3].isWhiteSpace else { return nil }
        let names: [StaticString] = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ]
        let name = text.slice(position..<position + 3)
        guard let index = names.firstIndex(where: { name.equalsIgnoringCase($0) }) else { return nil }
        position += 3
        return index + 1
    }

    /// Minutes east of Greenwich.
    private mutating func zone() -> Int? {
        skipBlanks()
        let rest = text.slice(position..<text.count)
        if rest.equalsIgnoringCase("GMT") || rest.equalsIgnoringCase("UT") {
            position = text.count
            return 0
        }
        guard let sign = rest.first, sign == 0x2B || sign == ASCII.hyphen else { return nil }
        position += 1
        guard let value = number(4...4), value % 100 < 60, value < 1500 else { return nil }
        let minutes = value / 100 * 60 + value % 100
        return sign == ASCII.hyphen ? -minutes : minutes
    }

    /// Proleptic Gregorian calendar, March as the first month of the year.
    private static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
