/// What a store that is written tells of itself: enough to make the journal anew.
public protocol StoreInventory: Sendable {
    /// The store, and how far it has come: changes with every checkpoint that writes anything.
    func identity() async throws(StoreError) -> StoreIdentity

    /// All that was copied into the store, as the store itself tells it: for a journal that has lost it. Folders that were
    /// not copied from a source are not in it.
    func inventory() async throws(StoreError) -> [InventoryFolder]

    /// The messages of one of these folders.
    func inventory(of folder: FolderID) async throws(StoreError) -> [InventoryMessage]
}

/// A message store that takes changes too: what ICS calls the uploading side — [MS-OXCFXICS] 3.2.5.9.
///
/// Serial, as ``WritableMessageStore``. Nothing is durable before the next checkpoint. Message and folder ids are those that
/// this store gave out.
public protocol UpdatableMessageStore: WritableMessageStore, StoreInventory {
    /// Says of a folder which one of which source it was copied from.
    func setOrigin(_ origin: FolderOrigin, of folder: FolderID) async throws(StoreError)

    /// Gives a message another state, and no other change.
    func setState(_ state: MessageState, of message: MessageID, in folder: FolderID) async throws(StoreError)

    /// Gives a message another id of its source (the source has moved or renumbered it).
    func setOrigin(_ source: MessageID, of message: MessageID, in folder: FolderID) async throws(StoreError)

    /// Moves a message.
    /// - Returns: the id that it has there; where it has stayed in its file, the one it had.
    func move(
        _ message: MessageID, from folder: FolderID, to target: FolderID
    ) async throws(StoreError) -> MessageID

    /// Deletes a message for good.
    func delete(_ message: MessageID, from folder: FolderID) async throws(StoreError)

    /// Deletes a message whose place another one takes that was saved since the last checkpoint. Whatever happens, one of
    /// them is there.
    func delete(_ old: MessageID, from folder: FolderID, replacedBy new: MessageID) async throws(StoreError)

    /// Gives a folder another name, or another parent (nil: the top), or both.
    func moveFolder(_ folder: FolderID, to place: NewFolder) async throws(StoreError)

    /// Deletes a folder in which nothing is left.
    /// - Returns: false where something is (folders, messages that someone else put there): it stays as it is.
    func deleteFolder(_ folder: FolderID) async throws(StoreError) -> Bool
}

extension UpdatableMessageStore {
    /// For stores whose checkpoints are one step.
    public func delete(
        _ old: MessageID, from folder: FolderID, replacedBy new: MessageID
    ) async throws(StoreError) {
        try await delete(old, from: folder)
    }
}

/// Which store, and which checkpoint of it.
public struct StoreIdentity: Hashable, Sendable {
    /// Stays for the life of the store (a PST: PidTagRecordKey in hexadecimal digits).
    public let store: String
    /// Different after every checkpoint that wrote anything, whoever wrote.
    public let generation: String

    public init(store: String, generation: String) {
        self.store = store
        self.generation = generation
    }
}

/// Where the messages of a folder come from.
public struct FolderOrigin: Hashable, Sendable {
    /// The source as named to people, without a secret.
    public let source: String
    public let folder: FolderID
    public let persistentID: String?
    /// Where it stands at the source.
    public let path: FolderPath

    public init(source: String, folder: FolderID, persistentID: String?, path: FolderPath) {
        self.source = source
        self.folder = folder
        self.persistentID = persistentID
        self.path = path
    }
}

/// A folder that was copied, as the copy has it.
public struct InventoryFolder: Hashable, Sendable {
    public let id: FolderID
    public let origin: FolderOrigin
    /// Its special use at the source, where the copy tells.
    public let role: FolderRole?

    public init(id: FolderID, origin: FolderOrigin, role: FolderRole? = nil) {
        self.id = id
        self.origin = origin
        self.role = role
    }
}

/// A message that was copied, as the copy has it.
public struct InventoryMessage: Hashable, Sendable {
    public let id: MessageID
    /// nil where the message does not tell: someone else put it there.
    public let origin: MessageID?
    /// SHA-256 of the original bytes, where the copy keeps it.
    public let digest: [UInt8]?
    /// Size in bytes at the source, where the copy keeps it; else 0.
    public let size: Int
    public let state: MessageState

    public init(id: MessageID, origin: MessageID?, digest: [UInt8]?, size: Int, state: MessageState) {
        self.id = id
        self.origin = origin
        self.digest = digest
        self.size = size
        self.state = state
    }
}
