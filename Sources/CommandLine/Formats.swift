import Glibc
import MAPI

/// Numbers and times as people read them.
enum Format {
    /// "12,043".
    static func count(_ value: Int) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "-" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    /// "1 message", "12,043 messages".
    static func count(_ value: Int, _ noun: String) -> String {
        "\(count(value)) \(noun)\(value == 1 ? "" : "s")"
    }

    /// "1.2 GB": decimal units, one decimal; whole bytes below 1 kB.
    static func bytes(_ value: Int) -> String {
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
    static func timestamp(_ time: FileTime) -> String {
        var seconds = time_t(time.unixSeconds)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let length = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// "00:01:12".
    static func duration(_ duration: Duration) -> String {
        let seconds = max(duration.components.seconds, 0)
        return [seconds / 3600, seconds / 60 % 60, seconds % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}

extension String {
    /// Filled with blanks to `width` characters, on the right or on the left.
    func padded(to width: Int, onLeft: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(width - count, 0))
        return onLeft ? blanks + self : self + blanks
    }
}
