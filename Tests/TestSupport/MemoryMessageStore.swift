import BinaryIO
public import MailStore

/// A store in memory that tells what was done to it, and fails where a test wants it to.
public actor MemoryMessageStore: WritableMessageStore {
    public struct Prepared: PreparedMessage {
        public let row: ContentsRow
        public let bytes: [UInt8]
        public var memorySize: Int { bytes.count }
        public let problems: [String]
    }

    public struct Saved: Hashable, Sendable {
        public let folder: FolderID
        public let row: ContentsRow
        public let bytes: [UInt8]
    }

    public struct Folder: Hashable, Sendable {
        public let id: FolderID
        public let name: String
        public let role: FolderRole?
    }

    public nonisolated let description = "memory"
    public private(set) var folders: [Folder] = []
    public private(set) var saved: [Saved] = []
    /// Number of messages saved at each checkpoint.
    public private(set) var checkpoints: [Int] = []
    public private(set) var isFinished = false
    public private(set) var isAbandoned = false

    private let problems: @Sendable (StoredMessage) -> [String]
    private let refusal: @Sendable (StoredMessage) -> StoreError?
    /// Called before each save with the number saved so far.
    private let saving: @Sendable (Int) throws(StoreError) -> Void
    private let finishing: @Sendable () throws(StoreError) -> Void
    private let creating: @Sendable (NewFolder) throws(StoreError) -> Void
    private let isThere: @Sendable (ContentsRow) -> Bool

    public init(
        problems: @escaping @Sendable (StoredMessage) -> [String] = { _ in [] },
        refusal: @escaping @Sendable (StoredMessage) -> StoreError? = { _ in nil },
        saving: @escaping @Sendable (Int) throws(StoreError) -> Void = { _ in },
        creating: @escaping @Sendable (NewFolder) throws(StoreError) -> Void = { _ in },
        finishing: @escaping @Sendable () throws(StoreError) -> Void = {},
        isThere: @escaping @Sendable (ContentsRow) -> Bool = { _ in false }
    ) {
        self.isThere = isThere
        self.problems = problems
        self.refusal = refusal
        self.saving = saving
        self.creating = creating
        self.finishing = finishing
    }

    public func createFolder(_ folder: NewFolder) async throws(StoreError) -> FolderID {
        try creating(folder)
        let id = FolderID(rawValue: (folder.parent.map { $0.rawValue + "/" } ?? "") + folder.name)
        if !folders.contains(where: { $0.id == id }) {
            folders.append(Folder(id: id, name: folder.name, role: folder.role))
        }
        return id
    }

    public nonisolated func prepare(_ message: StoredMessage) throws(StoreError) -> Prepared {
        if let refusal = refusal(message) { throw refusal }
        var bytes: [UInt8] = []
        if case .internet(let content) = message.content { bytes = content.withUnsafeBytes { Array($0) } }
        return Prepared(row: message.row, bytes: bytes, problems: problems(message))
    }

    public func save(_ message: sending Prepared, in folder: FolderID) async throws(StoreError) -> SavedMessage {
        try saving(saved.count)
        if isThere(message.row) { return SavedMessage(message.row.id, wasThere: true) }
        saved.append(Saved(folder: folder, row: message.row, bytes: message.bytes))
        return SavedMessage(MessageID(rawValue: String(saved.count)))
    }

    public func checkpoint() async throws(StoreError) { checkpoints.append(saved.count) }

    public func finish() async throws(StoreError) {
        try finishing()
        isFinished = true
    }

    public func abandon() async { isAbandoned = true }
}
