import BinaryIO
import Conversion
import MAPI
public import MailStore
import PST
import PSTNDB

/// What a PST itself tells of where everything in it came from, as its last checkpoint left it. Nothing is written, and
/// no lock is taken.
public final class PSTInventory: StoreInventory {
    private let path: String
    private let reader: PSTReader
    private let generation: String

    /// - Throws: ``StoreError`` with code `noInput` where there is no PST, `badData` where it is damaged beyond use.
    public static func open(at path: String) throws(StoreError) -> PSTInventory {
        let storage: FileStorage
        do {
            storage = try FileStorage(path: path, mode: .read)
        } catch {
            throw StoreError(opening: path, error)
        }
        do {
            let reader = try PSTReader.open(storage)
            let generation: String
            do {
                generation = try NodeDatabase.generation(of: storage)
            } catch {
                throw PSTError.damaged("\(error)")
            }
            return PSTInventory(path: path, reader: reader, generation: generation)
        } catch {
            throw StoreError(error as? PSTError ?? .damaged("\(error)"), path: path)
        }
    }

    private init(path: String, reader: PSTReader, generation: String) {
        self.path = path
        self.reader = reader
        self.generation = generation
    }

    public func identity() throws(StoreError) -> StoreIdentity {
        guard let key = reader.store.binary(.recordKey) else {
            throw StoreError(.badData, "\(path): the message store has no record key")
        }
        return StoreIdentity(recordKey: key, generation: generation)
    }

    public func inventory() throws(StoreError) -> [InventoryFolder] {
        guard reader.names.id(of: .sourceFolder) != nil else { return [] }
        return reader.folderTree().folders.compactMap { folder in
            guard case .string(let text)? = folder.properties[.sourceFolder],
                let origin = FolderOrigin(text: text)
            else { return nil }
            var role: FolderRole?
            if case .string(let name)? = folder.properties[.folderRole] { role = FolderRole(rawValue: name) }
            return InventoryFolder(id: FolderID(folder.id), origin: origin, role: role)
        }
    }

    public func inventory(of folder: FolderID) throws(StoreError) -> [InventoryMessage] {
        guard let node = NodeID(folder) else {
            throw StoreError(.badData, "\(path): \(folder.rawValue) is no folder of this store")
        }
        let states = StateReader(names: reader.names)
        let identity = reader.names.id(of: .sourceIdentity)
        let original = reader.names.id(of: OriginalMessage.property)
        var messages: [InventoryMessage] = []
        for row in reader.contents(of: node).rows {
            // A message that cannot be read is one that nobody can tell the source of.
            let read = try? reader.excerpt(of: row.id, headOf: original, count: OriginalMessage.headLength) { id in
                id == identity || states.isWanted(id)
            }
            let head = read?.head.flatMap { OriginalMessage.head(of: $0) }
            let properties = read?.properties ?? PropertyBag()
            var source: MessageID?
            if case .string(let text)? = properties[.sourceIdentity] { source = MessageID(rawValue: text) }
            messages.append(
                InventoryMessage(
                    id: MessageID(row.id), origin: source, digest: head?.digest, size: head?.length ?? 0,
                    state: states.state(properties)))
        }
        return messages
    }
}

extension StoreIdentity {
    init(recordKey: [UInt8], generation: String) {
        self.init(store: Self.key(recordKey), generation: generation)
    }

    /// A record key in hexadecimal digits.
    static func key(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
