import MAPI
import PSTLTP
import PSTNDB

/// A folder, [MS-PST] 2.4.4: a property context and three tables, whose counts must agree in three places (the
/// context, the row in the parent's hierarchy table, the tables).
final class FolderNode {
    let id: NodeID
    let parent: NodeID
    let name: String
    /// PidTagContainerClass; none on the folders of the store itself.
    let containerClass: String?
    var contentCount: Int32 = 0
    var unreadCount: Int32 = 0
    var subfolderCount: Int32 = 0
    /// The context, and the row of the parent, do not have these counts yet.
    var isChanged = true
    /// Names of the folders below, in the form in which they must differ.
    var childNames: Set<String> = []

    /// Tables that are open; others are as the node database has them.
    var contents: TableContext?
    var hierarchy: TableContext?

    init(id: NodeID, parent: NodeID, name: String, containerClass: String?) {
        self.id = id
        self.parent = parent
        self.name = name
        self.containerClass = containerClass
    }

    /// Required and usual properties, [MS-PST] 2.4.4.1.1.
    var context: PropertyContextBuilder {
        var context = PropertyContextBuilder()
        context.add(.displayName, .string(name))
        context.add(.contentCount, .integer32(contentCount))
        context.add(.contentUnreadCount, .integer32(unreadCount))
        context.add(.subfolders, .boolean(subfolderCount > 0))
        if let containerClass {
            context.add(.containerClass, .string(containerClass))
            context.add(.pstHiddenCount, .integer32(0))
            context.add(.pstHiddenUnread, .integer32(0))
        }
        return context
    }

    /// The row in the parent's hierarchy table, [MS-PST] 2.4.4.4.1.
    var row: TableRow {
        var row = TableRow(schema: TableTemplates.hierarchy)
        row.mirror(context)
        return row
    }

    /// The cells of ``row`` that change with the folder's contents.
    var changingCells: [(tag: PropertyTag, value: PropertyValue)] {
        [
            (.contentCount, .integer32(contentCount)), (.contentUnreadCount, .integer32(unreadCount)),
            (.subfolders, .boolean(subfolderCount > 0)),
        ]
    }
}

/// Rules for folder names.
enum FolderName {
    /// A name as Outlook can show it: no control characters, no blanks at the ends, 1 to 255 UTF-16 units.
    static func displayable(_ name: String) -> String {
        var scalars = String.UnicodeScalarView(
            name.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "_" : $0 })
        while scalars.first == " " { scalars.removeFirst() }
        while scalars.last == " " { scalars.removeLast() }
        let result = SubjectEncoding.truncated(String(scalars), to: SubjectEncoding.longest)
        return result.isEmpty ? "_" : result
    }

    /// `name`, or `name (2)` and so on: Outlook wants siblings to differ in more than upper and lower case.
    static func unique(_ name: String, among taken: Set<String>) -> String {
        guard taken.contains(name.lowercased()) else { return name }
        var number = 2
        while true {
            let suffix = " (\(number))"
            let candidate = SubjectEncoding.truncated(name, to: SubjectEncoding.longest - suffix.utf16.count) + suffix
            if !taken.contains(candidate.lowercased()) { return candidate }
            number += 1
        }
    }
}
