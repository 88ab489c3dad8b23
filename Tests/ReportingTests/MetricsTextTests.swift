import MAPI
import TestSupport
import Testing

@testable import Reporting

@Suite("The metrics")
struct MetricsTextTests {
    @Test("are, for every kind of mailbox, what people have looked at")
    func snapshot() throws {
        try Snapshot.expect(MetricsText(SampleReport.report).text, is: "Tests/ReportingTests/Fixtures/metrics.prom")
    }

    @Test("keep to the text format, whatever the names are")
    func format() throws {
        var mailboxes = ["plain", "a\"b\\c\nd", "\u{0}\u{7F}\r", "Überall 🎈", "same", "same"].map {
            SampleReport.healthy($0, nights: 2, start: 1, growth: 1)
        }
        mailboxes.append(MailboxReport(user: "damaged", damage: "no journal"))
        let text = MetricsText(BackupReport(time: FileTime(unixSeconds: SampleReport.now), mailboxes: mailboxes)).text
        let sample = /mailbackup_[a-z_]+(\{user="(?:[^"\\\n]|\\[\\"n])*"(?:,state="[a-z_]+")?\})? -?[0-9]+/
        let comment = /# (?:HELP mailbackup_[a-z_]+ .+|TYPE mailbackup_[a-z_]+ gauge)/
        var series: Set<String> = []
        for line in text.split(separator: "\n") {
            #expect(line.wholeMatch(of: sample) != nil || line.wholeMatch(of: comment) != nil, "\(line)")
            if !line.hasPrefix("#"), let end = line.lastIndex(of: " ") {
                #expect(series.insert(String(line[..<end])).inserted, "twice: \(line)")
            }
        }
        #expect(text.hasSuffix("\n"))
        #expect(series.contains(#"mailbackup_messages{user="a\"b\\c\nd"}"#))
        #expect(series.contains(##"mailbackup_messages{user="same#2"}"##))
    }

    @Test("tell of a mailbox that never succeeded a last success at 0, and of one that cannot be read none")
    func neverSucceeded() {
        let text = MetricsText(SampleReport.report).text
        #expect(text.contains("mailbackup_last_success_timestamp_seconds{user=\"new-colleague\"} 0\n"))
        #expect(!text.contains("mailbackup_last_success_timestamp_seconds{user=\"damaged\"}"))
        #expect(text.contains("mailbackup_journal_readable{user=\"damaged\"} 0\n"))
        #expect(text.contains("mailbackup_last_run_state{user=\"boss\",state=\"failed\"} 1\n"))
    }
}
