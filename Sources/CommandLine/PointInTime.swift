import Glibc
import MAPI

/// A moment as options give it — ISO 8601: "2025-01-31" or "2025-01-31T08:30[:15]", with "Z" or "+01:00" at the end of
/// a time, else in the local time zone. A date alone is its first moment.
struct PointInTime: Hashable {
    let time: FileTime

    init?(_ text: String) {
        var fields = Fields(text[...])
        guard let year = fields.number(4), fields.take("-"), let month = fields.number(2), fields.take("-"),
            let day = fields.number(2), (1601...9999).contains(year), (1...12).contains(month)
        else { return nil }
        var parts = tm()
        parts.tm_year = Int32(year - 1900)
        parts.tm_mon = Int32(month - 1)
        parts.tm_mday = Int32(day)
        parts.tm_isdst = -1
        var offset: Int?
        if !fields.isAtEnd {
            guard fields.take("T") || fields.take("t") || fields.take(" "), let hour = fields.number(2),
                fields.take(":"), let minute = fields.number(2), hour < 24, minute < 60
            else { return nil }
            parts.tm_hour = Int32(hour)
            parts.tm_min = Int32(minute)
            if fields.take(":") {
                guard let second = fields.number(2), second <= 60 else { return nil }
                parts.tm_sec = Int32(second)
            }
            guard fields.takeOffset(&offset) else { return nil }
        }
        guard fields.isAtEnd, Self.isDay(day, of: month, year) else { return nil }
        let seconds = offset.map { timegm(&parts) - $0 } ?? mktime(&parts)
        time = FileTime(unixSeconds: Int64(seconds))
    }

    private static func isDay(_ day: Int, of month: Int, _ year: Int) -> Bool {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    private struct Fields {
        private var rest: Substring

        init(_ text: Substring) {
            rest = text
        }

        var isAtEnd: Bool { rest.isEmpty }

        mutating func take(_ character: Character) -> Bool {
            guard rest.first == character else { return false }
            rest.removeFirst()
            return true
        }

        mutating func number(_ digits: Int) -> Int? {
            let text = rest.prefix(digits)
            guard text.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest.removeFirst(digits)
            return Int(text)
        }

        /// Seconds east of UTC; left nil where there is none.
        mutating func takeOffset(_ offset: inout Int?) -> Bool {
            if isAtEnd { return true }
            if take("Z") || take("z") {
                offset = 0
                return true
            }
            let isWest = rest.first == "-"
            guard take("+") || take("-"), let hours = number(2) else { return false }
            _ = take(":")
            guard let minutes = number(2), hours < 24, minutes < 60 else { return false }
            offset = (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
            return true
        }
    }
}

extension FileTime {
    /// "2025-01-31 08:30" in the local time zone.
    var localText: String { Self.text(unixSeconds, "%Y-%m-%d %H:%M") { localtime_r($0, $1) } }

    /// RFC 3339, UTC, whole seconds.
    var universalText: String { Self.text(unixSeconds, "%Y-%m-%dT%H:%M:%SZ") { gmtime_r($0, $1) } }

    private static func text(
        _ seconds: Int64, _ format: String,
        _ convert: (UnsafePointer<time_t>, UnsafeMutablePointer<tm>) -> UnsafeMutablePointer<tm>?
    ) -> String {
        var seconds = time_t(seconds)
        var parts = tm()
        guard convert(&seconds, &parts) != nil else { return "" }
        var buffer = [CChar](repeating: 0, count: 64)
        let length = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
