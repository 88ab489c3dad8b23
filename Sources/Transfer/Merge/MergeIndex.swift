import MailStore

/// What a store holds of which source, while others are merged into it.
struct MergeIndex {
    /// A folder of a source.
    struct FolderKey: Hashable {
        let source: String
        let folder: FolderID

        init(_ origin: FolderOrigin) {
            source = origin.source
            folder = origin.folder
        }
    }

    /// A message of a source, whichever folder it is in.
    private struct MessageKey: Hashable {
        let source: String
        let id: MessageID
    }

    struct Message {
        var id: MessageID
        var state: MessageState
        let digest: [UInt8]?
    }

    struct Folder {
        let id: FolderID
        fileprivate(set) var messages: [MessageID: Message] = [:]
        /// Of those that are there for good: archived, or gone at the source and kept.
        fileprivate var kept: Set<[UInt8]> = []
    }

    private(set) var folders: [FolderKey: Folder] = [:]
    private var byPath: [String: [FolderPath: FolderID]] = [:]
    private var places: [MessageKey: [FolderKey]] = [:]

    mutating func add(_ id: FolderID, _ origin: FolderOrigin) {
        let key = FolderKey(origin)
        if folders[key] == nil { folders[key] = Folder(id: id) }
        if byPath[origin.source]?[origin.path] == nil { byPath[origin.source, default: [:]][origin.path] = id }
    }

    /// The folder that is a copy of the one at a path of a source.
    func folder(at path: FolderPath, of source: String) -> FolderID? { byPath[source]?[path] }

    /// - Parameter origin: its id at the source.
    mutating func add(_ message: Message, _ origin: MessageID, to folder: FolderKey) {
        if origin.isKept, let digest = message.digest { folders[folder]?.kept.insert(digest) }
        guard folders[folder]?.messages.updateValue(message, forKey: origin) == nil else { return }
        places[MessageKey(source: folder.source, id: origin), default: []].append(folder)
    }

    func message(_ origin: MessageID, in folder: FolderKey) -> Message? { folders[folder]?.messages[origin] }

    /// Whether a folder has a message under another id because one of the two is kept for good: such have lost the id that
    /// they had at the source.
    func hasKept(_ origin: MessageID, digest: [UInt8]?, in folder: FolderKey) -> Bool {
        guard let digest, let known = folders[folder] else { return false }
        return known.kept.contains(digest) || origin.isKept && known.messages.values.contains { $0.digest == digest }
    }

    mutating func setState(_ state: MessageState, of origin: MessageID, in folder: FolderKey) {
        folders[folder]?.messages[origin]?.state = state
    }

    mutating func remove(_ origin: MessageID, from folder: FolderKey) {
        folders[folder]?.messages[origin] = nil
        places[MessageKey(source: folder.source, id: origin)]?.removeAll { $0 == folder }
    }

    /// Folders of a source, other than one, that have a message of that id.
    func otherPlaces(of origin: MessageID, than folder: FolderKey) -> [FolderKey] {
        (places[MessageKey(source: folder.source, id: origin)] ?? []).filter { $0 != folder }
    }
}
