import Glibc

/// The time of day, by which the times of directories are judged.
public struct WallClock: Sendable {
    /// Nanoseconds since 1970.
    public let now: @Sendable () -> Int64

    /// - Parameter now: tells nanoseconds since 1970.
    public init(_ now: @escaping @Sendable () -> Int64) {
        self.now = now
    }

    public static let system = WallClock {
        var now = timespec()
        // Without a clock every time lies in the future, and is not believed.
        guard clock_gettime(CLOCK_REALTIME, &now) == 0 else { return .min }
        return now.nanoseconds
    }
}

extension timespec {
    /// Nanoseconds since 1970; the ends of the range for times beyond it.
    var nanoseconds: Int64 {
        let (scaled, overflow) = Int64(tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return tv_sec < 0 ? .min : .max }
        let (sum, isBeyond) = scaled.addingReportingOverflow(Int64(tv_nsec))
        return isBeyond ? .max : sum
    }
}
