import Journal
import MAPI

/// The report as one HTML page that needs nothing else: no network, no script.
public struct ReportPage {
    private let report: BackupReport

    public init(_ report: BackupReport) {
        self.report = report
    }

    public var text: String { page.text }

    private var page: Markup {
        let details = report.mailboxes.enumerated().map { MailboxSection(report: report, mailbox: $1, number: $0) }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
            <meta name="referrer" content="no-referrer"/>
            <title>\(report.title)</title>
            <style>
            \(ReportStyle.text)
            </style>
            </head>
            <body>
            <header>
            <h1>\(report.title)</h1>
            <p class="faint">As of \(Figures.minute(report.time)) UTC. All times are UTC.</p>
            </header>
            <main>
            \(tiles)\(attention)\(charts)\(table)<h2>Mailbox by mailbox</h2>
            \(Markup(joining: details.map(\.markup)))</main>
            </body>
            </html>

            """
    }

    private var tiles: Markup {
        let count = report.attention.count
        let newMessages = report.mailboxes.reduce(0) { $0 &+ ($1.lastRun?.counts["saved"] ?? 0) }
        let values: [(Markup, String)] = [
            ("<b>\(Figures.count(report.mailboxes.count))</b>", report.mailboxes.count == 1 ? "mailbox" : "mailboxes"),
            (
                count == 0 ? "<b>0</b>" : "<b class=\"bad\">\(Figures.count(count))</b>",
                count == 1 ? "needs attention" : "need attention"
            ),
            ("<b>\(Figures.count(report.mailboxes.reduce(0) { $0 &+ $1.messages }))</b>", "messages"),
            ("<b>\(Figures.bytes(report.mailboxes.reduce(0) { $0 &+ $1.storedBytes }))</b>", "in PSTs"),
            ("<b>\(Figures.count(newMessages))</b>", "new in the last runs"),
        ]
        let parts = values.map { value, label in "<div class=\"tile\">\(value)\(label)</div>\n" as Markup }
        return "<div class=\"tiles\">\n\(Markup(joining: parts))</div>\n"
    }

    private var attention: Markup {
        guard !report.attention.isEmpty else {
            return report.mailboxes.isEmpty
                ? "<p>There is no journal yet.</p>\n"
                : "<p><span class=\"badge good\">all well</span> Every mailbox was backed up in time, without a problem.</p>\n"
        }
        let cards = report.attention.map { mailbox in
            let sentences = report.complaints(about: mailbox).map { "<p>\($0)</p>\n" as Markup }
            let tone: Markup = mailbox.condition.tone.text == "bad" ? "bad" : "warn"
            return """
                <section class="card \(tone)">
                <h3>\(mailbox.user) \(Self.badge(mailbox, report))</h3>
                \(Markup(joining: sentences))<p class="faint">Last success: \(report.ageText(of: mailbox)).</p>
                \(ProblemList(mailbox: mailbox, limit: 5).markup)</section>

                """ as Markup
        }
        return "<h2>Needs attention</h2>\n\(Markup(joining: cards))"
    }

    private var charts: Markup {
        let charts = [Series.growth(of: report), Series.durations(of: report)].filter(\.isWorthShowing)
        guard !charts.isEmpty else { return "" }
        return "<h2>All mailboxes</h2>\n<div class=\"charts\">\n\(Markup(joining: charts.map(\.markup)))</div>\n"
    }

    private var table: Markup {
        let rows = report.mailboxes.enumerated().map { number, mailbox in
            let last = mailbox.lastRun
            let sizes = mailbox.runs.compactMap(\.storedBytes).suffix(Series.limit)
            return """
                <tr><td><a href="#m\(number)">\(mailbox.user)</a></td><td>\(Self.badge(mailbox, report))</td>\
                <td class="wide moment">\(last.map { Figures.minute($0.started) } ?? "")</td>\
                <td class="moment">\(report.ageText(of: mailbox))</td>\
                <td class="number wide">\(Figures.count(last?.counts["saved"] ?? 0))</td>\
                <td class="number wide">\(Figures.count(mailbox.messages))</td>\
                <td class="number">\(Figures.bytes(mailbox.storedBytes))</td>\
                <td class="wide">\(Chart.sparkline(Array(sizes)))</td>\
                <td class="number wide">\(last?.seconds.map { Figures.span(seconds: $0) } ?? "")</td></tr>

                """ as Markup
        }
        return """
            <div class="table"><table>
            <thead><tr><th>Mailbox</th><th>Last run</th><th class="wide">Began</th><th>Last success</th>\
            <th class="number wide">New</th><th class="number wide">Messages</th><th class="number">Size</th>\
            <th class="wide">Growth</th><th class="number wide">Took</th></tr></thead>
            <tbody>
            \(Markup(joining: rows))</tbody></table></div>

            """
    }

    static func badge(_ mailbox: MailboxReport, _ report: BackupReport) -> Markup {
        let badge: Markup = "<span class=\"badge \(mailbox.condition.tone)\">\(mailbox.condition.label)</span>"
        return report.isOverdue(mailbox) && mailbox.condition != .never
            ? "\(badge) <span class=\"badge warn\">overdue</span>" : badge
    }
}
