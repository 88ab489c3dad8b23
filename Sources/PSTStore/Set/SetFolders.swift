public import MailStore

/// The folders of a set, and where each of them lies in the parts.
struct SetFolders {
    /// A folder of the set. Its id is that of the part in which it was made first; it answers to those of the others too.
    struct Folder {
        let id: FolderID
        /// Ids within the parts, by their labels.
        var places: [String: FolderID]
    }

    /// Whether the folders of all parts are known; else only those that have been asked for.
    var isComplete = true
    private var folders: [Folder?] = []
    private var numbers: [FolderID: Int] = [:]
    /// Folders by what this run has asked for.
    var asked: [NewFolder: FolderID] = [:]
    /// The group of the folder at the top over each, as far as it was asked for.
    var groups: [FolderID: PartGroup] = [:]

    /// - Parameter id: in any of the parts.
    subscript(id: FolderID) -> Folder? { numbers[id].flatMap { folders[$0] } }

    mutating func add(_ local: FolderID, in label: String) -> Folder {
        let id = local.qualified(label)
        if let known = self[id] { return known }
        let folder = Folder(id: id, places: [label: local])
        numbers[id] = folders.count
        folders.append(folder)
        return folder
    }

    mutating func addPlace(_ local: FolderID, in label: String, of id: FolderID) {
        guard let number = numbers[id] else { return }
        folders[number]?.places[label] = local
        numbers[local.qualified(label)] = number
    }

    mutating func removePlace(in label: String, of id: FolderID) {
        guard let number = numbers[id], let local = folders[number]?.places.removeValue(forKey: label) else { return }
        let qualified = local.qualified(label)
        if qualified != folders[number]?.id { numbers[qualified] = nil }
    }

    mutating func remove(_ id: FolderID) {
        guard let number = numbers[id] else { return }
        folders[number] = nil
        numbers = numbers.filter { $0.value != number }
    }

    /// Folders have other names or places now.
    mutating func forgetPlaces() {
        asked = [:]
        groups = [:]
    }
}

/// Folders.
extension PSTSet {
    /// - Throws: where there is no such folder, nor could there be one.
    func folder(_ id: FolderID) async throws(StoreError) -> SetFolders.Folder {
        if !folders.isComplete { try await findFolders() }
        if let known = folders[id] { return known }
        // One that is not a copy of a source's.
        let (label, text) = PartIdentifiers.split(id.rawValue)
        guard let part = parts.first(where: { $0.label == label }) else {
            throw StoreError(.vanished, "\(path): folder \(id.rawValue) is not there")
        }
        let local = FolderID(rawValue: text)
        let added = folders.add(local, in: label)
        guard parts.count > 1, let place = try await part.store.plainPath(of: local) else { return added }
        // It is shown as one with those of its path in the other parts.
        for other in parts where other.label != label {
            guard let like = try await other.store.plainFolder(at: place) else { continue }
            folders.addPlace(like, in: other.label, of: added.id)
        }
        return folders[id] ?? added
    }

    /// Folders of one origin in several parts are one folder.
    private func findFolders() async throws(StoreError) {
        folders.isComplete = true
        var known: [OriginKey: FolderID] = [:]
        for part in parts {
            for (local, origin) in try await part.store.copiedFolders() {
                let key = OriginKey(origin)
                if let id = known[key] {
                    if folders[id]?.places[part.label] == nil { folders.addPlace(local, in: part.label, of: id) }
                } else {
                    known[key] = folders.add(local, in: part.label).id
                }
            }
        }
    }

    /// The folder as a part has it, made there with those above it where it is not there yet.
    func counterpart(of id: FolderID, in part: Part) async throws(StoreError) -> FolderID {
        let folder = try await folder(id)
        if let local = folder.places[part.label] { return local }
        guard let (label, reference) = folder.places.min(by: { $0.key < $1.key }) else {
            throw StoreError(.vanished, "\(path): folder \(id.rawValue) is not there")
        }
        let like = try await self.part(label).store.likeness(of: reference)
        var parent: FolderID?
        if let above = like.parent { parent = try await counterpart(of: above.qualified(label), in: part) }
        let made = try await part.store.createFolder(NewFolder(parent: parent, name: like.name, role: like.role))
        if let origin = like.origin { try await part.store.setOrigin(origin, of: made) }
        folders.addPlace(made, in: part.label, of: folder.id)
        if parent == nil { try await noteTop(made, of: part) }
        return made
    }

    /// Where parts are divided by folder, the first one at the top of a part is the one that it is for.
    private func noteTop(_ local: FolderID, of part: Part) async throws(StoreError) {
        guard part.record.group.folderName != nil,
            let index = parts.firstIndex(where: { $0.label == part.label }), parts[index].record.folder == nil
        else { return }
        parts[index].record.folder = local.rawValue
        try await part.store.setText(.setPart, parts[index].record.text)
    }

    /// The group of messages in a folder, where folders divide: that of the folder at the top over it.
    func topGroup(of id: FolderID) async throws(StoreError) -> PartGroup {
        if let known = folders.groups[id] { return known }
        var top = try await folder(id)
        var name = ""
        // No tree is deeper.
        for _ in 0..<10_000 {
            guard let (label, local) = top.places.min(by: { $0.key < $1.key }) else { break }
            let like = try await part(label).store.likeness(of: local)
            name = like.name
            guard let parent = like.parent else { break }
            top = try await folder(parent.qualified(label))
        }
        let own = parts.first { part in
            part.record.folder != nil && part.record.folder == top.places[part.label]?.rawValue
        }
        let group = own?.record.group ?? .folder(name)
        folders.groups[id] = group
        return group
    }

    public func createFolder(_ folder: NewFolder) async throws(StoreError) -> FolderID {
        if let known = folders.asked[folder] { return known }
        let part = try await partForFolder(folder)
        var parent: FolderID?
        if let above = folder.parent { parent = try await counterpart(of: above, in: part) }
        let made = try await part.store.createFolder(NewFolder(parent: parent, name: folder.name, role: folder.role))
        let id = folders.add(made, in: part.label).id
        if parent == nil { try await noteTop(made, of: part) }
        folders.asked[folder] = id
        return id
    }

    /// Where folders divide, that of its top; else the newest, so that the whole tree can be seen there.
    private func partForFolder(_ folder: NewFolder) async throws(StoreError) -> Part {
        guard let rule else { return try await growing(.whole) }
        guard rule == .folder else {
            if let newest = parts.last(where: { $0.record.group.rule == rule }) { return newest }
            return try await growing(.of(options.now(), rule))
        }
        guard let parent = folder.parent else {
            // A folder of that name that was renamed since has its parts; this is another one.
            var group = PartGroup.folder(folder.name)
            var attempt = 2
            while parts.contains(where: { $0.record.group == group && $0.record.folder != nil }) {
                group = .folder("\(folder.name) (\(attempt))")
                attempt += 1
            }
            return try await growing(group)
        }
        return try await growing(try await topGroup(of: parent))
    }
}

/// What folders of several parts are one folder by.
struct OriginKey: Hashable {
    private let source: String
    private let folder: FolderID

    init(_ origin: FolderOrigin) {
        source = origin.source
        folder = origin.folder
    }
}
