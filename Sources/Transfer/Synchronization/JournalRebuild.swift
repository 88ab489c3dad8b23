import Journal
import MAPI
import MailStore

/// Makes the journal agree with its store before a run: the store is the truth, the journal an index of it.
struct JournalRebuild<Destination: UpdatableMessageStore> {
    let journal: Journal
    let destination: Destination
    let kind: JournalStore.Kind
    let sinceRun: Int?

    /// - Returns: the store's row, and how many messages had to be recorded anew; nil where the journal has known all.
    func run(_ intention: (Int64) -> RunIntention) async throws(StoreError) -> (run: Int, store: Int64, recorded: Int?)
    {
        let identity = try await destination.identity()
        let known = try journal.store(key: identity.store)
        let store: JournalStore
        if let known {
            store = known
            if known.path != destination.description { try journal.setPath(destination.description, of: known.id) }
        } else {
            store = try journal.addStore(
                identity, path: destination.description, kind: kind, since: sinceRun,
                run: (try journal.lastRun() ?? 0) + 1)
        }
        // The intention is durable before anything is written.
        let run = try journal.begin(intention(store.id))
        if let known, known.generation == identity.generation { return (run, store.id, nil) }
        if known != nil { try journal.forget(store.id) }
        let recorded = try await record(store.id, run)
        try journal.checkpoint(run: run, store: store.id, generation: identity.generation, counts: [:], at: .now)
        return (run, store.id, recorded)
    }

    /// Nobody knows any more when each message came: for what is asked of earlier runs, it was not there then. So a PST of
    /// changes since one of those has too much, never too little.
    private func record(_ store: Int64, _ run: Int) async throws(StoreError) -> Int {
        var recorded = 0
        for folder in try await destination.inventory() {
            let row = try journal.insert(
                NewJournalFolder(
                    folder: folder.origin.folder, persistentID: folder.origin.persistentID, path: folder.origin.path,
                    destination: folder.id),
                store: store, source: folder.origin.source, run: run)
            for message in try await destination.inventory(of: folder.id) {
                // A message that does not tell where it is from was put there by someone else. One that tells the same as
                // another is a copy of it, made there too.
                guard let origin = message.origin, try journal.message(row, origin) == nil else { continue }
                let rowID = try journal.insert(
                    NewJournalMessage(
                        id: origin, persistentID: nil, digest: message.digest, size: message.size,
                        state: message.state, location: "", destination: message.id),
                    folder: row, run: run)
                if origin.isKept { try journal.markGone(rowID, run: run) }
                recorded += 1
            }
        }
        return recorded
    }
}
