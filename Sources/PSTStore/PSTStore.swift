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

    /// The store's name, as Outlook shows it.
    public var displayName: String
    public var encoding: Encoding
    /// The owner's addresses in lower case, for "sent to me".
    public var ownerAddresses: [String]

    public init(displayName: String, encoding: Encoding = .permute, ownerAddresses: [String] = []) {
        self.displayName = displayName
        self.encoding = encoding
        self.ownerAddresses = ownerAddresses
    }
}

/// A message, converted and encoded, on its way into a PST.
public struct PreparedPSTMessage: PreparedMessage {
    enum Content: Sendable {
        /// Ready to be placed.
        case image(MessageImage)
        /// Has to be built in its turn: it streams attachments into the file, or has properties that are new to it.
        case object(MessageObject)
    }

    let content: Content
    public let memorySize: Int
    public let problems: [String]
}

/// A PST as a message store that is written.
public actor PSTStore: WritableMessageStore {
    public nonisolated let description: String
    private let path: String
    private let file: PSTFile
    private var partial: PartialFile
    private let importer: InternetMessageImporter
    private let encoding: ContentEncoding
    /// What messages are prepared with; grows as the file's map does.
    private let names: NameSnapshot

    private init(path: String, file: PSTFile, partial: PartialFile, options: PSTStoreOptions) {
        self.path = path
        description = path
        self.file = file
        self.partial = partial
        encoding = file.encoding
        names = NameSnapshot(file.names)
        var importOptions = ImportOptions()
        importOptions.ownerAddresses = options.ownerAddresses
        importer = InternetMessageImporter(options: importOptions)
    }

    /// A new PST at `path`, which must not exist. It appears there with ``finish()``.
    /// - Throws: ``StoreError`` with code `cannotCreate` where that is impossible.
    public static func create(at path: String, options: PSTStoreOptions) throws(StoreError) -> PSTStore {
        let partial = try PartialFile(for: path)
        let encoding: ContentEncoding =
            switch options.encoding {
            case .none: .none
            case .permute: .permute
            case .cyclic: .cyclic
            }
        do {
            let file = try PSTFile.create(in: partial.storage, displayName: options.displayName, encoding: encoding)
            return PSTStore(path: path, file: file, partial: partial, options: options)
        } catch {
            partial.discard()
            throw StoreError(error, path: path)
        }
    }

    private static let inboxName = "Inbox"

    /// Where a folder of a source, one of `all`, lies in a PST that was copied from it.
    public static func path(of path: FolderPath, among all: [FolderInfo]) -> FolderPath {
        let inbox = all.first { $0.role == .inbox }?.path.names
        guard let inbox, inbox.count == 1, path.names.first == inbox[0] else { return path }
        return FolderPath([inboxName] + path.names.dropFirst())
    }

    public func createFolder(_ folder: NewFolder) throws(StoreError) -> FolderID {
        let parent = folder.parent.flatMap { NodeID($0) }
        do {
            if folder.role == .trash, parent == nil {
                return FolderID(try file.addDeletedItems(named: folder.name))
            }
            let name = folder.role == .inbox && parent == nil ? Self.inboxName : folder.name
            return FolderID(try file.addFolder(named: name, below: parent ?? .ipmSubtree).id)
        } catch {
            throw StoreError(error, path: path, folder: FolderPath([folder.name]))
        }
    }

    public nonisolated func prepare(_ message: StoredMessage) throws(StoreError) -> PreparedPSTMessage {
        let object: MessageObject
        var problems: [String] = []
        switch message.content {
        case .internet(let bytes):
            let imported = importer.importMessage(bytes, row: message.row, role: message.folder.role)
            object = imported.message
            problems = imported.problems
        case .mapi(let native):
            object = native
        case .produced:
            throw StoreError(
                .badData, "\(path): a message from another PST has no way into this one yet",
                folder: message.folder.path, messageID: message.row.id)
        }
        let names = names.value
        if MessageBuilder.hasStream(object) || !MessageBuilder.unknownNames(in: object, names).isEmpty {
            return PreparedPSTMessage(content: .object(object), memorySize: message.row.size, problems: problems)
        }
        do {
            // Decoded attachments are smaller than their source, text is larger.
            let expectedSize = message.row.size + min(message.row.size, 64 << 10)
            var builder = MessageBuilder(names: names, encoding: encoding, expectedSize: expectedSize)
            let image = try builder.build(object)
            return PreparedPSTMessage(content: .image(image), memorySize: image.memorySize, problems: problems)
        } catch {
            throw StoreError(error, path: path, folder: message.folder.path, message: message.row.id)
        }
    }

    public func save(_ message: sending PreparedPSTMessage, in folder: FolderID) throws(StoreError) -> SavedMessage {
        guard let node = NodeID(folder) else {
            throw StoreError(.badData, "\(path): \(folder.rawValue) is no folder of this store")
        }
        do {
            let image: MessageImage
            var problems: [String] = []
            switch message.content {
            case .image(let built): image = built
            case .object(let object):
                do {
                    try file.register(MessageBuilder.unknownNames(in: object, file.names))
                } catch {
                    problems.append("\(error); properties without a name in this store were left out")
                }
                names.value = file.names
                image = try file.build(object)
            }
            if image.messageSize > UInt64(Int32.max) {
                problems.append(
                    "it is larger than 2 GB, more than Outlook can tell the size of; all of it is in the PST")
            }
            return SavedMessage(MessageID(rawValue: try file.add(image, to: node).description), problems: problems)
        } catch {
            throw StoreError(error, path: path)
        }
    }

    public func checkpoint() throws(StoreError) {
        do {
            try file.checkpoint()
        } catch {
            throw StoreError(error, path: path)
        }
    }

    public func finish() throws(StoreError) {
        try checkpoint()
        try partial.publish()
    }

    public func abandon() {
        partial.discard()
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

extension FolderID {
    fileprivate init(_ node: NodeID) { self.init(rawValue: node.description) }
}

extension NodeID {
    /// From an id this store gave out.
    fileprivate init?(_ folder: FolderID) {
        guard folder.rawValue.hasPrefix("0x"), let value = UInt32(folder.rawValue.dropFirst(2), radix: 16) else {
            return nil
        }
        self.init(rawValue: value)
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
        }
    }

}
