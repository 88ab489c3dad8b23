public import Journal
import MAPI
public import MailStore

/// Removes from a source what is proven to be in the destination: `copy --archive`, after a copy that went well.
///
/// Batch by batch: each message is made anew from what is stored and compared with the digest of what was copied; it is
/// noted in the destination and in the journal as gone and kept, so that no later run deletes it there; that is made durable;
/// and only then is it removed from the source. Whatever breaks off leaves a message in at least one of the two, and the
/// next run knows one again that is in both.
public struct Archiver<Destination: UpdatableMessageStore>: Sendable {
    private let source: any ArchivableStore
    private let destination: Destination
    private let proof: @Sendable () throws(StoreError) -> any ProvingStore
    private let journal: Journal
    private let sourceName: String
    private let selection: Selection
    private let inspector: (any MessageInspector)?
    private let reporter: any Reporter

    /// - Parameters:
    ///   - destination: as the copy left it: nothing is saved and not durable.
    ///   - selection: that of the copy.
    ///   - proof: opens the destination for reading, as its last checkpoint left it.
    public init(
        from source: any ArchivableStore, keptIn destination: Destination, journal: Journal, sourceName: String,
        selection: Selection, inspector: (any MessageInspector)?, reporter: any Reporter,
        proof: @escaping @Sendable () throws(StoreError) -> any ProvingStore
    ) {
        self.source = source
        self.destination = destination
        self.proof = proof
        self.journal = journal
        self.sourceName = sourceName
        self.selection = selection
        self.inspector = inspector
        self.reporter = reporter
    }

    /// Messages of the source that are selected and in the journal, by folder: what ``run(_:)`` would remove if all is
    /// proven.
    public func survey() async throws(StoreError) -> ArchivePlan {
        var plan = ArchivePlan()
        guard let store = try journal.store(key: try await destination.identity().store) else { return plan }
        plan.store = store.id
        let known = Dictionary(
            try journal.folders(of: store.id, source: sourceName).map { ($0.folder, $0) }
        ) { first, _ in first }
        let hierarchy = try await source.hierarchy()
        for folder in hierarchy.folders where selection.folders.selects(folder, among: hierarchy.folders) {
            guard folder.holdsMessages, let row = known[folder.id], row.destination != nil else { continue }
            let copied = Set(try journal.given(row.id).map(\.id))
            let rows = try await source.contents(of: folder).rows.filter {
                selection.messages.mayMatch($0) && copied.contains($0.id)
            }
            if !rows.isEmpty { plan.folders.append(ArchivePlan.Folder(folder: folder, known: row, rows: rows)) }
        }
        return plan
    }

    /// - Returns: how many messages were removed, and what is left and why, or what ended it.
    public func run(_ plan: ArchivePlan) async -> ArchiveResult {
        var result = ArchiveResult()
        let run: Int
        do throws(StoreError) {
            run = try journal.begin(
                RunIntention(
                    source: sourceName, destination: destination.description, store: plan.store, kind: .archive,
                    started: .now))
        } catch {
            result.failure = error
            return result
        }
        do throws(StoreError) {
            for folder in plan.folders {
                for start in stride(from: 0, to: folder.rows.count, by: Self.batch) {
                    if Task.isCancelled { throw StoreError.interrupted }
                    let rows = folder.rows[start..<min(start + Self.batch, folder.rows.count)]
                    try await archive(rows, folder, plan.store, run, &result)
                }
            }
            try await destination.finish()
        } catch {
            result.failure = error
            await destination.abandon()
        }
        let status: JournalRun.Status =
            result.failure.map { $0.code == .cancelled ? .interrupted : .failed }
            ?? (result.kept > 0 ? .problems : .complete)
        do throws(StoreError) {
            if result.failure == nil {
                try journal.checkpoint(
                    run: run, store: plan.store, generation: try await destination.identity().generation, counts: [:],
                    at: .now)
            }
            try journal.finish(
                run: run,
                RunResult(
                    status: status, failure: result.failure?.message,
                    counts: ["archived": result.removed, "problems": result.kept],
                    finished: .now))
        } catch {
            result.failure = result.failure ?? error
        }
        return result
    }

    private static var batch: Int { 1_000 }

    private func archive(
        _ rows: ArraySlice<ContentsRow>, _ folder: ArchivePlan.Folder, _ store: Int64, _ run: Int,
        _ result: inout ArchiveResult
    ) async throws(StoreError) {
        let proof = try proof()
        var proven: [ProvenMessage] = []
        for row in rows where try await isSelected(row, folder.folder) {
            guard let message = try journal.message(folder.known.id, row.id), message.goneRun == nil,
                let place = folder.known.destination
            else { continue }
            guard let digest = message.digest, await proof.digest(of: message.destination, in: place) == digest else {
                tell("not removed: it could not be proven that its bytes are in the PST", row, folder, &result)
                continue
            }
            try await keep(message, row, place, run)
            proven.append(ProvenMessage(row: row, digest: digest))
        }
        guard !proven.isEmpty else { return }
        try await destination.checkpoint()
        try journal.checkpoint(
            run: run, store: store, generation: try await destination.identity().generation, counts: [:], at: .now)
        let outcomes = try await source.remove(proven, from: folder.folder)
        for outcome in outcomes {
            switch outcome {
            case .removed: result.removed += 1
            case .vanished: break
            case .kept(let error):
                result.kept += 1
                reporter.report(.problem(TransferProblem(severity: .problem, error: error)))
            }
        }
    }

    /// Notes that a message is kept, whatever becomes of it at the source.
    private func keep(
        _ message: JournalMessage, _ row: ContentsRow, _ place: FolderID, _ run: Int
    ) async throws(StoreError) {
        let kept = ContentsRow(
            id: .kept(run: run, message.rowID), state: message.state, deliveryTime: row.deliveryTime,
            size: message.size, location: message.location, persistentID: row.persistentID)
        try await destination.setOrigin(kept.id, of: message.destination, in: place)
        try journal.renumber([(message.rowID, kept)], run: run)
        try journal.markGone(message.rowID, run: run)
    }

    private func isSelected(_ row: ContentsRow, _ folder: FolderInfo) async throws(StoreError) -> Bool {
        guard selection.messages.needsContent(of: row) else { return true }
        guard let inspector, let message = try? await source.open(row, in: folder) else { return false }
        return selection.messages.matches(row, inspector.summary(of: message))
    }

    private func tell(
        _ text: String, _ row: ContentsRow, _ folder: ArchivePlan.Folder, _ result: inout ArchiveResult
    ) {
        result.kept += 1
        let error = StoreError(.badData, text, folder: folder.folder.path, messageID: row.id)
        reporter.report(.problem(TransferProblem(severity: .problem, error: error)))
    }
}
