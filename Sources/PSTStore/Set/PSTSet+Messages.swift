public import MAPI
public import MailStore

extension PSTSet: UpdatableMessageStore {
    public func save(
        _ message: sending PreparedPSTMessage, in folder: FolderID
    ) async throws(StoreError) -> SavedMessage {
        let group = try await group(of: message.time, in: folder)
        let (saved, part) = try await save(message, in: folder, group)
        savedMessages[part.label, default: 0] += 1
        return saved
    }

    private func group(of time: FileTime?, in folder: FolderID) async throws(StoreError) -> PartGroup {
        switch rule {
        case nil: .whole
        case .folder?: try await topGroup(of: folder)
        case let rule?: .of(time, rule)
        }
    }

    private func save(
        _ message: PreparedPSTMessage, in folder: FolderID, _ group: PartGroup
    ) async throws(StoreError) -> (saved: SavedMessage, part: Part) {
        var part = try await growing(group)
        if await !part.store.hasRoom(for: message.memorySize, within: options.maximumSize) {
            part = try await addPart(group)
        }
        let local = try await counterpart(of: folder, in: part)
        let saved = try await part.store.save(message, in: local)
        let id = saved.id.qualified(part.label)
        return (SavedMessage(id, wasThere: saved.wasThere, problems: saved.problems), part)
    }

    /// A part, a message's id in it, and the folder that is asked for as that part has it.
    private func place(
        _ message: MessageID, _ folder: FolderID
    ) async throws(StoreError) -> (part: Part, message: MessageID, folder: FolderID) {
        let (label, local) = PartIdentifiers.split(message.rawValue)
        let part = try part(label)
        guard let place = try await self.folder(folder).places[label] else {
            throw StoreError(
                .vanished, "\(path): message \(message.rawValue) is not in folder \(folder.rawValue)",
                messageID: message)
        }
        return (part, MessageID(rawValue: local), place)
    }

    public func setState(
        _ state: MessageState, of message: MessageID, in folder: FolderID
    ) async throws(StoreError) {
        let place = try await place(message, folder)
        try await place.part.store.setState(state, of: place.message, in: place.folder)
    }

    public func setOrigin(
        _ source: MessageID, of message: MessageID, in folder: FolderID
    ) async throws(StoreError) {
        let place = try await place(message, folder)
        try await place.part.store.setOrigin(source, of: place.message, in: place.folder)
    }

    public func delete(_ message: MessageID, from folder: FolderID) async throws(StoreError) {
        let place = try await place(message, folder)
        try await place.part.store.delete(place.message, from: place.folder)
    }

    /// Where the new one is in another part, the old one stays until that part's checkpoint is durable.
    public func delete(
        _ old: MessageID, from folder: FolderID, replacedBy new: MessageID
    ) async throws(StoreError) {
        let label = PartIdentifiers.split(new.rawValue).label
        let place = try await place(old, folder)
        if place.part.label == label { return try await place.part.store.delete(place.message, from: place.folder) }
        moved.append(
            MovedMessage(oldID: old.rawValue, oldFolder: try await self.folder(folder).id, newLabel: label))
    }

    /// Within its part, unless that is for another folder.
    @discardableResult
    public func move(
        _ message: MessageID, from folder: FolderID, to target: FolderID
    ) async throws(StoreError) -> MessageID {
        let place = try await place(message, folder)
        if rule == .folder, place.part.record.group.folderName != nil {
            let group = try await topGroup(of: target)
            if group != place.part.record.group { return try await transfer(message, from: folder, to: target, group) }
        }
        let local = try await counterpart(of: target, in: place.part)
        try await place.part.store.move(place.message, from: place.folder, to: local)
        return message
    }

    /// Saves a message anew in another part. In the old one it stays until the new one is durable.
    private func transfer(
        _ message: MessageID, from folder: FolderID, to target: FolderID, _ group: PartGroup
    ) async throws(StoreError) -> MessageID {
        let place = try await place(message, folder)
        var stored = try await place.part.store.stored(place.message, in: place.folder)
        if stored == nil {
            // It came into that folder in this run.
            try await checkpoint()
            stored = try await place.part.store.stored(place.message, in: place.folder)
        }
        guard let stored else {
            throw StoreError(
                .vanished, "\(path): message \(message.rawValue) is not in folder \(folder.rawValue)",
                messageID: message)
        }
        let prepared = PreparedPSTMessage(
            content: .object(stored.object), time: nil, memorySize: stored.size, problems: [], digest: nil)
        let (saved, part) = try await save(prepared, in: target, group)
        moved.append(
            MovedMessage(oldID: message.rawValue, oldFolder: try await self.folder(folder).id, newLabel: part.label))
        let role = try await place.part.store.role(of: place.folder)
        let new = MessageID(rawValue: PartIdentifiers.split(saved.id.rawValue).id)
        try await part.store.adapt(new, in: try await counterpart(of: target, in: part), from: role)
        return saved.id
    }

    public func setOrigin(_ origin: FolderOrigin, of folder: FolderID) async throws(StoreError) {
        for (label, local) in try await self.folder(folder).places {
            try await part(label).store.setOrigin(origin, of: local)
        }
    }

    /// In every part; they agree about the name that it gets.
    public func moveFolder(_ folder: FolderID, to place: NewFolder) async throws(StoreError) {
        var name = place.name
        for (label, local) in try await self.folder(folder).places.sorted(by: { $0.key < $1.key }) {
            let part = try part(label)
            var parent: FolderID?
            if let above = place.parent { parent = try await counterpart(of: above, in: part) }
            try await part.store.moveFolder(local, to: NewFolder(parent: parent, name: name, role: place.role))
            name = try await part.store.likeness(of: local).name
        }
        folders.forgetPlaces()
    }

    /// Only where it is empty in every part.
    public func deleteFolder(_ folder: FolderID) async throws(StoreError) -> Bool {
        let there = try await self.folder(folder)
        if moved.contains(where: { $0.oldFolder == there.id }) { try await checkpoint() }
        for (label, local) in there.places where try await !part(label).store.isEmpty(local) { return false }
        folders.forgetPlaces()
        // The one that it is known by goes last: it must be found as long as any is there.
        let order = there.places.sorted { left, right in
            (left.value.qualified(left.key) == there.id ? 1 : 0, left.key)
                < (right.value.qualified(right.key) == there.id ? 1 : 0, right.key)
        }
        for (label, local) in order {
            guard try await part(label).store.deleteFolder(local) else { return false }
            folders.removePlace(in: label, of: there.id)
        }
        folders.remove(there.id)
        return true
    }
}

/// What the set tells of itself.
extension PSTSet {
    public func identity() async throws(StoreError) -> StoreIdentity {
        var generations: [(label: String, generation: String)] = []
        for part in parts { generations.append((part.label, try await part.store.identity().generation)) }
        return StoreIdentity(store: key, generation: SetGeneration(parts: generations).text)
    }

    public func inventory() async throws(StoreError) -> [InventoryFolder] {
        try await openInventory().inventory()
    }

    public func inventory(of folder: FolderID) async throws(StoreError) -> [InventoryMessage] {
        try await openInventory().inventory(of: folder)
    }

    /// Good until the next checkpoint.
    private func openInventory() -> PSTSetInventory {
        if let openedInventory { return openedInventory }
        let opened = PSTSetInventory(
            key: key, parts: parts.map { (label: $0.label, inventory: $0.store as any StoreInventory) })
        openedInventory = opened
        return opened
    }

    /// Says how new the mailbox is that the set shows from the next checkpoint on; else that is its time.
    public func setUpdated(_ time: FileTime) async {
        for part in parts { await part.store.setUpdated(time) }
    }

    /// The files of the set, in its order, and how many messages this run has saved in each.
    public var files: [(path: String, saved: Int)] {
        parts.map { (PartLabel.path(path, $0.label), savedMessages[$0.label] ?? 0) }
    }
}
