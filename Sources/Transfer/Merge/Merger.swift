public import MailStore

/// A store that is folded into another one.
public struct MergeSource: Sendable {
    public let store: any MessageStore
    public let inventory: any StoreInventory
    /// Whether it shows the mailbox as it was later than the other one does: then its states and places of messages count.
    public let isNewer: Bool

    /// - Parameters:
    ///   - store: knows messages by the ids that the inventory tells.
    ///   - inventory: of the same store.
    public init(store: any MessageStore, inventory: any StoreInventory, isNewer: Bool) {
        self.store = store
        self.inventory = inventory
        self.isNewer = isNewer
    }
}

/// What a merge asks of items that nobody has copied from a source.
public struct MergedItems: Sendable {
    /// The same for items that say the same; nil where it cannot be told.
    public let key: @Sendable (StoredMessage) -> [UInt8]?
    /// Where a newer version of an item is to take the place of the older one: which item it is, and which version.
    public let version: (@Sendable (StoredMessage) -> ItemVersion?)?

    public init(
        key: @escaping @Sendable (StoredMessage) -> [UInt8]?,
        version: (@Sendable (StoredMessage) -> ItemVersion?)? = nil
    ) {
        self.key = key
        self.version = version
    }
}

/// Folds stores into one that holds the mailbox already: what it has of the same source is brought up to date, what it
/// lacks is added, and nothing is in it twice. What nobody has copied from a source goes into the folder of the same path,
/// unless there is the like of it, or a newer version of it.
public struct Merger<Base: UpdatableMessageStore>: Sendable {
    private let sources: [MergeSource]
    private let base: Base
    private let reading: any MessageStore
    private let items: MergedItems
    private let options: TransferOptions
    private let reporter: any Reporter

    /// - Parameters:
    ///   - sources: the oldest first.
    ///   - reading: what `base` holds, as it is before anything is merged. Its folder ids, or the first lines of them, are
    ///     those of `base`.
    public init(
        _ sources: [MergeSource], into base: Base, reading: any MessageStore, items: MergedItems,
        options: TransferOptions, reporter: any Reporter
    ) {
        self.sources = sources
        self.base = base
        self.reading = reading
        self.items = items
        self.options = options
        self.reporter = reporter
    }

    /// Merges; tells the reporter everything, at last how it ended. Cancelling ends it at a message boundary with a
    /// checkpoint; merging the same again completes it.
    @concurrent
    @discardableResult
    public func run() async -> TransferResult {
        let account = RunAccount(reporter: reporter)
        let run = MergeRun(base: base, reading: reading, items: items, options: options, account: account)
        var failure: StoreError?
        do throws(StoreError) {
            let names = sources.map { $0.store.description }.joined(separator: ", ")
            account.report(
                .runStarted(RunStart(source: names, destination: base.description, folders: 0, skipped: [])))
            try await run.readBase()
            var surveys: [MergeRun<Base>.Survey] = []
            for source in sources { surveys.append(try await run.survey(source)) }
            for survey in surveys { try await run.merge(survey) }
            try account.checkAgreement()
            try await base.finish()
        } catch {
            failure = error
            await end(after: error)
        }
        let result = TransferResult(counts: account.counts, failure: failure)
        account.report(.runFinished(result))
        return result
    }

    /// What was told to stop keeps what it has; after an error the base is what it was at its last checkpoint.
    private func end(after error: StoreError) async {
        if error.code == .cancelled, (try? await base.finish()) != nil { return }
        await base.abandon()
    }
}
