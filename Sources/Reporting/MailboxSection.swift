import Journal
import MailStore

/// All that the page has of one mailbox, folded away.
struct MailboxSection {
    let report: BackupReport
    let mailbox: MailboxReport
    /// Its place on the page, which the table links to.
    let number: Int

    /// Runs shown, the latest first; the charts show more.
    private static let runs = 14

    var markup: Markup {
        let charts = [Series.growth(of: mailbox), Series.durations(of: mailbox)].filter(\.isWorthShowing)
        let drawn: Markup =
            charts.isEmpty ? "" : "<div class=\"charts\">\n\(Markup(joining: charts.map(\.markup)))</div>\n"
        return """
            <details id="m\(number)"><summary>\(mailbox.user) \(ReportPage.badge(mailbox, report))</summary>
            \(damage)\(stores)\(drawn)\(runs)\(ProblemList(mailbox: mailbox, limit: 50).markup)</details>

            """
    }

    private var damage: Markup { mailbox.damage.map { "<p>\($0)</p>\n" } ?? "" }

    private var stores: Markup {
        let items = mailbox.stores.map { status in
            let size = status.fileSize.map { Figures.bytes($0) } ?? "not there any more"
            var line =
                "\(Figures.count(status.messages, "message")) in \(Figures.count(status.folders, "folder")), \(size)"
            if status.store.files.count > 1 { line += " in \(Figures.count(status.store.files.count)) files" }
            if status.gone > 0 { line += ", \(Figures.count(status.gone)) gone at the source and kept" }
            if status.store.kind == .delta, let since = status.store.sinceRun {
                line += ", changes since state \(since)"
            }
            let sources = status.sources.joined(separator: ", ")
            return "<li>\(status.store.path): \(line)<br/><small>from \(sources)</small></li>\n" as Markup
        }
        return items.isEmpty ? "" : "<ul>\n\(Markup(joining: items))</ul>\n"
    }

    private var runs: Markup {
        guard !mailbox.runs.isEmpty else { return "" }
        let rows = mailbox.runs.suffix(Self.runs).reversed().map { run in
            """
            <tr><td>\(run.number)</td><td>\(Figures.minute(run.started))</td>\
            <td>\(run.outcome.label)</td><td class="number">\(Figures.count(run.counts["saved"]))</td>\
            <td class="number wide">\(Figures.count(run.counts["state_changed"] &+ run.counts["moved"]))</td>\
            <td class="number wide">\(Figures.bytes(run.counts["bytes"]))</td>\
            <td class="number">\(run.seconds.map { Figures.span(seconds: $0) } ?? "")</td></tr>

            """ as Markup
        }
        return """
            <div class="table"><table>
            <thead><tr><th>State</th><th>Began</th><th>Outcome</th><th class="number">New</th>\
            <th class="number wide">Changed</th><th class="number wide">Copied</th><th class="number">Took</th></tr></thead>
            <tbody>
            \(Markup(joining: rows))</tbody></table></div>

            """
    }
}

/// Messages that could not be copied, then what was wrong with others in the last run.
struct ProblemList {
    let mailbox: MailboxReport
    /// Lines of each kind.
    let limit: Int

    var markup: Markup {
        let failures = mailbox.failures.prefix(limit).map { failure in
            let attempts = Figures.count(failure.attempts, "attempt")
            let place = "\(failure.path.description): \(failure.messageID.rawValue)"
            return "<li>\(place): \(failure.text) (\(attempts) since state \(failure.firstRun))</li>\n" as Markup
        }
        let problems = mailbox.problems.prefix(limit).map { problem in
            let place = [problem.path?.description, problem.messageID?.rawValue].compactMap(\.self) + [problem.text]
            return "<li>\(place.joined(separator: ": "))</li>\n" as Markup
        }
        return """
            \(Self.list("Not copied yet", failures, of: mailbox.failureCount))\
            \(Self.list("Problems of the last run", problems, of: mailbox.problems.count))
            """
    }

    private static func list(_ title: String, _ items: [Markup], of count: Int) -> Markup {
        guard !items.isEmpty else { return "" }
        let more: Markup = count > items.count ? "<li>and \(Figures.count(count - items.count)) more</li>\n" : ""
        return "<p><small>\(title)</small></p>\n<ul>\n\(Markup(joining: items))\(more)</ul>\n"
    }
}
