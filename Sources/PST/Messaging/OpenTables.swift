import PSTLTP
import PSTNDB

/// Tables of folders that are worked on: each is changed in memory, and goes into the database when others take its
/// place or at the checkpoint.
final class OpenTables {
    private let database: NodeDatabase
    /// The one used last stands at the end.
    private var open: [OpenTable] = []

    init(_ database: NodeDatabase) {
        self.database = database
    }

    /// The table of a node, opened if it is not.
    func table(_ id: NodeID) throws(PSTError) -> OpenTable {
        if let last = open.last, last.id == id { return last }
        if let position = open.firstIndex(where: { $0.id == id }) {
            let table = open.remove(at: position)
            open.append(table)
            return table
        }
        guard let entry = try inNodes({ () throws(NDBError) in try database.node(id) }) else {
            throw .damaged("NBTENTRY.nid: found no entry, expected table \(id)")
        }
        let table = OpenTable(
            id: id, try inTables { () throws(LTPError) in try TableContext(entry, in: database) })
        if open.count >= MessagingLimits.openTables { try write(open.removeFirst()) }
        open.append(table)
        return table
    }

    var haveChanges: Bool { open.contains { $0.isChanged } }

    /// Writes what has changed; the tables stay open.
    func write() throws(PSTError) {
        for table in open { try write(table) }
    }

    /// Forgets a table whose node is to go.
    func forget(_ id: NodeID) { open.removeAll { $0.id == id } }

    private func write(_ table: OpenTable) throws(PSTError) {
        guard let (data, subnodes) = try table.write(to: database) else { return }
        try inNodes { () throws(NDBError) in
            let parent = try database.node(table.id)?.parent ?? .none
            try database.setNode(table.id, NodeEntry(data: data, subnodes: subnodes, parent: parent))
        }
    }
}

/// A table that is open. An object, so that its rows are changed in place.
final class OpenTable {
    let id: NodeID
    private var table: TableContext
    fileprivate var isChanged = false

    init(id: NodeID, _ table: TableContext) {
        self.id = id
        self.table = table
    }

    var schema: TableSchema { table.schema }
    var rowCount: Int { table.rowCount }

    func change<Result>(_ body: (inout TableContext) throws(LTPError) -> Result) throws(PSTError) -> Result {
        isChanged = true
        return try inTables { () throws(LTPError) in try body(&table) }
    }

    /// Looks at the table; pages are read as they are needed.
    func read<Result>(_ body: (inout TableContext) throws(LTPError) -> Result) throws(PSTError) -> Result {
        try inTables { () throws(LTPError) in try body(&table) }
    }

    /// - Returns: the node's new top blocks; nil where nothing has changed.
    fileprivate func write(to database: NodeDatabase) throws(PSTError) -> (data: BlockID, subnodes: BlockID)? {
        guard isChanged else { return nil }
        isChanged = false
        return try inTables { () throws(LTPError) in try table.write(to: database) }
    }
}
