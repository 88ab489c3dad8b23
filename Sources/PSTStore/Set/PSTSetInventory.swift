public import MailStore

/// What the parts of a set tell of where everything in them came from, as one store.
public actor PSTSetInventory: StoreInventory {
    private let key: String
    private let parts: [(label: String, inventory: any StoreInventory)]
    /// Where each folder lies; nil before anyone has asked.
    private var places: [FolderID: [(label: String, folder: FolderID)]]?

    init(key: String, parts: [(label: String, inventory: any StoreInventory)]) {
        self.key = key
        self.parts = parts
    }

    /// As the last checkpoints left the files; no lock is taken.
    /// - Throws: as ``PSTParts/find(_:)``; `noInput` where there is no PST.
    public static func open(at path: String) throws(StoreError) -> PSTSetInventory {
        let found = try PSTParts.find(path)
        guard !found.isEmpty else { throw StoreError(.noInput, "\(path): there is no such PST") }
        var parts: [(label: String, inventory: any StoreInventory)] = []
        for file in found.files { parts.append((file.label, try PSTInventory.open(at: file.path))) }
        return PSTSetInventory(key: found.key, parts: parts)
    }

    public func identity() async throws(StoreError) -> StoreIdentity {
        var generations: [(label: String, generation: String)] = []
        for part in parts { generations.append((part.label, try await part.inventory.identity().generation)) }
        return StoreIdentity(store: key, generation: SetGeneration(parts: generations).text)
    }

    /// Whether one file is all, which is then taken as it is.
    private var isPlain: Bool { parts.count == 1 && parts[0].label.isEmpty }

    /// Folders of one origin are one folder, under the id that the first part has for it.
    public func inventory() async throws(StoreError) -> [InventoryFolder] {
        if isPlain { return try await parts[0].inventory.inventory() }
        var folders: [InventoryFolder] = []
        var places: [FolderID: [(label: String, folder: FolderID)]] = [:]
        var known: [OriginKey: FolderID] = [:]
        for (label, inventory) in parts {
            for folder in try await inventory.inventory() {
                let key = OriginKey(folder.origin)
                if let id = known[key] {
                    if places[id]?.contains(where: { $0.label == label }) != true {
                        places[id]?.append((label, folder.id))
                    }
                } else {
                    let id = folder.id.qualified(label)
                    known[key] = id
                    places[id] = [(label, folder.id)]
                    folders.append(InventoryFolder(id: id, origin: folder.origin, role: folder.role))
                }
            }
        }
        self.places = places
        return folders
    }

    public func inventory(of folder: FolderID) async throws(StoreError) -> [InventoryMessage] {
        if isPlain { return try await parts[0].inventory.inventory(of: folder) }
        if places == nil { _ = try await inventory() }
        guard let places = places?[folder] else {
            throw StoreError(.badData, "\(folder.rawValue) is no folder of this store")
        }
        var messages: [InventoryMessage] = []
        for (label, local) in places {
            guard let part = parts.first(where: { $0.label == label }) else { continue }
            messages += try await part.inventory.inventory(of: local).map { message in
                InventoryMessage(
                    id: message.id.qualified(label), origin: message.origin, digest: message.digest,
                    size: message.size, state: message.state)
            }
        }
        return messages
    }
}
