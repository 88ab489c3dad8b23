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

/// Folds stores into one that holds the mailbox already: what it has of the same source is brought up to date, what it
/// lacks is added, and nothing is in it twice. What nobody has copied from a source goes into the folder of the same path,
/// unless there is the like of it.
public struct Merger<Base: UpdatableMessageStore>: Sendable {
    private let sources: [MergeSource]
    private let base: Base
    private let reading: any MessageStore
    private let contentKey: @Sendable (StoredMessage) -> [UInt8]?
    private let options: TransferOptions
    private let reporter: any Reporter

    /// - Parameters:
    ///   - sources: the oldest first.
    ///   - reading: what `base` holds, as it is before anything is merged. Its folder ids, or the first lines of them, are
    ///     those of `base`.
    ///   - contentKey: the same for messages that say the same; nil where it cannot be told.
    public init(
        _ sources: [MergeSource], into base: Base, reading: any MessageStore,
        contentKey: @escaping @Sendable (StoredMessage) -> [UInt8]?, options: TransferOptions, reporter: any Reporter
    ) {
        self.sources = sources
        self.base = base
        self.reading = reading
        self.contentKey = contentKey
        self.options = options
        self.reporter = reporter
    }

    /// Merges; tells the reporter everything, at last how it ended. Cancelling ends it at a message boundary with a
    /// checkpoint; merging the same again completes it.
    @concurrent
    @discardableResult
    public func run() async -> TransferResult {
        let account = RunAccount(reporter: reporter)
        let run = MergeRun(base: base, reading: reading, contentKey: contentKey, options: options, account: account)
        var failure: StoreError?
        do throws(StoreError) {
            let names = sources.map { $0.store.description }.joined(separator: ", ")
            account.report(
                .runStarted(RunStart(source: names, destination: base.description, folders: 0, skipped: [])))
            try await run.readBase()
            for source in sources { try await run.merge(source) }
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
