import Journal

extension RunReport.Outcome {
    var label: String {
        switch self {
        case .failed: "failed"
        case .brokenOff: "broke off"
        case .interrupted: "interrupted"
        case .problems: "problems"
        case .running: "running"
        case .complete: "complete"
        }
    }
}

extension MailboxReport.Condition {
    var label: String {
        switch self {
        case .damaged: "journal unreadable"
        case .never: "never run"
        case .run(let outcome): outcome.label
        }
    }

    /// Which of the page's colours.
    var tone: Markup {
        switch self {
        case .damaged, .run(.failed): "bad"
        case .never, .run(.brokenOff), .run(.interrupted), .run(.problems): "warn"
        case .run(.running), .run(.complete): "good"
        }
    }
}

extension BackupReport {
    func ageText(of mailbox: MailboxReport) -> String {
        guard let age = age(of: mailbox) else { return mailbox.damage == nil ? "never" : "unknown" }
        return "\(Figures.span(seconds: age)) ago"
    }

    /// What there is to say of a mailbox that needs attention: one sentence each.
    func complaints(about mailbox: MailboxReport) -> [String] {
        if let damage = mailbox.damage { return [damage] }
        guard let last = mailbox.lastRun else { return ["The journal knows no run."] }
        var sentences: [String] = []
        let begin = Figures.minute(last.started)
        switch last.outcome {
        case .failed: sentences.append(last.failure ?? "The run of \(begin) failed and did not say why.")
        case .brokenOff:
            sentences.append(
                "The run of \(begin) never said how it ended. The next one goes on from its last checkpoint.")
        case .interrupted:
            sentences.append("The run of \(begin) was interrupted. The next one goes on where it was.")
        case .problems:
            var parts: [String] = []
            if last.counts["problems"] > 0 { parts.append(Figures.count(last.counts["problems"], "problem")) }
            if mailbox.failureCount > 0 {
                parts.append("\(Figures.count(mailbox.failureCount, "message")) not copied yet")
            }
            sentences.append("The run of \(begin) was done, with \(parts.joined(separator: ", ")).")
        case .running, .complete: break
        }
        for store in mailbox.missingStores { sentences.append("\(store.store.path) is not there any more.") }
        if isOverdue(mailbox) { sentences.append("Overdue: no run has gone through in time.") }
        return sentences
    }
}
