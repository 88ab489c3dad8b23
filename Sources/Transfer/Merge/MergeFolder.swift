import MailStore

/// Merges a folder that is a copy of one at a source.
struct MergeFolder<Base: UpdatableMessageStore> {
    let run: MergeRun<Base>
    let source: MergeSource
    let folder: InventoryFolder
    /// What `source` holds.
    let own: MergeIndex

    private var key: MergeIndex.FolderKey { MergeIndex.FolderKey(folder.origin) }
    private var account: RunAccount { run.account }

    func merge(_ messages: [InventoryMessage]) async throws(StoreError) {
        let before = account.counts
        account.counts.folders += 1
        account.counts.listed += messages.count
        let target = try await target(folder.origin, folder.role)
        var new: [ContentsRow] = []
        var origins: [MessageID: MessageID] = [:]
        for message in messages {
            try run.checkCancellation()
            guard let origin = message.origin else { continue }
            if run.index.message(origin, in: key) != nil {
                account.counts.alreadyThere += 1
                try await bring(origin, to: message.state, target)
            } else if run.index.hasKept(origin, digest: message.digest, in: key) {
                account.counts.alreadyThere += 1
            } else if let place = place(of: message, origin) {
                account.counts.alreadyThere += 1
                guard source.isNewer else { continue }
                try await move(origin, from: place, to: target)
                try await bring(origin, to: message.state, target)
            } else {
                origins[message.id] = origin
                new.append(ContentsRow(id: message.id, state: message.state, deliveryTime: nil, size: message.size))
            }
            try await run.checkpointIfDue()
        }
        let info = FolderInfo(id: folder.id, path: folder.origin.path, role: folder.role)
        let found = origins
        try await run.save(
            new, of: info, from: source.store, in: target,
            saved: { row, saved, digest in
                guard let origin = found[row.id] else { return }
                let entry = MergeIndex.Message(id: saved.id, state: row.state, digest: digest)
                run.index.add(entry, origin, to: key)
            })
        account.report(.folder(info, account.counts.since(before)))
    }

    /// The folder of the base, made with those above it where it is not there yet.
    private func target(_ origin: FolderOrigin, _ role: FolderRole?) async throws(StoreError) -> FolderID {
        if let there = run.index.folders[MergeIndex.FolderKey(origin)] { return there.id }
        let id = try await folder(at: origin.path, of: origin.source, role)
        try await run.base.setOrigin(origin, of: id)
        run.index.add(id, origin)
        run.note(id, at: origin.path)
        return id
    }

    private func folder(
        at path: FolderPath, of source: String, _ role: FolderRole?
    ) async throws(StoreError) -> FolderID {
        var parent: FolderID?
        if path.names.count > 1 {
            parent = run.index.folder(at: path.parent, of: source)
            if parent == nil {
                parent = try await folder(at: path.parent, of: source, FolderRole(wellKnownPath: path.parent))
            }
        }
        return try await run.base.createFolder(
            NewFolder(parent: parent, name: path.names.last ?? "", role: role))
    }

    /// Where the base has the message, if that is not where the source has it too.
    private func place(of message: InventoryMessage, _ origin: MessageID) -> MergeIndex.FolderKey? {
        guard let digest = message.digest else { return nil }
        return run.index.otherPlaces(of: origin, than: key).first { place in
            run.index.message(origin, in: place)?.digest == digest && own.message(origin, in: place) == nil
        }
    }

    private func move(
        _ origin: MessageID, from place: MergeIndex.FolderKey, to target: FolderID
    ) async throws(StoreError) {
        guard var message = run.index.message(origin, in: place), let old = run.index.folders[place]?.id else { return }
        message.id = try await run.base.move(message.id, from: old, to: target)
        run.index.remove(origin, from: place)
        run.index.add(message, origin, to: key)
        account.counts.moved += 1
    }

    private func bring(
        _ origin: MessageID, to state: MessageState, _ target: FolderID
    ) async throws(StoreError) {
        guard source.isNewer, let there = run.index.message(origin, in: key), there.state != state else { return }
        try await run.base.setState(state, of: there.id, in: target)
        run.index.setState(state, of: origin, in: key)
        account.counts.stateChanged += 1
    }
}
