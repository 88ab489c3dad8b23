import BinaryIO
public import MAPI
public import PSTNDB

/// A property context that is changed where it is — PC, [MS-PST] 2.3.3: of any origin, also with properties and
/// subnodes that this program does not know. What is not changed stays byte for byte; a change of a value that stands in
/// its record writes one block.
///
/// Nothing is written before ``write(sizeProperty:)``. After an error the editor is not to be used any more.
public struct PropertyContextEditor {
    /// One record of the BTH.
    struct Record {
        let type: PropertyType
        /// dwValueHnid: the value, or where it is.
        var word: UInt32
    }

    let database: NodeDatabase
    var heap: HeapOnNode
    var tree: BTreeOnHeap
    var records: [UInt16: Record] = [:]
    var entries: [NodeID: SubnodeEntry] = [:]
    /// Values of subnodes that are not in the database yet; there is an entry for each.
    var newValues: [NodeID: [UInt8]] = [:]
    /// The top of the subnode tree in the database, and whether it is no longer what the object has.
    var subnodes: BlockID
    var subnodesAreChanged = false
    /// Whether anything was set or removed since the context was read or written.
    public internal(set) var isChanged = false

    /// The context of a node, or of a subnode.
    /// - Parameters:
    ///   - data: the top of its data tree.
    ///   - subnodes: the top of its subnode tree, or none.
    /// - Throws: ``LTPError`` for what is no property context.
    public init(data: BlockID, subnodes: BlockID, in database: NodeDatabase) throws(LTPError) {
        self.database = database
        self.subnodes = subnodes
        let stored = try inDatabase { () throws(NDBError) in try StoredDataTree(top: data, in: database) }
        heap = try HeapOnNode(client: .propertyContext, tree: stored) { (id) throws(NDBError) in
            try database.readBlock(id)
        }
        tree = try BTreeOnHeap(header: heap.userRoot, keySize: 2, valueSize: 6, in: &heap)
        var records: [UInt16: Record] = [:]
        try tree.forEachRecord(in: &heap) { (bytes) throws(LTPError) in
            let type = PropertyType(rawValue: bytes.number(UInt16.self, at: 2))
            records[bytes.number(UInt16.self, at: 0)] = Record(type: type, word: bytes.number(UInt32.self, at: 4))
        }
        self.records = records
        let below = try inDatabase { () throws(NDBError) in try database.subnodes(of: subnodes) }
        for entry in below { entries[entry.id] = entry }
    }

    public init(_ entry: NodeEntry, in database: NodeDatabase) throws(LTPError) {
        try self.init(data: entry.data, subnodes: entry.subnodes, in: database)
    }
}

/// Reading.
extension PropertyContextEditor {
    /// The tags of all properties, ascending.
    public var tags: [PropertyTag] { records.map { PropertyTag(id: $0.key, type: $0.value.type) }.sorted() }

    /// The type of a property; nil where there is no such property.
    public func type(of id: UInt16) -> PropertyType? { records[id]?.type }

    /// The value of a property; nil where there is none.
    /// - Parameter limit: bytes; a larger value is an error.
    /// - Throws: ``LTPError`` for a value that is damaged, is an object, or has a type that is not known.
    public func value(_ id: UInt16, limit: Int = 1 << 30) throws(LTPError) -> PropertyValue? {
        guard let record = records[id] else { return nil }
        if let value = PropertyValueEncoding.inlineValue(record.type, record.word) { return value }
        let bytes = try bytes(of: record, limit: limit)
        guard let value = PropertyValueEncoding.value(of: record.type, bytes[...]) else {
            throw .damaged(
                structure: "PC", field: "\(PropertyTag(id: id, type: record.type))", found: "\(bytes.count) bytes",
                expected: PropertyValueEncoding.isKnown(record.type) ? "a value of the type" : "a type that is known")
        }
        return value
    }

    /// The data tree of a value in a subnode, for a table row that shares it; nil for others, and for a new value before
    /// ``write(sizeProperty:)``.
    public func storedValue(_ id: UInt16) -> BlockID? {
        guard let record = records[id], let node = subnode(of: record), newValues[node] == nil,
            let data = entries[node]?.data, !data.isNone
        else { return nil }
        return data
    }

    func bytes(of record: Record, limit: Int) throws(LTPError) -> [UInt8] {
        guard let node = subnode(of: record) else {
            // A copy, so that reading changes nothing: pages are shared with it.
            var heap = heap
            return try heap.bytes(of: HeapID(rawValue: record.word))
        }
        if let value = newValues[node] { return value }
        guard let entry = entries[node] else {
            throw .damaged(
                structure: "HNID", field: "nid", found: "\(node)", expected: "one of \(entries.count) subnodes")
        }
        return try inDatabase { () throws(NDBError) in try database.data(of: entry.data, limit: limit) }
    }

    /// The subnode with the value of a record; nil where it is in the record or in the heap.
    func subnode(of record: Record) -> NodeID? {
        guard Self.isReference(record.type), !HeapID(rawValue: record.word).isHeapItem else { return nil }
        return NodeID(rawValue: record.word)
    }

    /// Whether records of a type hold a HNID. Of types that are not known nothing is.
    static func isReference(_ type: PropertyType) -> Bool {
        type == .object || type.isMultiValued
            || PropertyValueEncoding.isKnown(type) && !PropertyValueEncoding.isInline(type)
    }
}
