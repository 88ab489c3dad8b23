import MAPI
import Testing

@testable import CommandLine

@Suite("Which files of a rotation are kept")
struct RetentionPlanTests {
    private static func day(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

    /// A file a day: a full copy where a week begins, else a delta.
    private static func nights(_ first: String, _ count: Int, monthly: Bool = false) throws -> [RetentionPlan.File] {
        let start = try day(first).number
        var files: [RetentionPlan.File] = []
        for number in start..<(start + count) {
            let today = try #require(date(number))
            let rules = RetentionRules(daily: 1, monthly: monthly ? 1 : 0)
            let isBase = RetentionPlan.isBaseDue(files, on: today, rules)
            files.append(
                RetentionPlan.File(path: "\(today.text).pst", day: today, isBase: isBase, run: files.count + 1))
        }
        return files
    }

    /// The day of a number, found the slow way.
    private static func date(_ number: Int) -> CalendarDay? {
        for year in 2025...2028 {
            for month in 1...12 {
                for day in 1...31 {
                    if let date = CalendarDay(year: year, month: month, day: day), date.number == number { return date }
                }
            }
        }
        return nil
    }

    @Test("A week begins on Monday, and years and months do not matter to it")
    func weeks() throws {
        #expect(try Self.day("1970-01-01").number == 0)
        #expect(try Self.day("2026-11-26").number == 20_783)
        #expect(try Self.day("2024-03-01").number - Self.day("2024-02-28").number == 2)
        #expect(try Self.day("2026-11-23").week == Self.day("2026-11-29").week)
        #expect(try Self.day("2026-11-22").week != Self.day("2026-11-23").week)
        #expect(try Self.day("2025-12-29").week == Self.day("2026-01-04").week)
        for text in ["2026-02-29", "2026-13-01", "2026-1-1", "2026-11-26x", "+026-11-26", ""] {
            #expect(CalendarDay(text) == nil, "\(text)")
        }
    }

    @Test("The first file of a week is a full copy, or of a month where months are kept and weeks are not")
    func bases() throws {
        let weekly = try Self.nights("2026-11-25", 12).filter(\.isBase).map(\.day.text)
        #expect(weekly == ["2026-11-25", "2026-11-30"])
        let monthly = try Self.nights("2026-11-25", 12, monthly: true).filter(\.isBase).map(\.day.text)
        #expect(monthly == ["2026-11-25", "2026-12-01"])
    }

    @Test(
        "Days, weeks and months are counted back from the newest, and each delta keeps what it needs",
        arguments: [
            // 2026-11-02 is a Monday. 30 nights: full copies on 2, 9, 16, 23 and 30 November.
            (RetentionRules(daily: 1), ["11-30", "12-01"]),
            (
                RetentionRules(daily: 3),
                ["11-23", "11-24", "11-25", "11-26", "11-27", "11-28", "11-29", "11-30", "12-01"]
            ),
            (RetentionRules(weekly: 1), ["11-30", "12-01"]),
            (RetentionRules(weekly: 3), ["11-16", "11-23", "11-30", "12-01"]),
            (RetentionRules(daily: 2, monthly: 2), ["11-02", "11-30", "12-01"]),
            (RetentionRules(daily: 2, weekly: 2, monthly: 12), ["11-02", "11-23", "11-30", "12-01"]),
        ])
    func kept(_ rules: RetentionRules, days: [String]) throws {
        let files = try Self.nights("2026-11-02", 30)
        let plan = RetentionPlan(files, rules)
        #expect(plan.kept.map { String($0.day.text.dropFirst(5)) } == days)
        #expect(plan.kept.count + plan.removed.count == files.count)
        #expect(Set(plan.kept).isDisjoint(with: plan.removed))
    }

    @Test(
        "Whatever the rules and the days, a delta that is kept has its full copy and all between, and the newest stays")
    func alwaysWhole() throws {
        let files = try Self.nights("2026-10-14", 60)
        for daily in 0..<9 {
            for weekly in 0..<4 {
                for monthly in 0..<3 where daily + weekly + monthly > 0 {
                    let plan = RetentionPlan(files, RetentionRules(daily: daily, weekly: weekly, monthly: monthly))
                    #expect(plan.kept.last == files.last)
                    let kept = Set(plan.kept.map(\.run))
                    for file in plan.kept where !file.isBase {
                        #expect(kept.contains(file.run - 1), "\(file) of \(daily), \(weekly), \(monthly)")
                    }
                }
            }
        }
    }

    @Test("Nothing is removed of one file alone, nor of a delta whose full copy nobody knows and which is the newest")
    func little() throws {
        let base = RetentionPlan.File(path: "a", day: try Self.day("2020-01-01"), isBase: true, run: 1)
        #expect(RetentionPlan([base], RetentionRules(daily: 1)).removed.isEmpty)
        let delta = RetentionPlan.File(path: "b", day: try Self.day("2020-01-02"), isBase: false, run: 2)
        #expect(RetentionPlan([delta], RetentionRules(weekly: 1)).removed.isEmpty)
        #expect(RetentionPlan([], RetentionRules(weekly: 1)).removed.isEmpty)
    }

    @Test("Rules are what they say, in any order; others are refused")
    func rules() throws {
        #expect(try RetentionRules("daily=7,weekly=4,monthly=12") == RetentionRules(daily: 7, weekly: 4, monthly: 12))
        #expect(try RetentionRules("monthly=1") == RetentionRules(monthly: 1))
        for text in [
            "", "daily", "daily=", "daily=-1", "daily=1,daily=2", "yearly=1", "daily=0", "daily=1,", "daily=1 ",
        ] {
            #expect(throws: (any Error).self, "\(text)") { try RetentionRules(text) }
        }
    }

    @Test("A pattern has its mark once, in the name of the file")
    func patterns() throws {
        let pattern = try #require(RotationPattern("/b/fredb-%d.pst"))
        let day = try Self.day("2026-11-26")
        #expect(pattern.path(on: day) == "/b/fredb-2026-11-26.pst")
        #expect(pattern.day(of: "/b/fredb-2026-11-26.pst") == day)
        for path in [
            "/b/fredb-2026-11-26-2.pst", "/b/fredb-.pst", "/c/fredb-2026-11-26.pst", "/b/fredb-2026-02-30.pst",
        ] {
            #expect(pattern.day(of: path) == nil, "\(path)")
        }
        for text in ["fredb.pst", "%d-%d.pst", "%d/fredb.pst"] { #expect(RotationPattern(text) == nil, "\(text)") }
    }
}
