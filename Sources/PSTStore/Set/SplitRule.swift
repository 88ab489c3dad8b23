import Glibc
import MAPI

/// By what the messages of a set are divided among its parts: docs/splitting.md.
public enum SplitRule: String, Sendable, CaseIterable {
    /// By the year, or the month, of delivery, in UTC.
    case year, month
    /// By the folder at the top of the tree.
    case folder
}

/// What the messages of a part have in common. The parts of one group follow each other by number.
struct PartGroup: Hashable, Sendable {
    /// "" where nothing divides but size; "2025"; "2025-03"; "undated"; "=INBOX" of a folder.
    let text: String

    static let whole = PartGroup(text: "")
    static let undated = PartGroup(text: "undated")

    static func folder(_ name: String) -> PartGroup { PartGroup(text: "=" + name) }

    /// The name of the folder; nil for a group of another kind.
    var folderName: String? { text.hasPrefix("=") ? String(text.dropFirst()) : nil }

    /// The rule by which there is such a group; nil for the whole and what is undated.
    var rule: SplitRule? {
        if text.hasPrefix("=") { return .folder }
        guard text.first?.isNumber == true else { return nil }
        return text.contains("-") ? .month : .year
    }

    /// The group of a moment; a rule for folders has none.
    static func of(_ time: FileTime?, _ rule: SplitRule) -> PartGroup {
        guard let time else { return .undated }
        var seconds = time_t(time.unixSeconds)
        var parts = tm()
        guard gmtime_r(&seconds, &parts) != nil else { return .undated }
        let year = padded(Int(parts.tm_year) + 1900, 4)
        return PartGroup(text: rule == .year ? year : "\(year)-\(padded(Int(parts.tm_mon) + 1, 2))")
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
