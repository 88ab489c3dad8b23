import Glibc

/// A time of day, local: "06:00", "06:00:30".
struct TimeOfDay: Hashable, CustomStringConvertible {
    private let hour: Int
    private let minute: Int
    private let second: Int

    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in
            part.utf8.count == 2 && part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(part) : nil
        }
        guard (2...3).contains(parts.count), numbers.count == parts.count, numbers[0] < 24, numbers[1] < 60,
            numbers.count < 3 || numbers[2] < 60
        else { return nil }
        (hour, minute) = (numbers[0], numbers[1])
        second = numbers.count == 3 ? numbers[2] : 0
    }

    /// The next moment, after `now`, at which clocks show it. Both in seconds since 1970.
    func next(after now: Int) -> Int {
        var seconds = time_t(now)
        var today = tm()
        localtime_r(&seconds, &today)
        for days in 0...2 {
            var parts = tm()
            parts.tm_year = today.tm_year
            parts.tm_mon = today.tm_mon
            // mktime(3) knows how long months are, and when clocks are changed.
            parts.tm_mday = today.tm_mday + Int32(days)
            parts.tm_hour = Int32(hour)
            parts.tm_min = Int32(minute)
            parts.tm_sec = Int32(second)
            parts.tm_isdst = -1
            let moment = Int(mktime(&parts))
            if moment > now { return moment }
        }
        return now
    }

    var description: String {
        let numbers = second == 0 ? [hour, minute] : [hour, minute, second]
        return numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
