public import MailStore

/// A destination that keeps nothing: the dry run. Messages are opened, so what cannot be read is found.
public struct CountingStore: WritableMessageStore {
    public let description: String

    /// - Parameter description: the destination that a real run would write.
    public init(inPlaceOf description: String) {
        self.description = description
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
}
