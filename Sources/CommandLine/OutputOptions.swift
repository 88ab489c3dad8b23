import ArgumentParser
import MAPI
import PSTStore

/// Options of what a mailbox is written to: one PST, its parts, or a new file every night.
struct OutputOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Go on in FILE-2.pst, FILE-3.pst, … before a PST gets larger than this. Default: 45GiB.", valueName: "size"),
        transform: SelectionOptions.size)
    var maxSize: ByteSize?

    @Option(
        help: ArgumentHelp(
            "Divide the messages: by year or month of delivery (FILE-2025.pst, FILE-2025-03.pst), or by the folder at the"
                + " top (FILE-INBOX.pst). Default: as the parts that are there.", valueName: "year|month|folder"))
    var splitBy: Split?

    @Option(
        help: ArgumentHelp(
            "Write a file each day, FILE being a pattern with %d for the date: a full copy first in each week, on other"
                + " days what changed since the last run. Files that no rule keeps are removed.",
            valueName: "daily=N,weekly=N,monthly=N"),
        transform: { try RetentionRules($0) })
    var keep: RetentionRules?

    enum Split: String, ExpressibleByArgument, CaseIterable {
        case year, month, folder

        var rule: SplitRule? { SplitRule(rawValue: rawValue) }
    }

    /// Less has no room for a store with its folders.
    private static let smallest = 1 << 20
    /// What the writer can do.
    private static let largest = 248 << 30

    func validate() throws {
        if let maxSize, !(Self.smallest...Self.largest).contains(maxSize.bytes) {
            throw ValidationError("--max-size: 1MiB to 248GiB are possible")
        }
    }

    /// - Parameter out: the value of `--out`.
    func validate(out: String) throws {
        if keep != nil, RotationPattern(out) == nil {
            throw ValidationError("--keep: the name of the file in --out needs %d once, for the date: fredb-%d.pst")
        }
    }

    /// - Parameter out: the value of `--out`.
    func plan(out: String, at now: FileTime = .now) -> OutputPlan {
        var plan = OutputPlan()
        plan.maximumSize = maxSize.map { UInt64($0.bytes) }
        plan.split = splitBy?.rule
        plan.rotation = OutputPlan.rotation(out: out, keep, at: now)
        return plan
    }
}

/// How a backup is divided into files.
struct OutputPlan: Sendable {
    /// Bytes that no part is to exceed; nil: the default.
    var maximumSize: UInt64?
    var split: SplitRule?
    /// nil where one file is updated night by night.
    var rotation: Rotation?

    /// The file that is written, of an `--out` that may be a pattern.
    func file(out: String) -> String { rotation?.file ?? out }

    func setOptions(_ store: PSTStoreOptions) -> PSTSetOptions {
        var options = PSTSetOptions(store)
        if let maximumSize { options.maximumSize = maximumSize }
        options.split = split
        return options
    }

    static func rotation(out: String, _ rules: RetentionRules?, at now: FileTime) -> Rotation? {
        guard let rules, let pattern = RotationPattern(out) else { return nil }
        return Rotation(pattern: pattern, rules: rules, today: CalendarDay(now))
    }
}
