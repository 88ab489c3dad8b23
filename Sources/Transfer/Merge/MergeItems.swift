import MailStore
import Synchronization

/// Merges what a folder holds that nobody has copied from a source.
struct MergeItems<Base: UpdatableMessageStore> {
    let run: MergeRun<Base>
    let store: any MessageStore
    let folder: FolderInfo

    private var account: RunAccount { run.account }

    func merge(_ rows: [ContentsRow]) async throws(StoreError) {
        let before = account.counts
        account.counts.listed += rows.count
        let target = try await run.shownFolder(folder)
        if let version = run.items.version {
            try await merge(rows, into: target, version: version)
        } else {
            try await add(rows, to: target)
        }
        account.report(.folder(folder, account.counts.since(before)))
    }

    /// What says the same as something that is there is left out.
    private func add(_ rows: [ContentsRow], to target: FolderID) async throws(StoreError) {
        let there = run.places[folder.path] ?? MergePlace()
        var now = there
        let found = FoundKeys()
        let contentKey = run.items.key
        try await run.save(rows, of: folder, from: store, in: target) { message in
            guard let key = contentKey(message) else { return true }
            found[message.row.id] = key
            return !there.holds(key)
        } saved: { row, _, _ in
            // Only now is the like of it there.
            if let key = found[row.id] { now.add(key) }
        }
        run.places[folder.path] = now
    }
}

/// What the items of a folder say, told by several tasks.
private final class FoundKeys: Sendable {
    private let keys = Mutex<[MessageID: [UInt8]]>([:])

    subscript(message: MessageID) -> [UInt8]? {
        get { keys.withLock { $0[message] } }
        set { keys.withLock { $0[message] = newValue } }
    }
}

/// Newer versions take the place of older ones.
extension MergeItems {
    /// An item, as far as it is known before it is saved.
    private struct Item {
        let row: ContentsRow
        var key: [UInt8]?
        var version: ItemVersion?
    }

    private enum Decision {
        case save
        case replace(ItemVersions.Entry)
        case leaveOut
    }

    private func merge(
        _ rows: [ContentsRow], into target: FolderID, version: @Sendable (StoredMessage) -> ItemVersion?
    ) async throws(StoreError) {
        // Read beforehand: only all of them together tell which item is there once, and so whose version one is.
        var items: [MessageID: Item] = [:]
        var own = ItemVersions()
        for row in rows {
            try run.checkCancellation()
            // One that cannot be read is told when it is to be saved.
            guard let message = try? await store.open(row, in: folder) else { continue }
            let item = Item(row: row, key: run.items.key(message), version: version(message))
            items[row.id] = item
            if let version = item.version {
                own.add(ItemVersions.Entry(id: row.id, folder: folder.id, version: version, key: item.key))
            }
        }
        var place = run.places[folder.path] ?? MergePlace()
        var replaced: [MessageID: ItemVersions.Entry] = [:]
        var taken: Set<MessageID> = []
        let wanted = rows.filter { row in
            switch decide(items[row.id] ?? Item(row: row), own, place) {
            case .leaveOut: return false
            case .save: return true
            case .replace(let entry):
                if taken.insert(entry.id).inserted { replaced[row.id] = entry }
                return true
            }
        }
        account.counts.alreadyThere += rows.count - wanted.count
        defer { run.places[folder.path] = place }
        try await run.save(wanted, of: folder, from: store, in: target) { (row, saved, _) async throws(StoreError) in
            if let old = replaced[row.id] {
                try await run.base.delete(old.id, from: old.folder, replacedBy: saved.id)
                account.counts.replaced += 1
                place.versions.remove(old)
                if let key = old.key { place.remove(key) }
            }
            guard let item = items[row.id] else { return }
            if let key = item.key { place.add(key) }
            if let version = item.version {
                place.versions.add(
                    ItemVersions.Entry(id: saved.id, folder: target, version: version, key: item.key))
            }
        }
    }

    /// Copies made in Outlook share their key: where either side has several, nobody can tell whose version one is, and all
    /// stay.
    private func decide(_ item: Item, _ own: ItemVersions, _ place: MergePlace) -> Decision {
        let isThere = item.key.map { place.holds($0) } ?? false
        guard let version = item.version, own.versions(of: version).count == 1 else {
            return isThere ? .leaveOut : .save
        }
        let there = place.versions.versions(of: version)
        guard there.count == 1, let old = there.first else { return isThere ? .leaveOut : .save }
        if old.version.content == version.content { return .leaveOut }
        if old.version.modified < version.modified { return .replace(old) }
        if old.version.modified > version.modified { return .leaveOut }
        return isThere ? .leaveOut : .save
    }
}
