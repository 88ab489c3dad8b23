import ArgumentParser
import Configuration
import MailStore

/// What holds for a run as a whole: the command line goes before the configuration.
struct RunSettings: Sendable {
    static let usualJobs = 4
    static let usualServerConnections = 8

    let plans: [MailboxPlan]
    let refused: [(user: String, error: StoreError)]
    let jobs: Int
    let serverConnections: Int
    let until: TimeOfDay?
    let maximumDownload: Int?
    let isDryRun: Bool
    /// The file for metrics of these mailboxes; nil: none.
    let metrics: String?
    /// To a server, of one mailbox: as many as all that can be open at the same time leave it.
    var connectionsOfMailbox: Int { max(serverConnections / max(min(jobs, serverConnections), 1), 1) }
    /// nil: nobody gets mail.
    let mail: SummaryMail?

    /// - Throws: `.configuration`.
    init(_ command: RunCommand, _ configuration: Configuration) throws(StoreError) {
        let limits = try Self.limits(configuration)
        mail = try Self.mail(configuration)
        let plan = try RunPlan(configuration, names: command.users, shard: command.shard)
        plans = plan.plans
        refused = plan.refused
        jobs = command.jobs ?? configuration["run.jobs"]?.number ?? Self.usualJobs
        serverConnections = configuration["run.server-connections"]?.number ?? Self.usualServerConnections
        until = command.until ?? limits.until
        maximumDownload = command.maxDownload?.bytes ?? limits.download
        isDryRun = command.dryRun
        metrics = command.metrics ?? configuration["run.metrics"]?.text
    }

    /// Who gets mail, and how.
    static func mail(_ configuration: Configuration) throws(StoreError) -> SummaryMail? {
        guard let setting = configuration["mail-on-failure"], let address = setting.text else { return nil }
        guard SummaryMail.isAddress(address) else {
            throw StoreError(.configuration, setting.located("'\(address)' is no address"))
        }
        return SummaryMail(to: address, command: configuration["sendmail"]?.text ?? SummaryMail.usualCommand)
    }

    /// The bounds in the file.
    static func limits(_ configuration: Configuration) throws(StoreError) -> (until: TimeOfDay?, download: Int?) {
        var until: TimeOfDay?
        if let setting = configuration["run.until"], let text = setting.text {
            guard let time = TimeOfDay(text) else {
                throw StoreError(.configuration, setting.located("'\(text)' is no time of day: write \"06:00\""))
            }
            until = time
        }
        var download: Int?
        if let setting = configuration["run.max-download"], let text = setting.text {
            guard let size = ByteSize(text) else {
                throw StoreError(.configuration, setting.located("'\(text)' is no size: write \"20G\" or 20000000"))
            }
            download = size.bytes
        }
        return (until, download)
    }
}
