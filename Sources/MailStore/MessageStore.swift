/// A message store one can read: folders with a hierarchy and contents, messages with properties,
/// recipients and attachments. Maildir, IMAP and PST stores are all this.
///
/// Calls may come from several tasks at once. Nothing here changes the store.
public protocol MessageStore: Sendable {
    /// How the store is named to people, for instance its URL. Never holds a secret.
    var description: String { get }

    /// All folders, parents before their children, siblings in the store's order.
    func hierarchy() async throws(StoreError) -> HierarchyTable

    /// The contents table of `folder`: every message that was there when the table was read, in the
    /// store's order (a Maildir: by delivery time, then name). A folder that has gone since the hierarchy
    /// table was read: code ``StoreError/Code/vanished``.
    func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable

    /// Opens a message. A message that has gone since the contents table was read: code ``StoreError/Code/vanished``.
    func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage

    /// Says that these messages will be opened soon, in this order, each of them: a store at a distance fetches them in
    /// one request. Returns at once. What arrives is held until it is opened, or messages of another folder are asked for.
    func prefetch(_ rows: ArraySlice<ContentsRow>, in folder: FolderInfo)
}

extension MessageStore {
    public func prefetch(_ rows: ArraySlice<ContentsRow>, in folder: FolderInfo) {}
}

/// A message store that takes messages. Serial: one caller at a time, hence no `Sendable` demands on state.
///
/// ``prepare(_:)`` is the exception: it does the costly part (conversion, encoding), touches no state, and is
/// called from several tasks at once; ``save(_:in:)`` then only appends.
public protocol WritableMessageStore: Sendable {
    associatedtype Prepared: PreparedMessage

    var description: String { get }

    /// Creates a folder, or returns the existing one of that name below that parent.
    func createFolder(_ folder: NewFolder) async throws(StoreError) -> FolderID

    /// The costly part of saving a message, independent of the store's state.
    nonisolated func prepare(_ message: StoredMessage) throws(StoreError) -> Prepared

    /// Appends a prepared message to a folder. Durable only after the next ``checkpoint()``.
    /// - Throws: ``StoreError/Code/badData`` where this one message cannot be stored and the store is as it was;
    ///   any other code says that the store cannot go on.
    func save(_ message: sending Prepared, in folder: FolderID) async throws(StoreError) -> SavedMessage

    /// Makes everything saved so far durable; readers see it from here on.
    func checkpoint() async throws(StoreError)

    /// Checkpoints and puts the store in its final place. Nothing can be saved afterwards.
    func finish() async throws(StoreError)

    /// Gives up: nothing of a store that was new remains. One that was there keeps what is whole in it.
    func abandon() async
}

/// What became of a message that was to be saved.
public struct SavedMessage: Hashable, Sendable {
    public let id: MessageID
    /// The store had this very message already, and is as it was.
    public var wasThere: Bool
    /// What of it the store cannot keep: one line each.
    public var problems: [String]

    public init(_ id: MessageID, wasThere: Bool = false, problems: [String] = []) {
        self.id = id
        self.wasThere = wasThere
        self.problems = problems
    }
}

/// A message ready to be appended.
public protocol PreparedMessage: Sendable {
    /// Bytes it holds in memory until saved.
    var memorySize: Int { get }
    /// What was found wrong with the message while it was prepared; it is stored all the same.
    var problems: [String] { get }
    /// What is worth telling, and no problem.
    var notices: [String] { get }
    /// Whether its bytes were composed from properties rather than being those that were received.
    var isComposed: Bool { get }
    /// SHA-256 of the original bytes, where they are known.
    var digest: [UInt8]? { get }
}

extension PreparedMessage {
    public var notices: [String] { [] }
    public var isComposed: Bool { false }
    public var digest: [UInt8]? { nil }
}
