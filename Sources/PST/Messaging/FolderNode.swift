import MAPI
import PSTLTP
import PSTNDB

/// A folder, [MS-PST] 2.4.4: a property context and three tables, whose counts must agree in three places (the
/// context, the row in the parent's hierarchy table, the tables). What is here is what this program changes; all else
/// that a folder has stays in the file as it is.
final class FolderNode {
    let id: NodeID
    var parent: NodeID
    var name: String {
        didSet { isRenamed = true }
    }
    /// PidTagContainerClass of a new folder; none on the folders of the store itself.
    let containerClass: String?
    var contentCount: Int32 = 0
    var unreadCount: Int32 = 0
    var hasSubfolders = false
    /// The database has no context of this folder yet.
    private(set) var isNew: Bool
    private(set) var isRenamed = false
    /// Properties by which others know the folder, that its context does not have yet.
    var properties: [(id: UInt16, value: PropertyValue)] = []
    /// The folders below by the form of their names in which these must differ; nil until they are asked for.
    var children: [String: Child]?

    struct Child {
        let id: NodeID
        let name: String
    }

    init(id: NodeID, parent: NodeID, name: String, containerClass: String?) {
        self.id = id
        self.parent = parent
        self.name = name
        self.containerClass = containerClass
        isNew = true
        children = [:]
    }

    /// A folder that is in the file.
    init(stored id: NodeID, parent: NodeID, _ context: PropertyContextEditor) throws(LTPError) {
        self.id = id
        self.parent = parent
        containerClass = nil
        isNew = false
        var name = ""
        if case .string(let text)? = try context.value(PropertyTag.displayName.id) { name = text }
        self.name = name
        contentCount = try Self.count(.contentCount, context)
        unreadCount = try Self.count(.contentUnreadCount, context)
        if case .boolean(let flag)? = try context.value(PropertyTag.subfolders.id) { hasSubfolders = flag }
    }

    private static func count(_ tag: PropertyTag, _ context: PropertyContextEditor) throws(LTPError) -> Int32 {
        if case .integer32(let count)? = try context.value(tag.id) { return count }
        return 0
    }

    /// Required and usual properties of a new folder, [MS-PST] 2.4.4.1.1.
    var context: PropertyContextBuilder {
        var context = PropertyContextBuilder()
        context.add(.displayName, .string(name))
        for (tag, value) in counts { context.add(tag, value) }
        if let containerClass {
            context.add(.containerClass, .string(containerClass))
            context.add(.pstHiddenCount, .integer32(0))
            context.add(.pstHiddenUnread, .integer32(0))
        }
        for (id, value) in properties { context.add(id, value) }
        return context
    }

    /// The row in the parent's hierarchy table, [MS-PST] 2.4.4.4.1.
    func row(_ schema: TableSchema) -> TableRow {
        var row = TableRow(schema: schema)
        row.mirror(context)
        return row
    }

    private var counts: [(tag: PropertyTag, value: PropertyValue)] {
        [
            (.contentCount, .integer32(contentCount)), (.contentUnreadCount, .integer32(unreadCount)),
            (.subfolders, .boolean(hasSubfolders)),
        ]
    }

    /// What this program may have changed of the context and the row.
    var changes: [(tag: PropertyTag, value: PropertyValue)] {
        isRenamed ? counts + [(.displayName, .string(name))] : counts
    }

    /// Says that the context in the database has it all.
    func markStored() {
        isNew = false
        isRenamed = false
        properties = []
    }
}
