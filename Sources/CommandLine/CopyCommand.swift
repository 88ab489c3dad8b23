import ArgumentParser
import Configuration
import Conversion
import IMAPStore
import MailStore
import PSTStore
import Transfer

/// `mailbackup copy`: a mailbox into a PST, everything or what has changed.
struct CopyCommand: ConfigurableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copies a mailbox into a PST, or brings a PST up to date.",
        discussion: """
            Examples:
              mailbackup copy --user FredB --source maildir:/home/fredb/Maildir --out /backups/fredb.pst
              mailbackup copy --user FredB --since-state last --deleted mirror --out /backups/fredb.pst

            A PST that exists is added to: what it has already of this mailbox is not copied again, and what else is in \
            it stays as it is. A run that was interrupted goes on where it was.

            \(SelectionOptions.explanation)

            \(ExitStatus.explanation([:]))
            """)

    @Option(help: ArgumentHelp("The mailbox's owner.", valueName: "user"))
    var user: String

    @Option(
        help: ArgumentHelp(
            "Where the mail is: maildir:PATH, with ?layout=maildir++ or ?layout=fs where the layout is not found out"
                + " rightly; imaps://HOST[:PORT]; imap://HOST[:PORT]. Default: the configuration, else the Maildir of"
                + " the local account USER.",
            valueName: "url"),
        transform: { try SourceURL($0) })
    var source: SourceURL?

    @Option(
        help: ArgumentHelp(
            "The PST to write or to bring up to date. Default: what the configuration says.", valueName: "file.pst"))
    var out: String?

    @OptionGroup
    var configured: ConfigurationOption

    @Option(help: ArgumentHelp("Display name of a new PST. Default: \"USER backup\".", valueName: "text"))
    var name: String?

    @OptionGroup(title: "Selection")
    var selected: SelectionOptions

    @OptionGroup(title: "Servers")
    var server: ServerOptions

    @OptionGroup(title: "Incremental runs")
    var state: StateOptions

    @OptionGroup(title: "Files")
    var output: OutputOptions

    @Option(help: "How a new PST's content is encoded: none, permute (\"compressible\") or cyclic (\"high\").")
    var encoding = Encoding.permute

    @Flag(help: "Read the PST back, as 'verify' does, before the run counts as done.")
    var verify = false

    @Flag(
        help: ArgumentHelp(
            "Remove from the source what is proven to be in the PST.",
            discussion: """
                After --verify, which it implies, each selected message is read back from the PST byte for byte, and only then \
                removed. Asks twice on a terminal; elsewhere --yes is needed.
                """))
    var archive = false

    @Flag(help: "Do not ask before --archive removes anything.")
    var yes = false

    @Flag(help: "Read everything, write nothing.")
    var dryRun = false

    @Option(
        help: ArgumentHelp(
            "Batches of messages converted at the same time, 1 to 64; also how many connections to a server are used at"
                + " most, up to 4.", valueName: "n"))
    var jobs = 3

    @OptionGroup(title: "Output")
    var display: DisplayOptions

    enum Encoding: String, ExpressibleByArgument, CaseIterable {
        case none, permute, cyclic
    }

    func validate() throws {
        guard !user.isEmpty else { throw ValidationError("--user is empty") }
        guard out?.isEmpty != true else { throw ValidationError("--out is empty") }
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs \(jobs): 1 to 64 are possible") }
        guard archive || !yes else { throw ValidationError("--yes is for --archive") }
        guard !archive || !dryRun else { throw ValidationError("--archive cannot be tried with --dry-run") }
        guard !archive || yes || ArchiveConfirmation.canAsk else {
            throw ValidationError("--archive asks on a terminal, and there is none: give --yes")
        }
        if let out { try output.validate(out: out) }
        if output.keep != nil, ![nil, .last].contains(state.sinceState) {
            throw ValidationError("--keep: each file starts from the last run; --since-state has no place here")
        }
    }

    var configuredUser: String? { user }
    var needsConfiguration: Bool { source == nil || out == nil }
    static let configuredGroups: Set<ConfigurationKey.Group> = [.source, .selection, .output]

    mutating func run() async throws {
        guard let out else {
            throw ValidationError("--out is missing, and no configuration has 'out'")
        }
        try server.validate(for: source)
        let plan = output.plan(out: out)
        let run = TransferRun(display: display, user: user, out: plan.file(out: out), isDryRun: dryRun)
        try await run.run { [self] reporter in await copy(to: out, plan, reporter) }
    }

    /// Copies; tells the reporter everything, at last how it ended.
    /// - Parameters:
    ///   - connections: to a server, at most; nil: as many as there are jobs.
    ///   - budget: what may be fetched together with other mailboxes.
    func copy(
        to out: String, _ plan: OutputPlan, _ reporter: any Reporter, connections: Int? = nil,
        sharing budget: DownloadBudget? = nil
    ) async -> TransferResult {
        let file = plan.file(out: out)
        do throws(StoreError) {
            let url = if let source { source } else { try SourceURL.ofAccount(user, after: configured.places) }
            let name = url.name(user: user)
            let source: any SynchronizingStore
            do throws(StoreError) {
                source = try await url.open(user: user, server, connections: connections ?? jobs, sharing: budget)
            } catch {
                if !dryRun { FailedStart(user: user, out: file, sourceName: name, state: state).record(error) }
                throw error
            }
            var backup = Backup(
                user: user, out: file, sourceName: name, storeOptions: storeOptions, state: state)
            backup.output = plan
            backup.isDryRun = dryRun
            backup.verifies = verify
            if archive { backup.archive = ArchiveConfirmation(isGivenBeforehand: yes) }
            backup.selection = selected.selection
            backup.options.jobs = jobs
            backup.options.findsTotals = display.showsProgress
            backup.options.inspector = MessageContentInspector()
            return await backup.run(from: source, reporter)
        } catch {
            return TransferRun.failed(error, reporter)
        }
    }

    /// What is known of the addresses of a user.
    static func ownerAddresses(of user: String) -> [String] { user.contains("@") ? [user] : [] }

    private var storeOptions: PSTStoreOptions {
        let displayName = name ?? "\(user) backup"
        let addresses = Self.ownerAddresses(of: user)
        return switch encoding {
        case .none: PSTStoreOptions(displayName: displayName, encoding: .none, ownerAddresses: addresses)
        case .permute: PSTStoreOptions(displayName: displayName, encoding: .permute, ownerAddresses: addresses)
        case .cyclic: PSTStoreOptions(displayName: displayName, encoding: .cyclic, ownerAddresses: addresses)
        }
    }
}
