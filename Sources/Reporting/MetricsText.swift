import Journal
import MAPI

/// The report in Prometheus' text format, for node_exporter's textfile collector. Every metric is a gauge: what holds now.
public struct MetricsText {
    private let report: BackupReport

    public init(_ report: BackupReport) {
        self.report = report
    }

    public var text: String {
        let users = uniqueUsers
        var text = Self.header("report_timestamp_seconds", "When these figures were read from the journals.")
        text += "mailbackup_report_timestamp_seconds \(report.time.unixSeconds)\n"
        for metric in Self.metrics {
            text += Self.header(metric.name, metric.help)
            for (user, mailbox) in zip(users, report.mailboxes) {
                guard let value = metric.value(mailbox) else { continue }
                text += "mailbackup_\(metric.name){user=\"\(user)\"} \(value)\n"
            }
        }
        text += Self.header("last_run_state", "1 for the state that the last run is in, 0 for the others.")
        for (user, mailbox) in zip(users, report.mailboxes) {
            guard let last = mailbox.lastRun else { continue }
            for outcome in RunReport.Outcome.allCases {
                let isIt = outcome == last.outcome ? 1 : 0
                text += "mailbackup_last_run_state{user=\"\(user)\",state=\"\(outcome.rawValue)\"} \(isIt)\n"
            }
        }
        return text
    }

    private struct Metric: Sendable {
        let name: String
        let help: String
        /// nil: nothing is known.
        let value: @Sendable (MailboxReport) -> Int64?
    }

    private static let metrics: [Metric] = [
        Metric(name: "journal_readable", help: "0 where the journal is damaged; nothing else is told then.") {
            $0.damage == nil ? 1 : 0
        },
        Metric(
            name: "last_success_timestamp_seconds",
            help: "When the last run began that went through, with problems or without; 0 where there was none."
        ) { $0.damage == nil ? $0.lastSuccess?.started.unixSeconds ?? 0 : nil },
        Metric(name: "last_run_timestamp_seconds", help: "When the last run began.") {
            $0.lastRun?.started.unixSeconds
        },
        Metric(name: "last_run_duration_seconds", help: "How long the last run took; none while it runs.") {
            $0.lastRun?.seconds.map { Int64($0) }
        },
        Metric(name: "last_run_new_messages", help: "Messages that the last run copied.") { Self.count("saved", $0) },
        Metric(name: "last_run_bytes", help: "Size at the source of these messages.") { Self.count("bytes", $0) },
        Metric(name: "last_run_problems", help: "Problems that the last run listed.") { Self.count("problems", $0) },
        Metric(name: "last_run_failed_messages", help: "Messages that the last run could not copy.") {
            Self.count("failed", $0)
        },
        Metric(name: "failed_messages", help: "Messages that no run could copy so far.") {
            $0.damage == nil ? Int64($0.failureCount) : nil
        },
        Metric(name: "messages", help: "Messages in the PSTs that are at the source still.") {
            $0.damage == nil ? Int64($0.messages) : nil
        },
        Metric(name: "pst_bytes", help: "Size of the PSTs.") { $0.damage == nil ? Int64($0.storedBytes) : nil },
        Metric(name: "missing_psts", help: "PSTs that the journal counts on and that are not there.") {
            $0.damage == nil ? Int64($0.missingStores.count) : nil
        },
    ]

    private static func count(_ name: String, _ mailbox: MailboxReport) -> Int64? {
        mailbox.lastRun.map { Int64($0.counts[name]) }
    }

    private static func header(_ name: String, _ help: String) -> String {
        "# HELP mailbackup_\(name) \(help)\n# TYPE mailbackup_\(name) gauge\n"
    }

    /// Names as label values. One series that is there twice makes the whole file invalid, so names that look alike (bytes
    /// that are no UTF-8) are numbered.
    private var uniqueUsers: [String] {
        var seen: Set<String> = []
        return report.mailboxes.map { mailbox in
            var user = Self.escaped(mailbox.user)
            var number = 2
            while !seen.insert(user).inserted {
                user = "\(Self.escaped(mailbox.user))#\(number)"
                number += 1
            }
            return user
        }
    }

    /// A label value: backslash, quote and line end have an escape; other control characters are shown by their number.
    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            case _ where scalar.properties.generalCategory == .control:
                text += "\\\\" + scalar.escaped(asASCII: true).dropFirst()
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
