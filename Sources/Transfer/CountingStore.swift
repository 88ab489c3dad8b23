public import MailStore

/// A destination that keeps nothing: the dry run. Messages are opened, so what cannot be read is found.
public struct CountingStore: UpdatableMessageStore {
    public let description: String
    private let existing: (any StoreInventory)?

    /// - Parameters:
    ///   - description: the destination that a real run would write.
    ///   - existing: what that holds already; nil where it does not exist.
    public init(inPlaceOf description: String, _ existing: (any StoreInventory)? = nil) {
        self.description = description
        self.existing = existing
    }

    public struct Prepared: PreparedMessage {
        public var memorySize: Int { 0 }
        public var problems: [String] { [] }
    }

    public func createFolder(_ folder: NewFolder) async throws(StoreError) -> FolderID {
        FolderID(rawValue: (folder.parent?.rawValue ?? "") + "/" + folder.name)
    }

    public func prepare(_ message: StoredMessage) throws(StoreError) -> Prepared { Prepared() }

    public func save(_ message: sending Prepared, in folder: FolderID) async throws(StoreError) -> SavedMessage {
        SavedMessage(MessageID(rawValue: ""))
    }

    public func checkpoint() async throws(StoreError) {}

    public func finish() async throws(StoreError) {}

    public func abandon() async {}

    public func identity() async throws(StoreError) -> StoreIdentity {
        try await existing?.identity() ?? StoreIdentity(store: "", generation: "")
    }

    public func inventory() async throws(StoreError) -> [InventoryFolder] { try await existing?.inventory() ?? [] }

    public func inventory(of folder: FolderID) async throws(StoreError) -> [InventoryMessage] {
        try await existing?.inventory(of: folder) ?? []
    }

    public func setOrigin(_ origin: FolderOrigin, of folder: FolderID) async throws(StoreError) {}

    public func setState(
        _ state: MessageState, of message: MessageID, in folder: FolderID
    ) async throws(StoreError) {}

    public func setOrigin(_ source: MessageID, of message: MessageID, in folder: FolderID) async throws(StoreError) {}

    public func move(
        _ message: MessageID, from folder: FolderID, to target: FolderID
    ) async throws(StoreError) -> MessageID { message }

    public func delete(_ message: MessageID, from folder: FolderID) async throws(StoreError) {}

    public func moveFolder(_ folder: FolderID, to place: NewFolder) async throws(StoreError) {}

    public func deleteFolder(_ folder: FolderID) async throws(StoreError) -> Bool { true }
}
