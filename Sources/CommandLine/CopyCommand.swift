import ArgumentParser
import Conversion
import MailStore
import PSTStore
import Transfer

/// `mailbackup copy`: a mailbox into a new PST.
struct CopyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "copy",
        abstract: "Copies a mailbox into a new PST.",
        discussion: """
            Example:
              mailbackup copy --user FredB --source maildir:/home/fredb/Maildir --out /backups/fredb.pst

            \(SelectionOptions.explanation)

            \(ExitStatus.explanation([:]))
            """)

    @Option(help: ArgumentHelp("The mailbox's owner.", valueName: "user"))
    var user: String

    @Option(
        help: ArgumentHelp(
            "Where the mail is: maildir:PATH, with ?layout=maildir++ or ?layout=fs where the layout is not found out"
                + " rightly. Default: the Maildir of the local account USER.", valueName: "url"),
        transform: { try SourceURL($0) })
    var source: SourceURL?

    @Option(help: ArgumentHelp("The PST to write; it must not exist.", valueName: "file.pst"))
    var out: String

    @Option(help: ArgumentHelp("Display name of the PST. Default: \"USER backup\".", valueName: "text"))
    var name: String?

    @OptionGroup(title: "Selection")
    var selected: SelectionOptions

    @Option(help: "How the PST's content is encoded: none, permute (\"compressible\") or cyclic (\"high\").")
    var encoding = Encoding.permute

    @Flag(help: "Read the PST back, as 'verify' does, before the run counts as done.")
    var verify = false

    @Flag(help: "Read everything, write nothing.")
    var dryRun = false

    @Option(help: ArgumentHelp("Batches of messages converted at the same time, 1 to 64.", valueName: "n"))
    var jobs = 3

    @OptionGroup(title: "Output")
    var display: DisplayOptions

    enum Encoding: String, ExpressibleByArgument, CaseIterable {
        case none, permute, cyclic
    }

    func validate() throws {
        guard !user.isEmpty else { throw ValidationError("--user is empty") }
        guard !out.isEmpty else { throw ValidationError("--out is empty") }
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs \(jobs): 1 to 64 are possible") }
    }

    mutating func run() async throws {
        let run = TransferRun(display: display, user: user, out: out, isDryRun: dryRun)
        try await run.run { [self] reporter in await copy(reporter: reporter) }
    }

    private func copy(reporter: any Reporter) async -> TransferResult {
        do throws(StoreError) {
            try OutputFile.check(out)
            let url = if let source { source } else { try SourceURL.ofAccount(user) }
            let source = try url.open()
            if dryRun { return await copy(source, to: CountingStore(inPlaceOf: out), reporter) }
            let store = try PSTStore.create(at: out, options: storeOptions)
            guard verify else { return await copy(source, to: store, reporter) }
            let result = await copy(source, to: store, ReporterWithoutEnd(reporter))
            let proven = await ProofOfCopy(path: out).of(result, reporter)
            reporter.report(.runFinished(proven))
            return proven
        } catch {
            return TransferRun.failed(error, reporter)
        }
    }

    private func copy(
        _ source: any MessageStore, to destination: some WritableMessageStore, _ reporter: any Reporter
    ) async -> TransferResult {
        var options = TransferOptions()
        options.jobs = jobs
        options.findsTotals = display.showsProgress
        options.inspector = MessageContentInspector()
        return await Copier(
            from: source, to: destination, selection: selected.selection, options: options, reporter: reporter
        ).run()
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
