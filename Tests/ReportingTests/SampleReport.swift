import MAPI
import MailStore

@testable import Journal
@testable import Reporting

/// A report of a small company with every kind of trouble, and of names that were chosen by somebody malicious.
enum SampleReport {
    /// 2026-11-26 07:00 UTC.
    static let now: Int64 = 1_795_676_400
    private static let day: Int64 = 86_400

    static let hostile = "</td><script>alert(1)</script>\"' & \u{1B}[31m\u{202E}gpj.\u{0}"

    static var report: BackupReport {
        BackupReport(
            title: "Mailbox backups on mail.example.com", time: FileTime(unixSeconds: now),
            mailboxes: [
                healthy("annak", nights: 120, start: 2_400_000_000, growth: 14_000_000),
                healthy("fredb", nights: 45, start: 310_000_000, growth: 2_600_000),
                denied, withProblems, overdue, interrupted, brokenOff, running, MailboxReport(user: "new-colleague"),
                MailboxReport(
                    user: "damaged", damage: "damaged.sqlite: the journal is damaged: file is not a database"),
                malicious,
            ])
    }

    /// A run every night at about two o'clock.
    static func healthy(_ user: String, nights: Int, start: Int, growth: Int) -> MailboxReport {
        var report = MailboxReport(user: user)
        var size = start
        for night in 0..<nights {
            // Weekends bring less; every tenth night something large.
            let share = night % 7 > 4 ? 4 : night % 10 == 3 ? 1 : 2
            size += night == 0 ? 0 : growth / share
            let saved = night == 0 ? 48_000 : 60 + night * 37 % 190
            report.runs.append(
                run(
                    night + 1, ago: nights - night - 1, seconds: night == 0 ? 1_900 : Int64(25 + night * 13 % 40),
                    .complete,
                    [
                        "saved": saved, "bytes": growth / share * 9 / 10, "state_changed": night * 7 % 40,
                        "pst_bytes": size,
                    ]))
        }
        report.stores = [store(user, messages: 48_000 + nights * 140, size: size)]
        return report
    }

    private static var denied: MailboxReport {
        var report = healthy("boss", nights: 9, start: 900_000_000, growth: 9_000_000)
        report.runs.append(
            run(
                10, ago: 0, seconds: 1, .failed, ["pst_bytes": 936_000_000],
                failure:
                    "imaps://mail.example.com: login refused for backup-admin: [AUTHENTICATIONFAILED] access denied?"))
        report.runs.remove(at: 8)
        return report
    }

    private static var withProblems: MailboxReport {
        var report = healthy("sales", nights: 30, start: 5_000_000_000, growth: 30_000_000)
        report.runs[29] = run(
            30, ago: 0, seconds: 66, .problems,
            ["saved": 214, "bytes": 31_000_000, "problems": 2, "failed": 1, "pst_bytes": 5_420_000_000])
        report.problems = [
            JournalProblem(
                path: FolderPath(["INBOX"]), messageID: MessageID(rawValue: "1795600000.M1P1.mail:2,S"),
                text: "no header line: the message is stored with its original bytes as an attachment")
        ]
        report.failures = [
            JournalFailure(
                folder: 1, path: FolderPath(["Projects", "Bridge/Road"]), messageID: MessageID(rawValue: "1771.4093"),
                attempts: 3, firstRun: 28, lastRun: 30, text: "the server does not give this message")
        ]
        report.failureCount = 1
        return report
    }

    private static var overdue: MailboxReport {
        var report = healthy("warehouse", nights: 20, start: 40_000_000, growth: 300_000)
        report.runs.removeLast(6)
        return report
    }

    private static var interrupted: MailboxReport {
        var report = healthy("archive", nights: 3, start: 20_000_000_000, growth: 1_000_000)
        report.runs[2] = run(
            3, ago: 0, seconds: 7_300, .interrupted,
            ["saved": 90_000, "bytes": 9_000_000_000, "pst_bytes": 29_000_000_000])
        return report
    }

    private static var brokenOff: MailboxReport {
        var report = healthy("intern", nights: 5, start: 8_000_000, growth: 90_000)
        report.runs[4] = RunReport(journalRun(5, ago: 0, nil, ["saved": 3]), isRunning: false)
        // Somebody tidied up.
        report.stores[0].fileSize = nil
        return report
    }

    private static var running: MailboxReport {
        var report = healthy("night-shift", nights: 12, start: 70_000_000, growth: 500_000)
        report.runs[11] = RunReport(journalRun(12, ago: 0, nil, ["saved": 17]), isRunning: true)
        return report
    }

    static var malicious: MailboxReport {
        var report = MailboxReport(user: hostile)
        report.runs = [run(1, ago: 0, seconds: 4, .failed, [:], failure: "server said: \(hostile)")]
        report.stores = [store(hostile, messages: 1, size: 271_360)]
        report.problems = [
            JournalProblem(path: FolderPath([hostile, "a/b"]), messageID: MessageID(rawValue: hostile), text: hostile)
        ]
        report.failures = [
            JournalFailure(
                folder: 1, path: FolderPath([hostile]), messageID: MessageID(rawValue: hostile), attempts: 1,
                firstRun: 1, lastRun: 1, text: hostile)
        ]
        report.failureCount = 1
        return report
    }

    static func run(
        _ number: Int, ago days: Int, seconds: Int64, _ status: JournalRun.Status, _ counts: RunCounts,
        failure: String? = nil
    ) -> RunReport {
        let started = now - Int64(days) * day - 5 * 3_600
        let result = RunResult(
            status: status, failure: failure, counts: counts, finished: FileTime(unixSeconds: started + seconds))
        return RunReport(journalRun(number, ago: days, result, counts), isRunning: false)
    }

    private static func journalRun(
        _ number: Int, ago days: Int, _ result: RunResult?, _ counts: RunCounts
    ) -> JournalRun {
        let intention = RunIntention(
            source: "imap://fredb@mail.example.com", destination: "/backups/fredb.pst", store: 1, kind: .update,
            started: FileTime(unixSeconds: now - Int64(days) * day - 5 * 3_600))
        return JournalRun(
            number: number, intention: intention, process: 4711, checkpointed: nil, result: result, counts: counts)
    }

    private static func store(_ user: String, messages: Int, size: Int) -> StoreStatus {
        StoreStatus(
            store: JournalStore(
                id: 1, key: "A1", path: "/backups/\(user).pst", generation: "7", kind: .base, sinceRun: nil,
                createdRun: 1),
            sources: ["imap://\(user)@mail.example.com"], folders: 12, messages: messages, gone: 3,
            messageBytes: size, lastRun: nil, fileSize: size, modified: nil)
    }
}
