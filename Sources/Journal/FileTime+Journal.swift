import Glibc
import MAPI

extension FileTime {
    init(stored: Int64) {
        self.init(rawValue: UInt64(bitPattern: stored))
    }

    /// As the database has it: the same bits.
    var stored: Int64 { Int64(bitPattern: rawValue) }

    /// "2025-11-25 20:44:01 UTC", for people.
    var text: String {
        var seconds = time_t(unixSeconds)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return "\(unixSeconds)" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) UTC"
    }
}
