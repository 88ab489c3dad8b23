public import MAPI
public import MailStore

/// An item that someone keeps in a PST, copied from no source.
public struct PersonalItem: Sendable {
    public var folder = "Notes"
    public var messageClass = "IPM.StickyNote"
    /// Versions of one item have one number: that of PidTagSearchKey.
    public var number: UInt8
    public var text: String
    /// Hours after a fixed moment.
    public var modified: Int64
    public var year: Int64 = 2023
    public var isRead = false

    public init(_ number: UInt8, _ text: String, modified: Int64) {
        self.number = number
        self.text = text
        self.modified = modified
    }

    public func with(_ change: (inout PersonalItem) -> Void) -> PersonalItem {
        var item = self
        change(&item)
        return item
    }

    private static let start: Int64 = 1_700_000_000

    public var object: MessageObject {
        var object = MessageObject()
        object.properties[.messageClass] = .string(messageClass)
        object.properties[.subject] = .string("note \(number)")
        object.properties[.body] = .string(text)
        object.properties[.searchKey] = .binary([UInt8](repeating: number, count: 16))
        object.properties[.messageFlags] = .integer32(isRead ? 1 : 0)
        object.properties[.lastModificationTime] = .time(FileTime(unixSeconds: Self.start + modified * 3600))
        let delivered = FileTime(unixSeconds: Self.start + (year - 2023) * 31_557_600)
        object.properties[.messageDeliveryTime] = .time(delivered)
        return object
    }

    /// Saves items, in folders of their names.
    public static func save<Store: WritableMessageStore>(
        _ objects: [(folder: String, object: MessageObject)], in store: Store
    ) async throws {
        for (position, (folder, object)) in objects.enumerated() {
            let id = try await store.createFolder(NewFolder(parent: nil, name: folder, role: nil))
            let row = ContentsRow(
                id: MessageID(rawValue: "\(position)"), state: MessageState(),
                deliveryTime: object.properties.time(.messageDeliveryTime), size: 100)
            let info = FolderInfo(id: id, path: FolderPath([folder]), role: nil)
            let message = StoredMessage(row: row, folder: info, content: .mapi(object))
            _ = try await store.save(try store.prepare(message), in: id)
        }
        try await store.finish()
    }

    public static func save(_ items: [PersonalItem], in store: some WritableMessageStore) async throws {
        try await save(items.map { ($0.folder, $0.object) }, in: store)
    }

    /// All items of a store: "FOLDER/NUMBER TEXT", sorted; the number is what their subjects say.
    public static func lines(of store: some MessageStore) async throws -> [String] {
        try await objects(of: store).map { folder, object in
            let subject = object.properties.string(.subject) ?? ""
            let text = object.properties.string(.body) ?? ""
            return "\(folder)/\(subject.replacing("note ", with: "")) \(text)"
        }.sorted()
    }

    public static func objects(of store: some MessageStore) async throws -> [(folder: String, object: MessageObject)] {
        var found: [(folder: String, object: MessageObject)] = []
        for folder in try await store.hierarchy().folders {
            for row in try await store.contents(of: folder).rows {
                guard case .mapi(let object) = try await store.open(row, in: folder).content else { continue }
                found.append((folder.path.description, object))
            }
        }
        return found
    }
}
