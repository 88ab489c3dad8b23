import Glibc
public import MAPI

/// Numbers and times as people read them.
public enum Figures {
    /// "12,043".
    public static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// "1 message", "12,043 messages".
    public static func count(_ value: Int, _ noun: String) -> String {
        "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// "1.2 GB": decimal units, one decimal; whole bytes below 1 kB.
    public static func bytes(_ value: Int) -> String {
        guard value >= 1000 else { return "\(value) B" }
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
        // In tenths of the unit, rounded; 999.95 kB and more is 1.0 MB.
        var tenths = value / 100 + (value % 100 >= 50 ? 1 : 0)
        var unit = 0
        while tenths >= 10_000 && unit + 1 < units.count {
            tenths = tenths / 1000 + (tenths % 1000 >= 500 ? 1 : 0)
            unit += 1
        }
        return "\(count(tenths / 10)).\(tenths % 10) \(units[unit])"
    }

    /// "2025-11-25T20:44:01Z": RFC 3339, UTC, whole seconds.
    public static func timestamp(_ time: FileTime) -> String { text(time, "%Y-%m-%dT%H:%M:%SZ") }

    /// "2025-11-25 20:44", UTC.
    static func minute(_ time: FileTime) -> String { text(time, "%Y-%m-%d %H:%M") }

    /// "25 Nov", UTC.
    static func day(_ time: FileTime) -> String { text(time, "%e %b").trimmedLeft }

    /// "00:01:12".
    public static func clock(seconds: Int) -> String {
        let seconds = max(seconds, 0)
        return [seconds / 3600, seconds / 60 % 60, seconds % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }

    /// "48 s", "3 min", "2.5 h", "4 days": short, for axes and ages.
    static func span(seconds: Int) -> String {
        switch max(seconds, 0) {
        case let value where value < 120: "\(value) s"
        case let value where value < 3_600: "\(value / 60) min"
        case let value where value < 172_800:
            value % 3_600 < 360 ? "\(value / 3_600) h" : "\(value / 3_600).\(value % 3_600 / 360) h"
        case let value: "\(value / 86_400) days"
        }
    }

    private static func text(_ time: FileTime, _ format: String) -> String {
        var seconds = time_t(time.unixSeconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 40)
        let length = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension String {
    fileprivate var trimmedLeft: String { String(drop { $0 == " " }) }
}
