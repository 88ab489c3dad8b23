import MAPI
import Reporting

/// Numbers and times as people read them, the same in the terminal and in reports.
enum Format {
    /// "12,043".
    static func count(_ value: Int) -> String { Figures.count(value) }

    /// "1 message", "12,043 messages".
    static func count(_ value: Int, _ noun: String) -> String { Figures.count(value, noun) }

    /// "1.2 GB": decimal units, one decimal; whole bytes below 1 kB.
    static func bytes(_ value: Int) -> String { Figures.bytes(value) }

    /// "2025-11-25T20:44:01Z": RFC 3339, UTC, whole seconds.
    static func timestamp(_ time: FileTime) -> String { Figures.timestamp(time) }

    /// "00:01:12".
    static func duration(_ duration: Duration) -> String {
        Figures.clock(seconds: Int(duration.components.seconds))
    }
}

extension String {
    /// Filled with blanks to `width` characters, on the right or on the left.
    func padded(to width: Int, onLeft: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(width - count, 0))
        return onLeft ? blanks + self : self + blanks
    }
}
