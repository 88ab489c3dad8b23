import BinaryIO
import Conversion
import MAPI
public import MailStore
import PST
import PSTNDB

/// What the PST itself tells of where everything in it came from. It is read from the file, as the last checkpoint left
/// it.
extension PSTStore {
    public func inventory() throws(StoreError) -> [InventoryFolder] {
        let reader = try openReader()
        guard reader.names.id(of: .sourceFolder) != nil else { return [] }
        return reader.folderTree().folders.compactMap { folder in
            guard case .string(let text)? = folder.properties[.sourceFolder],
                let origin = FolderOrigin(text: text)
            else { return nil }
            return InventoryFolder(id: FolderID(folder.id), path: FolderPath(folder.path), origin: origin)
        }
    }

    public func inventory(of folder: FolderID) throws(StoreError) -> [InventoryMessage] {
        let node = try node(folder)
        let reader = try openReader()
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

    private func openReader() throws(StoreError) -> PSTReader {
        if let reader { return reader }
        let storage: FileStorage
        do {
            storage = try FileStorage(path: path, mode: .read)
        } catch {
            throw StoreError(opening: path, error)
        }
        let opened = try changing { () throws(PSTError) in try PSTReader.open(storage) }
        reader = opened
        return opened
    }
}
