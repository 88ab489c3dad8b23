import MailStore
import Transfer

/// Tells people or programs about a run of many mailboxes.
struct RunLog: Sendable {
    let isQuiet: Bool
    let isJSON: Bool
    let isDryRun: Bool
    let output: Output
    let errors: Output
    let interruption: Interruption

    /// For one mailbox.
    func reporter(for plan: MailboxPlan) -> any Reporter {
        guard isJSON else { return MailboxReporter(user: plan.user, isQuiet: isQuiet, errors: errors) }
        let run = RunDescription(
            user: plan.user, out: plan.out, isDryRun: isDryRun, isQuiet: isQuiet, isVerbose: false,
            interruption: interruption, isOneOfMany: true)
        return JSONReporter(output: output, run: run)
    }

    func begin(_ plans: [MailboxPlan], jobs: Int) {
        guard !isQuiet else { return }
        if isJSON {
            var object = JSONReporter.object("mailboxes-started")
            object.set("mailboxes", plans.count)
            object.set("jobs", jobs)
            output.write(object.line)
        } else {
            output.write("\(RunSummary.mailboxes(plans.count)), \(jobs) at a time\n")
        }
    }

    /// One mailbox is done. What failed is told at the end.
    func tell(_ outcome: MailboxOutcome) {
        if isJSON {
            guard case .notBegun(let end) = outcome.state else { return }
            var object = JSONReporter.object("not-begun")
            object.set("user", outcome.user)
            object.set("message", end.text)
            output.write(object.line)
        } else if outcome.failure == nil, !isQuiet {
            output.write(RunSummary.line(outcome, isDryRun: isDryRun).printable + "\n")
        }
    }

    /// Told before the run: something that is no failure.
    func notice(_ text: String) {
        if !isQuiet { errors.write("mailbackup: \(text.printable)\n") }
    }

    func finish(_ summary: RunSummary, _ status: ExitStatus) {
        guard !isQuiet || status != .success else { return }
        if isJSON {
            for (user, error) in summary.refused {
                var object = JSONReporter.object("run-finished")
                object.set("user", user)
                object.set("status", Int(ExitStatus(error, signal: nil).rawValue))
                object.set("error", JSONReporter.name(error.code))
                object.set("message", error.message)
                output.write(object.line)
            }
            var object = JSONReporter.object("mailboxes-finished")
            object.set("mailboxes", summary.mailboxes)
            object.set("complete", summary.complete)
            object.set("with_problems", summary.withProblems)
            object.set("failed_mailboxes", summary.failures)
            object.set("left", summary.left)
            JSONReporter.set(summary.counts(), in: &object)
            object.set("status", Int(status.rawValue))
            object.set("seconds", Int(summary.elapsed.components.seconds))
            output.write(object.line)
        } else {
            // Where nothing else is said, this is what cron sends.
            (isQuiet ? errors : output).write(summary.total + "\n")
            for line in summary.failureLines { errors.write("mailbackup: \(line.printable)\n") }
        }
    }
}
