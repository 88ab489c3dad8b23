import Configuration
import MailStore

/// Which mailboxes a run is about.
struct RunPlan {
    let plans: [MailboxPlan]
    /// Users whose mailbox cannot be planned: they are listed as failed, and stop nobody else.
    let refused: [(user: String, error: StoreError)]

    /// - Parameters:
    ///   - names: only these; empty: all.
    ///   - shard: only what is in it.
    /// - Throws: `.configuration` where the file is wrong, or names a user nobody knows.
    init(_ configuration: Configuration, names: [String], shard: Shard?) throws(StoreError) {
        var users = try configuration.users().map(\.name)
        for name in names where !users.contains(name) {
            throw StoreError(.configuration, "\(configuration.path): \(name) is not among the users")
        }
        if !names.isEmpty { users = users.filter(names.contains) }
        var plans: [MailboxPlan] = []
        var refused: [(user: String, error: StoreError)] = []
        for user in users {
            do throws(StoreError) {
                plans.append(try MailboxPlan(user: user, in: configuration))
            } catch {
                refused.append((user, error))
            }
        }
        // Before they are distributed: two machines must not write one file either.
        try MailboxPlan.checkPlaces(plans)
        try Self.checkForMistakes(configuration, plans)
        if let shard {
            plans = plans.filter { shard.contains($0.user) }
            refused = refused.filter { shard.contains($0.user) }
        }
        self.plans = plans
        self.refused = refused
    }

    /// Values that stand in the file are looked at once: those at the top, and those of each user with some.
    private static func checkForMistakes(
        _ configuration: Configuration, _ plans: [MailboxPlan]
    ) throws(StoreError) {
        try plans.first?.settings.checkForMistakes()
        let own = Set(configuration.usersWithSettings)
        for plan in plans where own.contains(plan.user) { try plan.settings.checkForMistakes() }
    }
}
