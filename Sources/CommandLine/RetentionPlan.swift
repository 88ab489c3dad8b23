import ArgumentParser

/// How many files of each kind are kept: `daily=7,weekly=4,monthly=12`.
struct RetentionRules: Hashable, Sendable {
    /// Days with a file.
    var daily = 0
    /// Weeks, and months, with a full copy.
    var weekly = 0
    var monthly = 0

    init(daily: Int = 0, weekly: Int = 0, monthly: Int = 0) {
        (self.daily, self.weekly, self.monthly) = (daily, weekly, monthly)
    }

    init(_ text: String) throws {
        var seen: Set<Substring> = []
        for rule in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = rule.split(separator: "=", omittingEmptySubsequences: false)
            guard parts.count == 2, let count = Int(parts[1]), (0...10_000).contains(count),
                seen.insert(parts[0]).inserted
            else { throw Self.invalid(text) }
            switch parts[0] {
            case "daily": daily = count
            case "weekly": weekly = count
            case "monthly": monthly = count
            default: throw Self.invalid(text)
            }
        }
        guard daily + weekly + monthly > 0 else {
            throw ValidationError("--keep '\(text)' keeps nothing")
        }
    }

    private static func invalid(_ text: String) -> ValidationError {
        ValidationError("'\(text)' is no rule: write daily=7,weekly=4,monthly=12, or some of these")
    }

    /// Whether a full copy begins each month rather than each week.
    var isMonthly: Bool { monthly > 0 && weekly == 0 }
}

/// Which files of a rotation are kept, and which are not needed any more. A value: nothing is done by it.
struct RetentionPlan {
    struct File: Hashable, Sendable {
        let path: String
        let day: CalendarDay
        /// A full copy; else changes since the file before it.
        let isBase: Bool
        /// The run that made it.
        let run: Int
    }

    private(set) var kept: [File] = []
    private(set) var removed: [File] = []

    init(_ files: [File], _ rules: RetentionRules) {
        let files = files.sorted { $0.run < $1.run }
        var wanted: Set<File> = []
        // The newest one is kept whatever the rules say.
        if let last = files.last { wanted.insert(last) }
        let days = Set(files.map(\.day)).sorted().suffix(rules.daily)
        wanted.formUnion(files.filter { days.contains($0.day) })
        let bases = files.filter(\.isBase)
        wanted.formUnion(Self.firsts(of: bases, in: \.day.week, rules.weekly))
        wanted.formUnion(Self.firsts(of: bases, in: \.day.monthNumber, rules.monthly))
        for file in files where wanted.contains(file) && !file.isBase {
            wanted.formUnion(Self.needed(by: file, files))
        }
        kept = files.filter { wanted.contains($0) }
        removed = files.filter { !wanted.contains($0) }
    }

    /// The first full copy in each of the last periods that have one.
    private static func firsts(of bases: [File], in period: (File) -> Int, _ count: Int) -> [File] {
        var firsts: [Int: File] = [:]
        for base in bases where firsts[period(base)] == nil { firsts[period(base)] = base }
        return firsts.sorted { $0.key < $1.key }.suffix(count).map(\.value)
    }

    /// The full copy that a file has changes of, and what lies between them.
    private static func needed(by delta: File, _ files: [File]) -> [File] {
        let before = files.prefix { $0.run < delta.run }
        let start = before.lastIndex(where: \.isBase) ?? before.startIndex
        return Array(before[start...])
    }

    /// Whether a new file of that day is to be a full copy: the first one in its week, or month.
    static func isBaseDue(_ files: [File], on today: CalendarDay, _ rules: RetentionRules) -> Bool {
        !files.contains { file in
            guard file.isBase else { return false }
            return rules.isMonthly ? file.day.monthNumber == today.monthNumber : file.day.week == today.week
        }
    }
}
