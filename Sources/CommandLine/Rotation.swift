import Glibc
import Journal
import MailStore
import PSTStore

/// The name of a file with "%d" for a date.
struct RotationPattern: Hashable, Sendable {
    static let mark = "%d"
    /// What stands before and behind the date.
    private let start: String
    private let end: String

    /// nil where the mark is not there, is there more than once, or stands in the name of a directory.
    init?(_ text: String) {
        let parts = text.split(separator: Self.mark, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].contains("/") else { return nil }
        (start, end) = (String(parts[0]), String(parts[1]))
    }

    func path(on day: CalendarDay) -> String { start + day.text + end }

    /// nil for a path that is none of the pattern.
    func day(of path: String) -> CalendarDay? {
        guard path.hasPrefix(start), path.hasSuffix(end), path.utf8.count > start.utf8.count + end.utf8.count else {
            return nil
        }
        return CalendarDay(path.dropFirst(start.count).dropLast(end.count))
    }
}

/// Files of many days: full copies, and what changed since then; `docs/rotation.md`.
struct Rotation: Sendable {
    let pattern: RotationPattern
    let rules: RetentionRules
    let today: CalendarDay

    /// The file of today.
    var file: String { pattern.path(on: today) }

    /// Whether today's file, which does not exist yet, is to be a full copy.
    func isBaseDue(_ journal: Journal) throws(StoreError) -> Bool {
        RetentionPlan.isBaseDue(try files(journal), on: today, rules)
    }

    /// The files of the pattern that this program has written and that are there.
    private func files(_ journal: Journal) throws(StoreError) -> [RetentionPlan.File] {
        try journal.stores().compactMap { store in Self.isThere(store) ? file(store) : nil }
    }

    private func file(_ store: JournalStore) -> RetentionPlan.File? {
        guard let day = pattern.day(of: store.path) else { return nil }
        return RetentionPlan.File(path: store.path, day: day, isBase: store.kind == .base, run: store.createdRun)
    }

    /// Whether the very PST that the journal knows lies there.
    private static func isThere(_ store: JournalStore) -> Bool {
        (try? PSTParts.find(store.path)).map { !$0.isEmpty && $0.key == store.key } ?? false
    }

    /// Files that are not needed any more once today's is whole.
    /// - Parameter isNewBase: what today's file is to be, where it does not exist.
    func superfluous(_ journal: Journal, isNewBase: Bool? = nil) throws(StoreError) -> [String] {
        var files = try files(journal)
        if let isNewBase {
            let run = (files.map(\.run).max() ?? 0) + 1
            files.append(RetentionPlan.File(path: file, day: today, isBase: isNewBase, run: run))
        }
        return RetentionPlan(files, rules).removed.map(\.path)
    }

    /// Removes them, with all their parts, and what the journal knows of them.
    /// - Returns: what could not be removed; one error each.
    func removeSuperfluous(_ journal: Journal) throws(StoreError) -> [StoreError] {
        var problems: [StoreError] = []
        let superfluous = Set(try superfluous(journal))
        for store in try journal.stores() where superfluous.contains(store.path) && Self.isThere(store) {
            do throws(StoreError) {
                try PSTParts.remove(store.path, key: store.key)
                try journal.removeStore(store.id)
            } catch {
                problems.append(error)
            }
        }
        return problems
    }
}
