public import BinaryIO
import Conversion
import Glibc
import MAPI
public import MailStore
import PST
import PSTNDB

/// A PST as a message store that is read: any format and encoding, whichever program wrote it. Several tasks may use it
/// at once.
public final class PSTSource: MessageStore {
    public let description: String
    private let path: String
    private let reader: PSTReader
    private let stateReader: StateReader

    /// Opens the PST at `path`.
    /// - Throws: ``StoreError`` with code `noInput` where there is none, `badData` where it is damaged beyond use.
    public static func open(at path: String) throws(StoreError) -> PSTSource {
        let storage: FileStorage
        do {
            storage = try FileStorage(path: path, mode: .read)
        } catch {
            throw StoreError(opening: path, error)
        }
        return try PSTSource(storage, path: path)
    }

    private init(_ storage: FileStorage, path: String) throws(StoreError) {
        self.path = path
        description = path
        do {
            reader = try Self.reader(storage)
        } catch {
            throw StoreError(error, path: path)
        }
        stateReader = StateReader(names: reader.names)
    }

    /// Names and texts of old stores are in a code page that only their messages name.
    private static func reader(_ storage: FileStorage) throws(PSTError) -> PSTReader {
        let plain = try PSTReader.open(storage)
        let usual = plain.format == .ansi ? plain.usualCodePage() : nil
        return try PSTReader.open(
            storage,
            options: PSTReaderOptions { bytes, codePage in CodePage.text(bytes, codePage: codePage ?? usual ?? 0) })
    }

    public func hierarchy() async throws(StoreError) -> HierarchyTable {
        let tree = reader.folderTree()
        let roles = FolderRoles(reader)
        var taken: Set<FolderRole> = []
        let folders = tree.folders.map { folder in
            let path = FolderPath(folder.path)
            var role = roles.role(of: folder.id, path)
            if let known = role, !taken.insert(known).inserted { role = nil }
            return FolderInfo(id: FolderID(folder.id), path: path, role: role)
        }
        let problems = (reader.problems + tree.problems).map { StoreError(.badData, "\(path): \($0)") }
        return HierarchyTable(folders: folders, problems: problems)
    }

    public func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
        guard let node = NodeID(folder.id), (try? reader.exists(node)) == true else {
            throw StoreError(.vanished, "\(path): folder \(folder.path.description) is not there", folder: folder.path)
        }
        let contents = reader.contents(of: node)
        let rows = contents.rows.map { row(of: $0.id) }
        let problems = contents.problems.map { StoreError(.badData, "\(path): \($0)", folder: folder.path) }
        return ContentsTable(rows: rows, problems: problems)
    }

    /// The row of a message; one that cannot be read has an empty one, and says why when it is opened.
    private func row(of id: NodeID) -> ContentsRow {
        let read = try? reader.properties(of: id) { [stateReader] in stateReader.isWanted($0) }
        let properties = read?.properties ?? PropertyBag()
        return ContentsRow(
            id: MessageID(rawValue: id.description), state: stateReader.state(properties),
            deliveryTime: properties.time(.messageDeliveryTime),
            size: max(0, Int(properties.integer32(.messageSize) ?? 0)))
    }

    public func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
        guard let id = NodeID(row.id.rawValue), (try? reader.exists(id)) == true else {
            throw StoreError(
                .vanished, "\(path): message \(row.id.rawValue) is not there", folder: folder.path, messageID: row.id)
        }
        do {
            let message = try reader.message(id)
            return StoredMessage(row: row, folder: folder, content: .mapi(message.object), problems: message.problems)
        } catch {
            throw StoreError(error, path: path, folder: folder.path, message: row.id)
        }
    }
}

/// Which folders have a special use: the store's own pointers go before names.
private struct FolderRoles {
    private var known: [NodeID: FolderRole] = [:]

    init(_ reader: PSTReader) {
        if let entryID = reader.store.binary(.ipmWastebasketEntryId), let id = NodeID(entryID: entryID) {
            known[id] = .trash
        }
        // PidTagIpmDraftsEntryId stands on the root folder of a default store.
        let drafts = PropertyTag(rawValue: 0x36D7_0102)
        let root = try? reader.properties(of: .rootFolder) { $0 == drafts.id }
        if let entryID = root?.properties.binary(drafts), let id = NodeID(entryID: entryID) { known[id] = .drafts }
    }

    func role(of id: NodeID, _ path: FolderPath) -> FolderRole? { known[id] ?? FolderRole(wellKnownPath: path) }
}

extension NodeID {
    /// From an entry id of an object in a PST, [MS-PST] 2.4.3.2.
    fileprivate init?(entryID: [UInt8]) {
        guard entryID.count == 24, let id = entryID.loadLittleEndian(UInt32.self, at: 20) else { return nil }
        self.init(rawValue: id)
    }
}

extension StoreError {
    /// Why the PST at `path` cannot be opened.
    public init(opening path: String, _ error: StorageError) {
        let code: StoreError.Code =
            switch error.errno {
            case ENOENT, ENOTDIR: .noInput
            case EACCES, EPERM: .accessDenied
            default: .inputOutput
            }
        self.init(code, "\(path): cannot be opened: \(String(cString: strerror(error.errno)))")
    }
}
