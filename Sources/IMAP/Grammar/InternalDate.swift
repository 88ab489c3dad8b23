/// date-time = DQUOTE date-day-fixed "-" date-month "-" date-year SP time SP zone DQUOTE — RFC 9051 9.
public enum InternalDate {
    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]

    /// Seconds since 1970-01-01 UTC of, for instance, " 7-Jul-1996 02:44:25 -0700"; nil where it is no such date.
    public static func unixSeconds(_ bytes: [UInt8]) -> Int64? { fixedForm(bytes) ?? freeForm(bytes) }

    /// As the grammar has it: every listing has one for each message.
    private static func fixedForm(_ bytes: [UInt8]) -> Int64? {
        guard bytes.count == 26, bytes[2] == UInt8(ascii: "-"), bytes[6] == UInt8(ascii: "-"), bytes[11] == 0x20,
            bytes[14] == UInt8(ascii: ":"), bytes[17] == UInt8(ascii: ":"), bytes[20] == 0x20
        else { return nil }
        func number(_ range: Range<Int>) -> Int64? {
            var number: Int64 = 0
            for byte in bytes[range] {
                guard ASCII.isDigit(byte) else { return nil }
                number = number * 10 + Int64(byte - 0x30)
            }
            return number
        }
        let sign: Int64? = bytes[21] == UInt8(ascii: "+") ? 1 : bytes[21] == UInt8(ascii: "-") ? -1 : nil
        guard let day = number(bytes[0] == 0x20 ? 1..<2 : 0..<2), (1...31).contains(day),
            let month = months.firstIndex(where: { $0.utf8.elementsEqual(bytes[3..<6].lazy.map(ASCII.upper)) }),
            let year = number(7..<11), year > 0, let hour = number(12..<14), hour <= 24,
            let minute = number(15..<17), minute <= 59, let second = number(18..<20), second <= 60, let sign,
            let zone = number(22..<26)
        else { return nil }
        return days(year: year, month: Int64(month) + 1, day: day) * 86_400 + hour * 3_600 + minute * 60 + second
            - sign * (zone / 100 * 60 + zone % 100) * 60
    }

    /// As servers write it.
    private static func freeForm(_ bytes: [UInt8]) -> Int64? {
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count >= 2 else { return nil }
        let date = fields[0].split(separator: "-")
        let time = fields[1].split(separator: ":").map { Int64($0) ?? -1 }
        guard date.count == 3, let day = Int64(date[0]), (1...31).contains(day),
            let month = months.firstIndex(of: date[1].uppercased()),
            let year = Int64(date[2]), (1...9999).contains(year),
            time.count == 3, (0...24).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2])
        else { return nil }
        var offset: Int64 = 0
        if fields.count > 2 {
            guard let zone = Int64(fields[2]), abs(zone) < 10_000 else { return nil }
            offset = (zone / 100 * 60 + zone % 100) * 60
        }
        return days(year: year, month: Int64(month) + 1, day: day) * 86_400 + time[0] * 3_600 + time[1] * 60 + time[2]
            - offset
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
