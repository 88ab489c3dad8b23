import BinaryIO
import Conversion
import MAPI
public import MailStore
import PST
import PSTNDB

extension PSTStore: UpdatableMessageStore {
    public func identity() throws(StoreError) -> StoreIdentity {
        StoreIdentity(recordKey: file.recordKey.bytes, generation: file.generation)
    }

    public func setOrigin(_ origin: FolderOrigin, of folder: FolderID) throws(StoreError) {
        let node = try node(folder)
        try changing { () throws(PSTError) in
            try file.setProperty(.sourceFolder, .string(origin.text), of: node)
        }
    }

    public func setState(
        _ state: MessageState, of message: MessageID, in folder: FolderID
    ) throws(StoreError) {
        let (id, folder) = (try node(message), try node(folder))
        try changing { () throws(PSTError) in try setState(state, of: id, in: folder) }
    }

    private func setState(_ state: MessageState, of message: NodeID, in folder: NodeID) throws(PSTError) {
        let item = try file.properties(
            InternetMessageImporter.stateTags, InternetMessageImporter.stateNames, of: message, in: folder)
        let changes = importer.changes(of: item, to: state, role: try role(of: folder))
        try file.change(changes, of: message, in: folder)
    }

    public func setOrigin(
        _ source: MessageID, of message: MessageID, in folder: FolderID
    ) throws(StoreError) {
        let (id, folder) = (try node(message), try node(folder))
        var changes = PropertyChanges()
        changes.values[.sourceIdentity] = .string(source.rawValue)
        try changing { () throws(PSTError) in try file.change(changes, of: id, in: folder) }
    }

    @discardableResult
    public func move(
        _ message: MessageID, from folder: FolderID, to target: FolderID
    ) throws(StoreError) -> MessageID {
        let (id, folder, target) = (try node(message), try node(folder), try node(target))
        try changing { () throws(PSTError) in
            try file.move(id, from: folder, to: target)
            try adapt(id, in: target, from: try role(of: folder))
        }
        return message
    }

    /// What Outlook opens for editing, and what it shows as sent, depends on the folder too.
    func adapt(_ message: NodeID, in folder: NodeID, from old: FolderRole?) throws(PSTError) {
        let special: [FolderRole?] = [.drafts, .sent]
        let new = try role(of: folder)
        guard old != new, special.contains(old) || special.contains(new) else { return }
        let item = try file.properties(
            InternetMessageImporter.stateTags, InternetMessageImporter.stateNames, of: message, in: folder)
        let changes = importer.changes(of: item, to: StateReader().state(item), role: new)
        try file.change(changes, of: message, in: folder)
    }

    public func delete(_ message: MessageID, from folder: FolderID) throws(StoreError) {
        let (id, folder) = (try node(message), try node(folder))
        try changing { () throws(PSTError) in try file.delete(id, from: folder) }
    }

    public func moveFolder(_ folder: FolderID, to place: NewFolder) throws(StoreError) {
        let node = try node(folder)
        let parent = try place.parent.map { (id) throws(StoreError) in try self.node(id) }
        do {
            try file.moveFolder(node, below: parent, named: Self.name(of: place))
            try setRole(place.role, of: node)
        } catch {
            throw StoreError(error, path: path, folder: FolderPath([place.name]))
        }
        forget(folder)
    }

    public func deleteFolder(_ folder: FolderID) throws(StoreError) -> Bool {
        let node = try node(folder)
        let isDeleted = try changing { () throws(PSTError) in try file.deleteFolder(node) }
        if isDeleted { forget(folder) }
        return isDeleted
    }
}

/// Special use of folders. It decides what a message without any header of delivery is: a draft, or not.
extension PSTStore {
    private static let noRole = "-"

    /// Enters the role of a folder, where that is another one than before.
    func setRole(_ role: FolderRole?, of folder: NodeID) throws(PSTError) {
        let stored = try file.property(.folderRole, of: folder)
        roles[folder] = nil
        guard stored != nil || role != nil else { return }
        try file.setProperty(.folderRole, .string(role?.rawValue ?? Self.noRole), of: folder)
    }

    /// As the folder says, else as its name does.
    func role(of folder: NodeID) throws(PSTError) -> FolderRole? {
        if let known = roles[folder] { return known }
        let role: FolderRole? =
            if case .string(let name)? = try file.property(.folderRole, of: folder) {
                FolderRole(rawValue: name)
            } else if folder == file.deletedItems {
                .trash
            } else {
                FolderRole(wellKnownPath: FolderPath(try file.path(of: folder)))
            }
        roles[folder] = .some(role)
        return role
    }
}
