import BinaryIO
import MAPI
import MailStore
import PST
import PSTNDB

/// What a set needs of its parts.
extension PSTStore {
    /// A folder, so that another part can have its like.
    struct FolderLikeness: Sendable {
        /// As it is displayed.
        let name: String
        /// As it is recorded; what only follows from its name follows there too.
        let role: FolderRole?
        let origin: FolderOrigin?
        /// nil: it stands at the top.
        let parent: FolderID?
    }

    func likeness(of folder: FolderID) throws(StoreError) -> FolderLikeness {
        let node = try node(folder)
        return try changing { () throws(PSTError) in
            let place = try file.place(of: node)
            var recorded: FolderRole?
            if case .string(let name)? = try file.property(.folderRole, of: node) {
                recorded = FolderRole(rawValue: name)
            }
            return FolderLikeness(
                name: place.name, role: recorded, origin: try origin(of: node),
                parent: place.parent.map { FolderID($0) })
        }
    }

    /// What a folder makes of the messages in it.
    func role(of folder: FolderID) throws(StoreError) -> FolderRole? {
        let node = try node(folder)
        return try changing { () throws(PSTError) in try role(of: node) }
    }

    private func origin(of folder: NodeID) throws(PSTError) -> FolderOrigin? {
        guard case .string(let text)? = try file.property(.sourceFolder, of: folder) else { return nil }
        return FolderOrigin(text: text)
    }

    /// Folders that are copies of a source's, as they are now.
    func copiedFolders() throws(StoreError) -> [(id: FolderID, origin: FolderOrigin)] {
        try changing { () throws(PSTError) in
            var found: [(id: FolderID, origin: FolderOrigin)] = []
            for folder in try file.allFolders() {
                if let origin = try origin(of: folder) { found.append((FolderID(folder), origin)) }
            }
            return found
        }
    }

    /// The names that lead to a folder; nil where it is the copy of a source's.
    func plainPath(of folder: FolderID) throws(StoreError) -> [String]? {
        let node = try node(folder)
        return try changing { () throws(PSTError) in try origin(of: node) == nil ? file.path(of: node) : nil }
    }

    /// The folder at a path that is no copy of a source's.
    func plainFolder(at path: [String]) throws(StoreError) -> FolderID? {
        try changing { () throws(PSTError) in
            for folder in try file.allFolders() where try file.path(of: folder) == path {
                if try origin(of: folder) == nil { return FolderID(folder) }
            }
            return nil
        }
    }

    /// Whether nothing is in a folder.
    func isEmpty(_ folder: FolderID) throws(StoreError) -> Bool {
        let node = try node(folder)
        return try changing { () throws(PSTError) in try file.isEmpty(node) }
    }

    /// The folder in which a message lies; nil where there is none such.
    func folder(of message: MessageID) throws(StoreError) -> FolderID? {
        let node = try node(message)
        return try changing { () throws(PSTError) in try file.folder(ofMessage: node).map { FolderID($0) } }
    }

    /// Saves a message if the file stays within a size by that, or if it is the first one in the file.
    /// - Returns: nil where there is no room.
    func save(
        _ message: sending PreparedPSTMessage, in folder: FolderID, within limit: UInt64
    ) throws(StoreError) -> SavedMessage? {
        guard hasRoom(for: message.memorySize, within: limit) else { return nil }
        return try save(message, in: folder)
    }

    func hasRoom(for bytes: Int, within limit: UInt64) -> Bool {
        file.projectedSize(adding: bytes) <= limit || isWithoutMessages
    }

    /// What another part made after this one takes over.
    func heritage(isOfOneGroup: Bool) -> StoreHeritage {
        let encoding: PSTStoreOptions.Encoding =
            switch file.encoding {
            case .none: .none
            case .permute: .permute
            case .cyclic: .cyclic
            }
        return StoreHeritage(names: file.names, encoding: encoding, lineage: isOfOneGroup ? lineage : nil)
    }

    func displayName() throws(StoreError) -> String? {
        try changing { () throws(PSTError) in try file.displayName() }
    }

    func setText(_ name: NamedProperty, _ text: String) throws(StoreError) {
        try changing { () throws(PSTError) in try file.setStoreProperty(name, .string(text)) }
    }

    func text(_ name: NamedProperty) throws(StoreError) -> String? {
        let value = try changing { () throws(PSTError) in try file.storeProperty(name) }
        if case .string(let text)? = value { return text }
        return nil
    }

    /// A message with all that is in it, as the last checkpoint left it; nil where that did not have it in the folder.
    func stored(_ message: MessageID, in folder: FolderID) throws(StoreError) -> (object: MessageObject, size: Int)? {
        let (id, place) = (try node(message), try node(folder))
        let reader: PSTReader
        if let committedReader {
            reader = committedReader
        } else {
            do {
                reader = try PSTReader.open(FileStorage(path: path, mode: .read))
            } catch {
                if let error = error as? StorageError { throw StoreError(opening: path, error) }
                throw StoreError(error as? PSTError ?? .damaged("\(error)"), path: path)
            }
            committedReader = reader
        }
        return try changing { () throws(PSTError) in
            guard try reader.exists(id) else { return nil }
            let message = try reader.message(id)
            guard message.parent == place else { return nil }
            let size = message.object.properties.integer32(.messageSize) ?? 0
            return (message.object, Int(max(size, 0)))
        }
    }

    func setUpdated(_ time: FileTime) { updated = time }

    /// Makes a message that has come from another part what its new folder makes of it.
    func adapt(_ message: MessageID, in folder: FolderID, from old: FolderRole?) throws(StoreError) {
        let (id, place) = (try node(message), try node(folder))
        try changing { () throws(PSTError) in try adapt(id, in: place, from: old) }
    }
}
