import Configuration
import Glibc
import Journal
import MAPI
import MailStore

/// One mailbox of a run: where it is and where it goes.
struct MailboxPlan: Sendable {
    let user: String
    let settings: MailboxSettings
    let out: String
    let journal: String
    /// nil for a mailbox that is on this machine, or nobody knows where.
    let server: String?

    /// - Throws: `.configuration` where the name cannot be used, or there is no `out`.
    init(user: String, in configuration: Configuration) throws(StoreError) {
        self.user = user
        settings = try MailboxSettings(of: user, in: configuration)
        guard let out = settings.text("out") else {
            throw StoreError(
                .configuration, "\(configuration.path): there is no 'out': out = \"/backups/%u.pst\"")
        }
        self.out = out
        journal = if let named = settings.text("journal") { named } else { try StateDirectory.journal(of: user) }
        let source = settings.text("source.url").flatMap { try? SourceURL($0) }
        server = source?.serverName
    }

    /// `copy` as this run does it: what has changed since the last run.
    func command(isDryRun: Bool) throws(StoreError) -> CopyCommand {
        try settings.copyCommand(
            defaults: ["--since-state=last", "--progress=never"] + (isDryRun ? ["--dry-run"] : []))
    }

    /// When the mailbox was last copied to its end; nil where it never was, or nothing can be read of it.
    var lastSuccess: FileTime? {
        guard access(journal, F_OK) == 0 else { return nil }
        return try? Journal.openForReading(at: journal).lastSuccess()
    }

    /// - Throws: `.configuration` where two mailboxes are to be written to one place.
    static func checkPlaces(_ plans: [MailboxPlan]) throws(StoreError) {
        var owners: [String: String] = [:]
        for plan in plans {
            for (key, place) in [("out", plan.out), ("journal", plan.journal)] {
                if let other = owners.updateValue(plan.user, forKey: place) {
                    throw StoreError(
                        .configuration,
                        "\(plan.settings.configurationPath): \(key): \(place) is for \(other) and for \(plan.user): put %u"
                            + " into it")
                }
            }
        }
    }

    /// Those that were never copied to their end first, then those for which that is longest ago.
    static func inOrder(_ plans: [MailboxPlan]) -> [MailboxPlan] {
        let ages = plans.enumerated().map { (plan: $0.element, last: $0.element.lastSuccess, place: $0.offset) }
        return ages.sorted { first, second in
            switch (first.last, second.last) {
            case (nil, nil): first.place < second.place
            case (nil, _): true
            case (_, nil): false
            case (let one?, let other?): one == other ? first.place < second.place : one < other
            }
        }.map(\.plan)
    }
}
