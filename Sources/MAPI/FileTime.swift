/// FILETIME: 100 ns intervals since 1601-01-01 00:00 UTC — PtypTime, [MS-OXCDATA] 2.11.1.
public struct FileTime: RawRepresentable, Hashable, Sendable, Comparable {
    public let rawValue: UInt64

    public init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Seconds between 1601-01-01 and 1970-01-01.
    static let unixEpoch: Int64 = 11_644_473_600
    static let ticksPerSecond: Int64 = 10_000_000

    /// The time of a Unix timestamp; times before 1601 or beyond the range become the nearest end.
    public init(unixSeconds: Int64, nanoseconds: Int64 = 0) {
        let (shifted, overflow) = unixSeconds.addingReportingOverflow(Self.unixEpoch)
        let limit = Int64.max / Self.ticksPerSecond - 1
        let seconds = overflow ? limit : min(max(shifted, 0), limit)
        rawValue = UInt64(seconds * Self.ticksPerSecond) + UInt64(min(max(nanoseconds, 0), 999_999_999) / 100)
    }

    /// Whole seconds since 1970-01-01, rounded down.
    public var unixSeconds: Int64 {
        Int64(rawValue / UInt64(Self.ticksPerSecond)) - Self.unixEpoch
    }

    public static func < (left: FileTime, right: FileTime) -> Bool { left.rawValue < right.rawValue }
}
