import BinaryIO
public import MAPI
public import PSTNDB

/// A property context that is only read, of any format — PC, [MS-PST] 2.3.3. For one thread.
public struct PropertyContextReader {
    /// One property as it is stored.
    public struct Record: Hashable, Sendable {
        public let id: UInt16
        public let type: PropertyType
        /// dwValueHnid: the value, or where it is.
        public let word: UInt32

        public var tag: PropertyTag { PropertyTag(id: id, type: type) }
    }

    /// In the order of the file, which is that of the ids.
    public let records: [Record]
    /// The node's subnodes in ascending order of the ids.
    public let subnodes: [SubnodeEntry]
    /// Why the subnodes cannot be read, if so; there are none then.
    public let subnodeDamage: NDBError?
    private let heap: HeapReader
    private let values: ValueSource

    /// The context in the data tree `data`, with its large values below `subnodes`.
    public init(
        data: BlockID, subnodes: BlockID, in nodes: NodeReader, budget: ReadBudget
    ) throws(LTPError) {
        heap = try HeapReader(data: data, client: .propertyContext, in: nodes, budget: budget)
        let tree = try BTreeOnHeapReader(header: heap.userRoot, keySize: 2, valueSize: 6, in: heap)
        var records: [Record] = []
        try tree.forEachRecord { (bytes) throws(LTPError) in
            guard records.count <= Int(UInt16.max) else { throw .limit("more than 65,536 properties in one object") }
            let type = PropertyType(rawValue: bytes.number(UInt16.self, at: 2))
            records.append(
                Record(id: bytes.number(UInt16.self, at: 0), type: type, word: bytes.number(UInt32.self, at: 4)))
        }
        self.records = records
        var entries: [SubnodeEntry] = []
        do {
            entries = try nodes.subnodes(of: subnodes, budget: budget)
            subnodeDamage = nil
        } catch {
            // What is in the heap is worth having.
            subnodeDamage = error
        }
        self.subnodes = entries
        values = ValueSource(heap: heap, subnodes: entries)
    }

    /// The record of a property, whatever its type.
    public func record(_ id: UInt16) -> Record? { records.first { $0.id == id } }

    /// The value of a property.
    /// - Parameter limit: bytes; a larger value is an error.
    /// - Throws: ``LTPError`` for a value that is damaged, is an object, or has a type that is not known.
    public func value(_ record: Record, limit: Int = 1 << 30) throws(LTPError) -> PropertyValue {
        if let value = PropertyValueEncoding.inlineValue(record.type, record.word) { return value }
        let bytes = try values.bytes(record.word, limit: limit)
        guard let value = PropertyValueEncoding.value(of: record.type, bytes) else {
            throw .damaged(
                structure: "PC", field: "\(record.tag)", found: "\(bytes.count) bytes",
                expected: PropertyValueEncoding.isKnown(record.type) ? "a value of the type" : "a type that is known")
        }
        return value
    }

    /// Where a large value is: its data tree; nil for a value in the heap, or none.
    public func storedValue(_ record: Record) throws(LTPError) -> BlockID? {
        guard !HeapID(rawValue: record.word).isHeapItem else { return nil }
        return try values.subnode(NodeID(rawValue: record.word)).data
    }

    /// The subnode and size of PtypObject, [MS-PST] 2.3.3.5.
    public func object(_ record: Record) throws(LTPError) -> (subnode: SubnodeEntry, size: UInt32) {
        let bytes = try values.bytes(record.word, limit: 64)
        guard record.type == .object, bytes.count == 8 else {
            throw .damaged(
                structure: "PC", field: "\(record.tag)", found: "\(bytes.count) bytes", expected: "8 bytes of an object"
            )
        }
        return (
            try values.subnode(NodeID(rawValue: bytes.number(UInt32.self, at: 0))), bytes.number(UInt32.self, at: 4)
        )
    }
}

/// The bytes behind HNIDs, [MS-PST] 2.3.3.2: items of a heap, or subnodes of the node that it is in.
struct ValueSource {
    let heap: HeapReader
    let subnodes: [SubnodeEntry]

    func bytes(_ word: UInt32, limit: Int) throws(LTPError) -> ArraySlice<UInt8> {
        let id = HeapID(rawValue: word)
        if id.isHeapItem { return try heap.bytes(of: id) }
        let data = try subnode(NodeID(rawValue: word)).data
        return try inDatabase { () throws(NDBError) in
            try heap.nodes.data(of: data, limit: limit, budget: heap.budget)[...]
        }
    }

    func subnode(_ id: NodeID) throws(LTPError) -> SubnodeEntry {
        // Sorted, says the specification; a file that is not costs time only.
        var low = 0
        var high = subnodes.count
        while low < high {
            let middle = (low + high) / 2
            if subnodes[middle].id < id { low = middle + 1 } else { high = middle }
        }
        if low < subnodes.count, subnodes[low].id == id { return subnodes[low] }
        guard let entry = subnodes.first(where: { $0.id == id }) else {
            throw .damaged(
                structure: "HNID", field: "nid", found: "\(id)", expected: "one of \(subnodes.count) subnodes")
        }
        return entry
    }
}
