/// date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE — RFC 9051 9.
public enum InternalDate {
    private static let months: [StaticString] = [
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ]

    /// Seconds since 1970-01-01 UTC of, for instance, " 7-Jul-1996 02:44:25 -0700"; nil where it is no such date. Blanks may
    /// be more, and the zone, then UTC, may be missing.
    public static func unixSeconds(_ bytes: [UInt8]) -> Int64? {
        var rest = bytes[...]
        guard let day = number(&rest, 1...31), take("-", &rest), let month = month(&rest), take("-", &rest),
            let year = number(&rest, 1...9999), rest.first == 0x20, let hour = number(&rest, 0...24), take(":", &rest),
            let minute = number(&rest, 0...59), take(":", &rest), let second = number(&rest, 0...60),
            let offset = offset(&rest)
        else { return nil }
        return days(year: year, month: month, day: day) * 86_400 + hour * 3_600 + minute * 60 + second - offset
    }

    private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
        while rest.first == 0x20 { rest.removeFirst() }
    }

    private static func take(_ byte: Unicode.Scalar, _ rest: inout ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first, UInt32(first) == byte.value else { return false }
        rest.removeFirst()
        return true
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ range: ClosedRange<Int64>) -> Int64? {
        skipBlanks(&rest)
        var number: Int64?
        while let digit = rest.first, ASCII.isDigit(digit) {
            let next = (number ?? 0) * 10 + Int64(digit - 0x30)
            guard next <= range.upperBound else { return nil }
            number = next
            rest.removeFirst()
        }
        return number.flatMap { range.contains($0) ? $0 : nil }
    }

    private static func month(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        let name = rest.prefix(3)
        guard let index = months.firstIndex(where: { ASCII.isWord(name, $0) }) else { return nil }
        rest.removeFirst(3)
        return Int64(index) + 1
    }

    /// Seconds to the east of Greenwich.
    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        skipBlanks(&rest)
        guard !rest.isEmpty else { return 0 }
        let isWest = take("-", &rest)
        // Without a sign it is to the east.
        if !isWest { _ = take("+", &rest) }
        guard let zone = number(&rest, 0...9999) else { return nil }
        return (isWest ? -1 : 1) * (zone / 100 * 60 + zone % 100) * 60
    }

    /// Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that leap days end them.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month <= 2 ? year - 1 : year
        let era = (year >= 0 ? year : year - 399) / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
