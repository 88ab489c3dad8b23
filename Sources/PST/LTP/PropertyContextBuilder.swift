import BinaryIO
public import MAPI
public import PSTNDB

/// Makes a property context, [MS-PST] 2.3.3: the properties of an object as a heap with a BTH over it, the large
/// values in subnodes.
public struct PropertyContextBuilder {
    /// One property in stored form.
    private struct Entry {
        let id: UInt16
        let type: PropertyType
        let content: Content
    }

    private enum Content {
        /// Bytes of `values`.
        case bytes(Range<Int>)
        /// A large binary value, shared with whoever made it.
        case array([UInt8])
        /// PtypObject: a subnode and a size.
        case object(NodeID, size: UInt32)
        /// A large binary value that is in the database already.
        case stored(BlockID, size: UInt64)
    }

    private var entries: [Entry] = []
    private var values: [UInt8] = []
    /// Index of the next subnode for a large value: unique within the node, which is all a subnode's id has to be.
    private var nextSubnodeIndex: UInt32 = 0x401

    /// Values above this go to a subnode. The heap could take 3,580 bytes; Outlook since 2007 draws the line here.
    public static let largestHeapValue = 1024

    /// More records do not fit in one leaf of the BTH, and some readers know only that.
    public static let recordsPerLeaf = 447

    public init() {
        entries.reserveCapacity(64)
        values.reserveCapacity(8192)
    }

    public var count: Int { entries.count }

    /// Makes room for values of so many bytes, so that they need not be moved as they grow.
    public mutating func reserveCapacity(_ bytes: Int) { values.reserveCapacity(bytes) }

    /// Adds a property; an id is added once.
    public mutating func add(_ id: UInt16, _ value: PropertyValue) {
        if case .binary(let bytes) = value, bytes.count > Self.largestHeapValue {
            entries.append(Entry(id: id, type: .binary, content: .array(bytes)))
            return
        }
        let start = values.count
        PropertyValueEncoding.append(value, to: &values)
        entries.append(Entry(id: id, type: value.type, content: .bytes(start..<values.count)))
    }

    public mutating func add(_ tag: PropertyTag, _ value: PropertyValue) { add(tag.id, value) }

    /// Adds PtypObject, [MS-PST] 2.3.3.5: a subnode that the caller supplies.
    public mutating func addObject(_ id: UInt16, subnode: NodeID, size: UInt32) {
        entries.append(Entry(id: id, type: .object, content: .object(subnode, size: size)))
    }

    /// Adds a binary property whose data tree is in the database.
    public mutating func addStored(_ id: UInt16, block: BlockID, size: UInt64) {
        entries.append(Entry(id: id, type: .binary, content: .stored(block, size: size)))
    }

    /// The sum of the values' sizes: PidTagAttachSize, with `extra` bytes for itself — [MS-OXCMSG] 2.2.2.5 as the
    /// repair tool computes it.
    public var valueSize: UInt64 {
        entries.reduce(0) { sum, entry in
            switch entry.content {
            case .bytes(let range): sum + UInt64(range.count)
            case .array(let bytes): sum + UInt64(bytes.count)
            case .object(_, let size): sum + UInt64(size)
            case .stored(_, let size): sum + size
            }
        }
    }

    /// The stored bytes of a property; nil where it is absent, of another type, or not in memory.
    public func bytes(_ tag: PropertyTag) -> ArraySlice<UInt8>? {
        // By position: an entry that is not wanted is not to be copied.
        for position in entries.indices where entries[position].id == tag.id && entries[position].type == tag.type {
            switch entries[position].content {
            case .bytes(let range): return values[range]
            case .array(let bytes): return bytes[...]
            case .object, .stored: return nil
            }
        }
        return nil
    }

    /// What a built property context consists of.
    public struct Result {
        public var node: NodeImage
        /// Large values: the subnode each became.
        public var subnodes: [(property: UInt16, subnode: NodeID)]
    }

    /// Builds the context into `images`.
    /// - Parameters:
    ///   - others: the object's further subnodes (tables, attachments).
    ///   - sizeProperty: an Integer32 property, already added, that gets the size of the whole object: data bytes of
    ///     this node and everything below it. Saturates at 2^31 - 1.
    public mutating func build(
        into images: inout BlockImages, others: [(id: NodeID, node: NodeImage)] = [], sizeProperty: UInt16? = nil
    ) throws(LTPError) -> Result {
        // By id; the positions in the low half.
        let order = entries.indices.map { UInt64(entries[$0].id) << 32 | UInt64($0) }.sorted()
        var heap = HeapOnNode(client: .propertyContext)
        var tree = try BTreeOnHeap(keySize: 2, valueSize: 6, in: &heap)
        heap.userRoot = tree.header
        let fitsLeaf = entries.count <= Self.recordsPerLeaf && !entries.isEmpty
        let leaf = fitsLeaf ? try tree.reserveLeaf(recordCount: entries.count, in: &heap) : .none

        var subnodes = others
        var large: [(property: UInt16, subnode: NodeID)] = []
        var records: [UInt8] = []
        records.reserveCapacity(entries.count * 8)
        for key in order {
            let entry = entries[Int(UInt32(truncatingIfNeeded: key))]
            let reference = try store(entry, in: &heap, images: &images, subnodes: &subnodes, large: &large)
            records.append(littleEndian: entry.id)
            records.append(littleEndian: entry.type.rawValue)
            records.append(littleEndian: reference)
        }
        if fitsLeaf {
            try heap.overwrite(leaf, at: 0, with: records)
        } else {
            try tree.insert(records, into: &heap)
        }
        subnodes.sort { $0.id < $1.id }
        var node = NodeImage(data: .none, dataSize: UInt64(heap.encodedSize), subnodes: subnodes)
        if let sizeProperty, let place = try tree.locate(UInt32(sizeProperty), in: &heap) {
            let size = UInt32(min(node.objectSize, UInt64(Int32.max)))
            try heap.overwrite(place.item, at: place.offset + 2, with: size)
        }
        node.data = try appendHeap(&heap, to: &images)
        return Result(node: node, subnodes: large)
    }

    /// - Returns: dwValueHnid of the record.
    private mutating func store(
        _ entry: Entry, in heap: inout HeapOnNode, images: inout BlockImages,
        subnodes: inout [(id: NodeID, node: NodeImage)], large: inout [(property: UInt16, subnode: NodeID)]
    ) throws(LTPError) -> UInt32 {
        switch entry.content {
        case .object(let id, let size):
            var record: [UInt8] = []
            record.append(littleEndian: id.rawValue)
            record.append(littleEndian: size)
            return try heap.allocate(record).rawValue
        case .stored(let block, let size):
            let id = newSubnode(for: entry.id, &large)
            subnodes.append((id, NodeImage(data: .stored(block), dataSize: size)))
            return id.rawValue
        case .array(let bytes):
            let id = newSubnode(for: entry.id, &large)
            let data = bytes.withUnsafeBytes { images.appendData($0) }
            subnodes.append((id, NodeImage(data: data, dataSize: UInt64(bytes.count))))
            return id.rawValue
        case .bytes(let range):
            if PropertyValueEncoding.isInline(entry.type) {
                var word: UInt32 = 0
                for (position, byte) in values[range].enumerated() { word |= UInt32(byte) << (8 * UInt32(position)) }
                return word
            }
            if range.count <= Self.largestHeapValue {
                return try values.withBytes { (bytes) throws(LTPError) in
                    try heap.allocate(UnsafeRawBufferPointer(rebasing: bytes[range])).rawValue
                }
            }
            let id = newSubnode(for: entry.id, &large)
            let data = values.withUnsafeBytes { images.appendData(UnsafeRawBufferPointer(rebasing: $0[range])) }
            subnodes.append((id, NodeImage(data: data, dataSize: UInt64(range.count))))
            return id.rawValue
        }
    }

    private mutating func newSubnode(
        for property: UInt16, _ large: inout [(property: UInt16, subnode: NodeID)]
    ) -> NodeID {
        let id = NodeID(type: .ltp, index: nextSubnodeIndex)
        nextSubnodeIndex += 1
        large.append((property, id))
        return id
    }
}

/// Adds a heap's pages to the images as a node's data.
func appendHeap(_ heap: inout HeapOnNode, to images: inout BlockImages) throws(LTPError) -> NodeImage.Data {
    var whole: NodeImage.Data = .none
    for block in try heap.encodedPages() {
        let part = block.withUnsafeBytes { images.appendData($0) }
        switch (whole, part) {
        case (.blocks(let before), .blocks(let range)): whole = .blocks(before.lowerBound..<range.upperBound)
        default: whole = part
        }
    }
    return whole
}
