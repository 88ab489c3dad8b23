import BinaryIO
import Conversion
import Glibc
import MAPI
public import MailStore
import PST
import PSTNDB
import Synchronization

/// How a PST is to be made.
public struct PSTStoreOptions: Sendable {
    /// bCryptMethod of the file: what Outlook calls no, compressible and high encryption.
    public enum Encoding: String, Sendable, CaseIterable {
        case none, permute, cyclic
    }

    /// The store's name, as Outlook shows it; of a new one.
    public var displayName: String
    /// Of a new one.
    public var encoding: Encoding
    /// The owner's addresses in lower case, for "sent to me".
    public var ownerAddresses: [String]

    public init(displayName: String, encoding: Encoding = .permute, ownerAddresses: [String] = []) {
        self.displayName = displayName
        self.encoding = encoding
        self.ownerAddresses = ownerAddresses
    }
}

/// A PST as a message store that is written: a new one, or one that is there, whichever program made it. While it is open
/// no other run can write it.
public actor PSTStore: WritableMessageStore {
    public nonisolated let description: String
    let path: String
    let file: PSTFile
    let preparation: MessagePreparation
    private let encoding: ContentEncoding
    let lineage: StoreLineage
    /// What messages are prepared with; grows as the file's map does.
    private let names: NameSnapshot
    /// Set while the file is one that this run has made and in which no checkpoint has left a message.
    private var partial: PartialFile?
    /// Held until the store is finished or given up.
    private var lock: FileLock?
    private var hasNewMessages = false
    /// Made by this run, and no message has been saved in it.
    var isWithoutMessages: Bool { isNew && !hasNewMessages }
    private let isNew: Bool
    /// Open as long as the file does not change.
    var openedInventory: PSTInventory?
    var committedReader: PSTReader?
    /// What the PST is to say of when it was brought up to date; nil: now.
    var updated: FileTime?
    /// Folders by the names that this run has asked for: what is displayed may differ.
    private var asked: [NewFolder: FolderID] = [:]
    var roles: [NodeID: FolderRole?] = [:]

    private init(
        path: String, file: PSTFile, lock: FileLock, partial: PartialFile?, options: PSTStoreOptions,
        lineage: StoreLineage = StoreLineage()
    ) {
        self.path = path
        description = path
        self.file = file
        self.lock = lock
        self.partial = partial
        encoding = file.encoding
        names = NameSnapshot(file.names)
        self.lineage = lineage
        isNew = partial != nil
        preparation = MessagePreparation(path: path, options: options)
    }

    var importer: InternetMessageImporter { preparation.importer }

    /// A new PST at `path`, where nothing may be. It stands there at once, as a valid empty store, and grows with every
    /// checkpoint.
    /// - Throws: ``StoreError`` with code `cannotCreate` where that is impossible.
    public static func create(at path: String, options: PSTStoreOptions) throws(StoreError) -> PSTStore {
        try create(at: path, options: options, as: nil, key: nil, after: nil)
    }

    /// - Parameters:
    ///   - record: what it says of itself as a part of a set.
    ///   - key: its record key, where that is decided already.
    ///   - heritage: of another part, for messages that are prepared already.
    static func create(
        at path: String, options: PSTStoreOptions, as record: PartRecord?, key: GUID?, after heritage: StoreHeritage?
    ) throws(StoreError) -> PSTStore {
        let partial = try PartialFile(for: path)
        let encoding: ContentEncoding =
            switch heritage?.encoding ?? options.encoding {
            case .none: .none
            case .permute: .permute
            case .cyclic: .cyclic
            }
        do {
            let random = PSTFile.Identity.random()
            let file = try PSTFile.create(
                in: partial.storage, displayName: options.displayName, encoding: encoding,
                identity: key.map { PSTFile.Identity(recordKey: $0, replica: GUID.random()) } ?? random,
                names: heritage?.names)
            try file.register([OriginalMessage.property, .sourceIdentity])
            let now = FileTime.now
            try file.setStoreProperty(.storeCreated, .time(now))
            try file.setStoreProperty(.storeUpdated, .time(now))
            if let record { try file.setStoreProperty(.setPart, .string(record.text)) }
            try file.checkpoint()
            try partial.publish()
            return PSTStore(
                path: path, file: file, lock: partial.lock, partial: partial, options: options,
                lineage: heritage?.lineage ?? StoreLineage())
        } catch {
            partial.discard()
            if let error = error as? StoreError { throw error }
            throw StoreError(error as? PSTError ?? .damaged("\(error)"), path: path)
        }
    }

    /// The PST at `path`, ours or Outlook's, to be changed. What a crash has left unfinished is repaired; a PST that is
    /// only opened is not written.
    /// - Parameters:
    ///   - options: the owner's addresses count; name and encoding of the PST stay as they are.
    ///   - knownGeneration: ``StoreIdentity/generation`` after this program's last checkpoint, if it is known: saves a walk
    ///     over the file's blocks before the first change.
    /// - Throws: ``StoreError`` with code `noInput` where there is none, `temporary` where another run has it,
    ///   `badData` where it is damaged, or of another format than Unicode.
    public static func open(
        at path: String, options: PSTStoreOptions, knownGeneration: String? = nil
    ) throws(StoreError) -> PSTStore {
        let storage: FileStorage
        do {
            storage = try FileStorage(path: path, mode: .update)
        } catch {
            throw StoreError(opening: path, error)
        }
        let lock = try FileLock(path: path, shownAs: path)
        do {
            let file = try PSTFile.open(in: storage, knownGeneration: knownGeneration)
            return PSTStore(path: path, file: file, lock: lock, partial: nil, options: options)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// What an interruption had left unfinished and was repaired; one line each.
    public var repairs: [String] { file.repairs }

    private static let inboxName = "Inbox"

    /// Where a folder of a source, one of `all`, lies in a PST that was copied from it.
    public static func path(of path: FolderPath, among all: [FolderInfo]) -> FolderPath {
        let inbox = all.first { $0.role == .inbox }?.path.names
        guard let inbox, inbox.count == 1, path.names.first == inbox[0] else { return path }
        return FolderPath([inboxName] + path.names.dropFirst())
    }

    /// The name that a folder gets.
    static func name(of folder: NewFolder) -> String {
        folder.role == .inbox && folder.parent == nil ? inboxName : folder.name
    }

    public func createFolder(_ folder: NewFolder) throws(StoreError) -> FolderID {
        if let known = asked[folder] { return known }
        let id = try creating(folder) { (parent) throws(PSTError) in
            if folder.role == .trash, parent == nil, try isWastebasketFree() {
                return try file.addDeletedItems(named: folder.name)
            }
            // A folder of that name that someone else made is theirs, and stays as it is.
            return try file.addFolder(named: Self.name(of: folder), below: parent).id
        }
        asked[folder] = FolderID(id)
        return FolderID(id)
    }

    /// Whether the store's wastebasket is nobody's yet.
    private func isWastebasketFree() throws(PSTError) -> Bool {
        guard let id = file.deletedItems else { return true }
        guard try file.property(.sourceFolder, of: id) == nil else { return false }
        return try file.isEmpty(id)
    }

    /// Says that a folder is not what was asked for any more.
    func forget(_ folder: FolderID) {
        asked = asked.filter { $0.value != folder }
    }

    private func creating(
        _ folder: NewFolder, _ body: (NodeID?) throws(PSTError) -> NodeID
    ) throws(StoreError) -> NodeID {
        let parent = try folder.parent.map { (id) throws(StoreError) in try node(id) }
        do {
            let id = try body(parent)
            try setRole(folder.role, of: id)
            return id
        } catch {
            throw StoreError(error, path: path, folder: FolderPath([folder.name]))
        }
    }

    public nonisolated func prepare(_ message: StoredMessage) throws(StoreError) -> PreparedPSTMessage {
        try prepare(message, keepsObject: false)
    }

    /// - Parameter keepsObject: whether it may have to be built again, for a store of another lineage.
    nonisolated func prepare(
        _ message: StoredMessage, keepsObject: Bool
    ) throws(StoreError) -> PreparedPSTMessage {
        let converted = try preparation.convert(message)
        let object = converted.object
        let names = names.value
        if MessageBuilder.hasStream(object) || !MessageBuilder.unknownNames(in: object, names).isEmpty {
            return PreparedPSTMessage(
                content: .object(object), time: converted.time, memorySize: message.row.size,
                problems: converted.problems, digest: converted.digest)
        }
        do {
            // Decoded attachments are smaller than their source, text is larger.
            let expectedSize = message.row.size + min(message.row.size, 64 << 10)
            var builder = MessageBuilder(names: names, encoding: encoding, expectedSize: expectedSize)
            let image = try builder.build(object)
            return PreparedPSTMessage(
                content: .image(image, lineage, keepsObject ? object : nil), time: converted.time,
                memorySize: image.memorySize, problems: converted.problems, digest: converted.digest)
        } catch {
            throw StoreError(error, path: path, folder: message.folder.path, message: message.row.id)
        }
    }

    public func save(_ message: sending PreparedPSTMessage, in folder: FolderID) throws(StoreError) -> SavedMessage {
        let node = try node(folder)
        return try changing { () throws(PSTError) in
            var problems: [String] = []
            let image: MessageImage
            switch message.content {
            case .image(let built, let lineage, _) where lineage === self.lineage: image = built
            case .image(_, _, let object?), .object(let object): image = try build(object, &problems)
            case .image(_, _, nil): throw .limit("a message was prepared for another store")
            }
            if image.messageSize > UInt64(Int32.max) {
                problems.append(
                    "it is larger than 2 GB, more than Outlook can tell the size of; all of it is in the PST")
            }
            let id = try file.add(image, to: node)
            hasNewMessages = true
            return SavedMessage(MessageID(id), problems: problems)
        }
    }

    private func build(_ object: MessageObject, _ problems: inout [String]) throws(PSTError) -> MessageImage {
        do {
            try file.register(MessageBuilder.unknownNames(in: object, file.names))
        } catch {
            problems.append("\(error); properties without a name in this store were left out")
        }
        names.value = file.names
        return try file.build(object)
    }

    public func checkpoint() throws(StoreError) {
        try changing { () throws(PSTError) in
            // Only in PSTs of our own making.
            if file.hasChanges, try file.storeProperty(.storeCreated) != nil {
                try file.setStoreProperty(.storeUpdated, .time(updated ?? .now))
            }
            try file.checkpoint()
        }
        openedInventory = nil
        committedReader = nil
        if hasNewMessages { partial = nil }
    }

    public func finish() throws(StoreError) {
        try checkpoint()
        partial = nil
        lock = nil
    }

    /// Says that others know the PST now: it stays, also without a message.
    func settle() { partial = nil }

    /// A PST that this run has made goes again if no checkpoint has left a message in it; any other is what it was at its
    /// last checkpoint.
    public func abandon() {
        if let partial {
            partial.discard()
        } else {
            // Where that fails too the next start repairs it.
            try? file.rollback()
        }
        partial = nil
        lock = nil
    }
}

/// For all calls.
extension PSTStore {
    /// Runs a call of the file, and gives its errors the form of this layer.
    func changing<Result>(
        _ body: () throws(PSTError) -> Result
    ) throws(StoreError) -> Result {
        do {
            return try body()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    /// The node of an id that this store gave out.
    func node(_ id: FolderID) throws(StoreError) -> NodeID {
        guard let node = NodeID(id) else { throw StoreError(.vanished, "\(path): folder \(id.rawValue) is not there") }
        return node
    }

    func node(_ id: MessageID) throws(StoreError) -> NodeID {
        guard let node = NodeID(id) else {
            throw StoreError(.vanished, "\(path): message \(id.rawValue) is not there", messageID: id)
        }
        return node
    }
}

/// The named properties known so far, for those that prepare messages while the file goes on.
private final class NameSnapshot: Sendable {
    private let storage: Mutex<NameToIDMap>

    init(_ names: NameToIDMap) {
        storage = Mutex(names)
    }

    var value: NameToIDMap {
        get { storage.withLock { $0 } }
        set { storage.withLock { $0 = newValue } }
    }
}

extension GUID {
    static func random() -> GUID {
        var generator = SystemRandomNumberGenerator()
        return GUID(generator.next(), generator.next(), generator.next(), tail: generator.next())
    }
}

extension StoreError {
    /// An error of the PST layers, for the user.
    init(_ error: PSTError, path: String, folder: FolderPath? = nil, message: MessageID? = nil) {
        switch error {
        case .storage(let storage):
            let reason = String(cString: strerror(storage.errno))
            self.init(
                .inputOutput, "\(path): \(storage.operation.rawValue) failed: \(reason)", folder: folder,
                messageID: message)
        case .damaged(let what), .limit(let what):
            self.init(.badData, "\(path): \(what)", folder: folder, messageID: message)
        case .missing(let what):
            self.init(.vanished, "\(path): \(what)", folder: folder, messageID: message)
        }
    }
}
