import Foundation
import Journal
import MAPI
import MailStore
import TestSupport
import Testing

@testable import Reporting

@Suite("What a journal tells of its mailbox")
struct MailboxReportTests {
    private let directory: TemporaryDirectory
    private let journal: Journal

    init() throws {
        directory = try TemporaryDirectory()
        journal = try Journal.open(at: directory.path + "/fredb.sqlite")
    }

    private var pst: String { directory.path + "/fredb.pst" }

    private func begin(_ time: Int64) throws -> Int {
        try journal.begin(
            RunIntention(
                source: "maildir:/home/fredb", destination: pst, store: nil, kind: .full,
                started: FileTime(unixSeconds: time)))
    }

    private func finish(_ run: Int, _ status: JournalRun.Status, _ time: Int64) throws {
        try journal.finish(
            run: run, RunResult(status: status, counts: ["saved": 5], finished: FileTime(unixSeconds: time)))
    }

    @Test("Each run has the size that the PSTs had at its end")
    func sizes() throws {
        for (size, time) in [(1_000, 10), (3_500, 20)] as [(Int, Int64)] {
            let run = try begin(time)
            if time == 10 {
                let store = try journal.addStore(
                    StoreIdentity(store: "A1", generation: "1"), path: pst, kind: .base, since: nil, run: run)
                try journal.checkpoint(
                    run: run, store: store.id, generation: "1", counts: [:], at: FileTime(unixSeconds: time))
            }
            try Data(count: size).write(to: URL(fileURLWithPath: pst))
            try finish(run, .complete, time + 5)
        }
        let report = try MailboxReport(user: "fredb", journal: journal)
        #expect(report.runs.map(\.storedBytes) == [1_000, 3_500])
        #expect(report.runs.map(\.seconds) == [5, 5])
        #expect(report.storedBytes == 3_500)
        #expect(report.condition == .run(.complete))
    }

    @Test("The last success is the last run that went through, not the last run")
    func lastSuccess() throws {
        for (index, status) in [JournalRun.Status.complete, .problems, .interrupted, .failed].enumerated() {
            try finish(try begin(Int64(index) * 100), status, Int64(index) * 100 + 9)
        }
        let report = try MailboxReport(user: "fredb", journal: journal)
        #expect(report.lastSuccess?.number == 2)
        #expect(report.condition == .run(.failed))
    }

    @Test("A run without an end is running while its process has the journal, and has broken off otherwise")
    func withoutEnd() throws {
        let run = try begin(5)
        #expect(try MailboxReport(user: "fredb", journal: journal).condition == .run(.running))
        let copy = directory.path + "/copy.sqlite"
        try journal.save(to: copy, at: FileTime(unixSeconds: 9))
        let copied = try MailboxReport(user: "fredb", journal: Journal.openForReading(at: copy))
        #expect(copied.lastRun?.number == run)
        #expect(copied.condition == .run(.brokenOff))
    }

    @Test("A PST that has gone is missing where messages were copied into it, and a new one in its place is not")
    func missing() throws {
        let run = try begin(5)
        for key in ["A1", "B2"] {
            let store = try journal.addStore(
                StoreIdentity(store: key, generation: "1"), path: pst, kind: .base, since: nil, run: run)
            let folder = try journal.insert(
                NewJournalFolder(
                    folder: FolderID(rawValue: "INBOX"), persistentID: nil, path: FolderPath(["INBOX"]),
                    destination: FolderID(rawValue: "1")),
                store: store.id, source: "maildir:/home/fredb", run: run)
            try journal.insert(
                NewJournalMessage(
                    id: MessageID(rawValue: "1"), persistentID: nil, digest: nil, size: 7, state: MessageState(),
                    location: "", destination: MessageID(rawValue: "2")),
                folder: folder, run: run)
            try journal.checkpoint(
                run: run, store: store.id, generation: "2", counts: [:], at: FileTime(unixSeconds: 6))
        }
        try finish(run, .complete, 9)
        let gone = try MailboxReport(user: "fredb", journal: journal)
        #expect(gone.missingStores.map(\.store.key) == ["B2"])
        try Data(count: 10).write(to: URL(fileURLWithPath: pst))
        let there = try MailboxReport(user: "fredb", journal: journal)
        #expect(there.missingStores.isEmpty && there.stores.count == 1 && there.messages == 1)
    }

    @Test("The size of a PST in parts is that of all of them")
    func parts() throws {
        let run = try begin(5)
        let store = try journal.addStore(
            StoreIdentity(store: "A1", generation: ""), path: pst, kind: .base, since: nil, run: run)
        try journal.checkpoint(
            run: run, store: store.id, generation: "=7;2024=a1;2024.2=b2", counts: [:],
            at: FileTime(unixSeconds: 6))
        for (name, size) in [("fredb.pst", 1), ("fredb-2024.pst", 20), ("fredb-2024.2.pst", 300), ("other.pst", 4_000)]
        {
            try Data(count: size).write(to: URL(fileURLWithPath: "\(directory.path)/\(name)"))
        }
        try finish(run, .complete, 9)
        let report = try MailboxReport(user: "fredb", journal: journal)
        #expect(report.storedBytes == 321)
        #expect(report.lastRun?.storedBytes == 321)
        #expect(report.stores.first?.store.files.count == 3)
    }
}
