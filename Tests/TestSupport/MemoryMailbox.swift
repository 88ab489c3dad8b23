import BinaryIO
public import MailStore

/// A destination in memory that takes changes, with checkpoints as a PST has them: what a test's PST should hold, by
/// simpler means.
public actor MemoryMailbox: UpdatableMessageStore {
    public struct Prepared: PreparedMessage {
        public let row: ContentsRow
        public let bytes: [UInt8]
        public var memorySize: Int { bytes.count }
        public let problems: [String] = []
        public let digest: [UInt8]?
    }

    public struct Message: Hashable, Sendable {
        public var origin: MessageID
        public var state: MessageState
        public let bytes: [UInt8]
    }

    public struct Folder: Hashable, Sendable {
        public var name: String
        public var parent: FolderID?
        public var origin: FolderOrigin?
        public var messages: [MessageID: Message] = [:]
    }

    public nonisolated let description = "memory"
    public private(set) var folders: [FolderID: Folder] = [:]
    private var committed: [FolderID: Folder] = [:]
    private var next = 1
    public private(set) var generation = 0
    /// Bodies that were taken since the test last asked.
    public private(set) var savedCount = 0
    public private(set) var checkpointCount = 0
    private var isChanged = false
    /// Called before each message is saved, with the number saved so far.
    private var saving: @Sendable (Int) throws(StoreError) -> Void = { _ in }

    private let key: String
    /// Whether a message that is moved has another id afterwards.
    private let givesNewIDs: Bool

    public init(_ key: String = "memory", givesNewIDs: Bool = false) {
        self.key = key
        self.givesNewIDs = givesNewIDs
    }

    public func setSaving(_ saving: @escaping @Sendable (Int) throws(StoreError) -> Void) { self.saving = saving }

    public func resetSavedCount() { savedCount = 0 }

    public func createFolder(_ folder: NewFolder) throws(StoreError) -> FolderID {
        let id = FolderID(rawValue: "f\(next)")
        next += 1
        folders[id] = Folder(name: folder.name, parent: folder.parent)
        isChanged = true
        return id
    }

    public nonisolated func prepare(_ message: StoredMessage) throws(StoreError) -> Prepared {
        var bytes: [UInt8] = []
        if case .internet(let content) = message.content { bytes = content.withUnsafeBytes { Array($0) } }
        return Prepared(row: message.row, bytes: bytes, digest: Digest.sha256(bytes))
    }

    public func save(_ message: sending Prepared, in folder: FolderID) throws(StoreError) -> SavedMessage {
        try saving(savedCount)
        let id = MessageID(rawValue: "m\(next)")
        next += 1
        try change(folder) { (folder) throws(StoreError) in
            folder.messages[id] = Message(origin: message.row.id, state: message.row.state, bytes: message.bytes)
        }
        savedCount += 1
        return SavedMessage(id)
    }

    public func identity() -> StoreIdentity { StoreIdentity(store: key, generation: String(generation)) }

    public func setOrigin(_ origin: FolderOrigin, of folder: FolderID) throws(StoreError) {
        try change(folder) { (folder) throws(StoreError) in folder.origin = origin }
    }

    public func setState(_ state: MessageState, of message: MessageID, in folder: FolderID) throws(StoreError) {
        try change(folder) { (folder) throws(StoreError) in
            guard folder.messages[message] != nil else { throw Self.missing(message.rawValue) }
            folder.messages[message]?.state = state
        }
    }

    public func setOrigin(_ source: MessageID, of message: MessageID, in folder: FolderID) throws(StoreError) {
        try change(folder) { (folder) throws(StoreError) in
            guard folder.messages[message] != nil else { throw Self.missing(message.rawValue) }
            folder.messages[message]?.origin = source
        }
    }

    public func move(
        _ message: MessageID, from folder: FolderID, to target: FolderID
    ) throws(StoreError) -> MessageID {
        guard let moved = folders[folder]?.messages[message] else { throw Self.missing(message.rawValue) }
        // As where a message goes into another file: it is another one there.
        let id = givesNewIDs ? MessageID(rawValue: "m\(next)") : message
        next += givesNewIDs ? 1 : 0
        try change(target) { (folder) throws(StoreError) in folder.messages[id] = moved }
        if id != message || folder != target {
            try change(folder) { (folder) throws(StoreError) in folder.messages[message] = nil }
        }
        return id
    }

    public func delete(_ message: MessageID, from folder: FolderID) throws(StoreError) {
        try change(folder) { (folder) throws(StoreError) in
            guard folder.messages.removeValue(forKey: message) != nil else { throw Self.missing(message.rawValue) }
        }
    }

    public func moveFolder(_ folder: FolderID, to place: NewFolder) throws(StoreError) {
        try change(folder) { (folder) throws(StoreError) in
            folder.name = place.name
            folder.parent = place.parent
        }
    }

    public func deleteFolder(_ folder: FolderID) throws(StoreError) -> Bool {
        guard let there = folders[folder] else { throw Self.missing(folder.rawValue) }
        guard there.messages.isEmpty, !folders.values.contains(where: { $0.parent == folder }) else { return false }
        folders[folder] = nil
        isChanged = true
        return true
    }

    public func inventory() -> [InventoryFolder] {
        committed.compactMap { id, folder in
            folder.origin.map { InventoryFolder(id: id, origin: $0) }
        }
        .sorted { ($0.origin.path.names.count, $0.id.rawValue) < ($1.origin.path.names.count, $1.id.rawValue) }
    }

    public func inventory(of folder: FolderID) -> [InventoryMessage] {
        (committed[folder]?.messages ?? [:]).sorted { $0.key.rawValue < $1.key.rawValue }.map { id, message in
            InventoryMessage(
                id: id, origin: message.origin, digest: Digest.sha256(message.bytes), size: message.bytes.count,
                state: message.state)
        }
    }

    public func checkpoint() {
        guard isChanged else { return }
        committed = folders
        generation += 1
        checkpointCount += 1
        isChanged = false
    }

    public func finish() { checkpoint() }

    public func abandon() {
        folders = committed
        isChanged = false
    }

    /// The messages, by the path of their folder: state and bytes.
    public func contents() -> [String: [Message]] {
        var result: [String: [Message]] = [:]
        for (id, folder) in folders {
            let path = Self.path(of: id, in: folders).description
            result[path, default: []] += folder.messages.values.sorted { $0.origin.rawValue < $1.origin.rawValue }
        }
        return result
    }

    private func change(
        _ id: FolderID, _ body: (inout Folder) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard var folder = folders[id] else { throw Self.missing(id.rawValue) }
        try body(&folder)
        folders[id] = folder
        isChanged = true
    }

    private static func path(of id: FolderID, in folders: [FolderID: Folder]) -> FolderPath {
        var names: [String] = []
        var current: FolderID? = id
        while let folder = current, let there = folders[folder], names.count < 100 {
            names.insert(there.name, at: 0)
            current = there.parent
        }
        return FolderPath(names)
    }

    private static func missing(_ what: String) -> StoreError { StoreError(.badData, "\(what) is not there") }
}
