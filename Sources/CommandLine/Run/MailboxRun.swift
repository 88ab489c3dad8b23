import IMAPStore
import MailStore
import Transfer

/// Copies many mailboxes, several at a time. None of them stops the others.
struct MailboxRun: Sendable {
    var jobs = 4
    /// Mailboxes of one server at the same time.
    var perServer = 8
    /// At that time the run ends, at a checkpoint of each mailbox; `wait` returns then, or when it is cancelled.
    var deadline: (time: TimeOfDay, wait: @Sendable () async -> Void)?
    var budget: DownloadBudget?
    let copy: @Sendable (MailboxPlan) async -> TransferResult

    private enum Event: Sendable {
        case deadline
        case copied(MailboxPlan, TransferResult, Duration)
    }

    /// - Parameter report: told of each mailbox when it is done, in the order in which they end.
    /// - Returns: all outcomes, in the order of the plans.
    func run(_ plans: [MailboxPlan], report: (MailboxOutcome) -> Void) async -> [MailboxOutcome] {
        var queue = RunQueue(plans, jobs: jobs, perServer: perServer) { $0.server }
        var outcomes: [String: MailboxOutcome] = [:]
        func settle(_ plan: MailboxPlan, _ state: MailboxOutcome.State) {
            let outcome = MailboxOutcome(user: plan.user, out: plan.out, state: state)
            outcomes[plan.user] = outcome
            report(outcome)
        }
        await withTaskGroup(of: Event.self) { group in
            if let deadline {
                group.addTask {
                    await deadline.wait()
                    return .deadline
                }
            }
            var end: RunEnd?
            var running = 0
            while true {
                if Task.isCancelled { end = end ?? .interrupted }
                if budget?.isSpent == true {
                    for plan in queue.withdraw(where: { $0.server != nil }) { settle(plan, .notBegun(.downloaded)) }
                }
                if let end { for plan in queue.withdraw() { settle(plan, .notBegun(end)) } }
                while let plan = queue.next() {
                    running += 1
                    group.addTask {
                        let start = ContinuousClock.now
                        let result = await copy(plan)
                        return .copied(plan, result, ContinuousClock.now - start)
                    }
                }
                guard running > 0, let event = await group.next() else { break }
                switch event {
                case .deadline:
                    // A wait that is cancelled returns too early.
                    guard !Task.isCancelled, let deadline else { continue }
                    end = end ?? .time(deadline.time)
                    group.cancelAll()
                case .copied(let plan, let result, let elapsed):
                    running -= 1
                    queue.finished(plan)
                    if let reason = self.reason(for: result, plan, end) {
                        settle(plan, .stopped(result, reason))
                    } else {
                        settle(plan, .done(result, elapsed: elapsed))
                    }
                }
            }
            group.cancelAll()
        }
        return plans.compactMap { outcomes[$0.user] }
    }

    /// What of the run stopped a mailbox; nil where it ended by itself.
    private func reason(for result: TransferResult, _ plan: MailboxPlan, _ end: RunEnd?) -> RunEnd? {
        switch result.failure?.code {
        case .cancelled: end ?? .interrupted
        case .temporary where plan.server != nil && budget?.isSpent == true: .downloaded
        default: nil
        }
    }
}
