import ArgumentParser
import Foundation
import MAPI
import MailStore
import Maildir
import PSTStore
import Synchronization
import TestSupport
import Testing
import Transfer

@testable import CommandLine

/// Nights of a rotation, each with the date that the test gives.
@Suite("Rotation")
struct RotationTests {
    private let place: TemporaryFolder
    private let tree: MaildirTree

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
        for number in 1...4 { try deliver(number) }
    }

    private func deliver(_ number: Int) throws {
        let text = "From: a@example.org\nSubject: \(number)\nMessage-ID: <\(number)@example.org>\n\nText \(number)\n"
        try tree.addFile("cur/\(1_700_000_000 + number).m\(number).host:2,S", text, time: 1_700_000_000 + number)
    }

    private final class Listener: Reporter {
        private let lines = Mutex<[String]>([])

        func report(_ event: TransferEvent) {
            guard case .problem(let problem) = event else { return }
            lines.withLock { $0.append(problem.error.message) }
        }

        var told: [String] { lines.withLock { $0 } }
    }

    private func night(
        _ day: String, _ rules: RetentionRules, isDryRun: Bool = false, _ listener: Listener = Listener()
    ) async throws -> TransferResult {
        let pattern = try #require(RotationPattern(place.path("fredb-%d.pst")))
        var state = try StateOptions.parse([])
        state.journal = place.path("fredb.sqlite")
        let rotation = Rotation(pattern: pattern, rules: rules, today: try #require(CalendarDay(day)))
        let source = try MaildirStore(path: place.path("Maildir"), layout: nil)
        var backup = Backup(
            user: "fredb", out: rotation.file, sourceName: source.description,
            storeOptions: PSTStoreOptions(displayName: "fredb"), state: state)
        backup.output.rotation = rotation
        backup.isDryRun = isDryRun
        return await backup.run(from: source, listener)
    }

    private var files: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: place.path).filter { $0.hasSuffix(".pst") }.sorted()
                .map { String($0.dropFirst(6).dropLast(4)) }
        }
    }

    private func messages(in day: String) async throws -> Int {
        let store = try PSTSetSource.open(at: place.path("fredb-\(day).pst"))
        var count = 0
        for folder in try await store.hierarchy().folders { count += try await store.contents(of: folder).rows.count }
        return count
    }

    @Test("A full copy comes first in each week, then what changed each day; what no rule keeps is removed")
    func weeks() async throws {
        let rules = RetentionRules(daily: 2, weekly: 2)
        var expected: [(day: String, messages: Int, files: [String])] = []
        expected.append(("2026-11-07", 4, ["2026-11-07"]))  // Saturday
        expected.append(("2026-11-08", 1, ["2026-11-07", "2026-11-08"]))
        expected.append(("2026-11-09", 6, ["2026-11-07", "2026-11-08", "2026-11-09"]))  // Monday
        expected.append(("2026-11-10", 1, ["2026-11-07", "2026-11-09", "2026-11-10"]))
        expected.append(("2026-11-16", 8, ["2026-11-09", "2026-11-10", "2026-11-16"]))
        expected.append(("2026-11-17", 1, ["2026-11-09", "2026-11-16", "2026-11-17"]))
        for (number, night) in expected.enumerated() {
            if number > 0 { try deliver(4 + number) }
            let result = try await self.night(night.day, rules)
            try #require(result.failure == nil && result.counts.problems == 0, "\(night.day): \(result)")
            #expect(try await messages(in: night.day) == night.messages, "\(night.day)")
            #expect(try files == night.files, "\(night.day)")
        }
    }

    @Test("A second run on one day goes on with the file of the day")
    func twiceADay() async throws {
        let rules = RetentionRules(daily: 2)
        _ = try await night("2026-11-09", rules)
        _ = try await night("2026-11-10", rules)
        try deliver(5)
        let result = try await night("2026-11-10", rules)
        #expect(result.failure == nil && result.counts.saved == 1)
        #expect(try await messages(in: "2026-11-10") == 1)
        #expect(try await messages(in: "2026-11-09") == 4)
    }

    @Test("Nothing goes that this program did not write, nor after a run that did not end well")
    func careful() async throws {
        let rules = RetentionRules(daily: 1)
        _ = try await night("2026-11-09", rules)
        _ = try await night("2026-11-16", rules)
        #expect(try files == ["2026-11-16"])
        // Somebody else's files, one under the name of an old one of ours.
        let foreign = try PSTStore.create(
            at: place.path("fredb-2026-11-02.pst"), options: PSTStoreOptions(displayName: "x"))
        try await foreign.finish()
        try FileManager.default.moveItem(
            atPath: place.path("fredb-2026-11-16.pst"), toPath: place.path("elsewhere.pst"))
        let other = try PSTStore.create(
            at: place.path("fredb-2026-11-16.pst"), options: PSTStoreOptions(displayName: "y"))
        try await other.finish()
        _ = try await night("2026-11-23", rules)
        let before = try files
        #expect(Set(before).isSuperset(of: ["2026-11-02", "2026-11-16", "2026-11-23"]))
        let damaged = "This is no header, and no message.\n"
        try tree.addFile("cur/1700000099.odd.host:2,S", damaged, time: 1_700_000_099)
        let problems = try await night("2026-11-30", rules)
        #expect(problems.failure == nil && problems.counts.problems > 0)
        let after = try files
        #expect(Set(after).isSuperset(of: before))
    }

    @Test("A dry run tells what would go, and touches nothing")
    func dryRun() async throws {
        let rules = RetentionRules(daily: 1)
        _ = try await night("2026-11-09", rules)
        let listener = Listener()
        let result = try await night("2026-11-16", rules, isDryRun: true, listener)
        #expect(result.failure == nil)
        #expect(listener.told.contains { $0.contains("fredb-2026-11-09.pst would be removed") }, "\(listener.told)")
        #expect(try files == ["2026-11-09"])
    }
}
