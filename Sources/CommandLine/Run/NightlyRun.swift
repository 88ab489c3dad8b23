import Glibc
import IMAPStore
import MailStore
import Transfer

/// A run of many mailboxes from its plan to its summary.
struct NightlyRun: Sendable {
    let settings: RunSettings
    let log: RunLog

    /// - Returns: the exit status.
    func run() async -> ExitStatus {
        let start = ContinuousClock.now
        let plans = MailboxPlan.inOrder(settings.plans)
        log.begin(plans, jobs: settings.jobs)
        let budget = settings.maximumDownload.map { DownloadBudget(maximum: $0) }
        var run = MailboxRun { [log, settings] plan in
            await Self.copy(plan, settings, budget, log.reporter(for: plan))
        }
        run.jobs = settings.jobs
        run.perServer = settings.serverConnections
        run.budget = budget
        if let until = settings.until { run.deadline = (until, { await Self.wait(for: until) }) }
        let outcomes = await run.run(plans) { log.tell($0) }
        let summary = RunSummary(
            outcomes: outcomes, refused: settings.refused, elapsed: ContinuousClock.now - start,
            isDryRun: settings.isDryRun)
        var status = summary.status(signal: log.interruption.signal)
        log.finish(summary, status)
        do throws(StoreError) {
            try writeMetrics()
        } catch {
            log.errors.write("mailbackup: \(error.message.printable)\n")
            if status == .success { status = ExitStatus(error, signal: nil) }
        }
        sendMail(summary, status)
        return status
    }

    private static func copy(
        _ plan: MailboxPlan, _ settings: RunSettings, _ budget: DownloadBudget?, _ reporter: any Reporter
    ) async -> TransferResult {
        do throws(StoreError) {
            let command = try plan.command(isDryRun: settings.isDryRun)
            return await command.copy(
                to: plan.out, command.output.plan(out: plan.out), reporter,
                connections: min(command.jobs, settings.connectionsOfMailbox), sharing: budget)
        } catch {
            return TransferRun.failed(error, reporter)
        }
    }

    /// Of the mailboxes of this run, whatever became of them tonight.
    private func writeMetrics() throws(StoreError) {
        guard let metrics = settings.metrics, !settings.isDryRun else { return }
        try JournalReports(journals: settings.plans.map { (name: $0.user, path: $0.journal) }).writeMetrics(to: metrics)
    }

    private static func wait(for time: TimeOfDay) async {
        let now = Int(Glibc.time(nil))
        try? await Task.sleep(for: .seconds(time.next(after: now) - now))
    }

    /// Mailboxes that are left for the next run are no failure.
    private func sendMail(_ summary: RunSummary, _ status: ExitStatus) {
        guard let mail = settings.mail, summary.failures + summary.withProblems > 0 else { return }
        do throws(StoreError) {
            try mail.send(summary, status, host: HostName.current ?? "localhost")
        } catch {
            log.errors.write("mailbackup: \(error.message.printable)\n")
        }
    }
}
