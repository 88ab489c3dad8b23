import BinaryIO

/// XBLOCK and XXBLOCK, [MS-PST] 2.2.2.8.3.2: the index over the blocks of a node's data.
struct DataTreeBlock {
    /// 1: entries are data blocks (XBLOCK); 2: entries are XBLOCKs (XXBLOCK).
    let level: UInt8
    /// lcbTotal, in bytes.
    let total: UInt32
    let children: [BlockID]

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + 8 * children.count)
        bytes.append(1)
        bytes.append(level)
        bytes.append(littleEndian: UInt16(children.count))
        bytes.append(littleEndian: total)
        for child in children { bytes.append(littleEndian: child.rawValue) }
        return bytes
    }

    init(level: UInt8, total: UInt32, children: [BlockID]) {
        self.level = level
        self.total = total
        self.children = children
    }

    init(bytes: [UInt8], id: BlockID, format: FileFormat = .unicode) throws(NDBError) {
        guard bytes.count >= 8, bytes[0] == 1, bytes[1] == 1 || bytes[1] == 2 else {
            throw .damaged("XBLOCK", "btype", at: nil, found: "block \(id)", expected: "a data tree block")
        }
        level = bytes[1]
        total = bytes.loadLittleEndian(UInt32.self, at: 4) ?? 0
        let count = Int(bytes.loadLittleEndian(UInt16.self, at: 2) ?? 0)
        let size = format.wordSize
        guard count <= format.dataTreeEntries, bytes.count >= 8 + size * count else {
            throw .damaged(
                "XBLOCK", "cEnt", at: nil, found: count, expected: "entries that fit in \(bytes.count) bytes")
        }
        children = (0..<count).map { BlockID(rawValue: format.word(bytes, at: 8 + size * $0)) }
    }
}

/// A node's data, written block by block without being held: for content of any size.
public struct DataTreeWriter {
    private var pending: [UInt8] = []
    private(set) var blocks: [BlockID] = []
    public private(set) var size: UInt64 = 0

    public init() {
        pending.reserveCapacity(NDBLimits.blockData)
    }

    /// - Throws: ``NDBError/limit(_:)`` beyond 4 GiB.
    public mutating func append(_ bytes: UnsafeRawBufferPointer, to database: NodeDatabase) throws(NDBError) {
        guard size + UInt64(bytes.count) <= NDBLimits.nodeData else {
            throw .limit("more than 4 GiB of data in one node")
        }
        size += UInt64(bytes.count)
        var start = 0
        while start < bytes.count {
            let end = min(start + NDBLimits.blockData - pending.count, bytes.count)
            if pending.isEmpty, end - start == NDBLimits.blockData {
                blocks.append(try database.writeBlock(UnsafeRawBufferPointer(rebasing: bytes[start..<end])))
            } else {
                pending.append(contentsOf: bytes[start..<end])
                if pending.count == NDBLimits.blockData { try flush(to: database) }
            }
            start = end
        }
    }

    private mutating func flush(to database: NodeDatabase) throws(NDBError) {
        let id = try pending.withBytes { (bytes) throws(NDBError) in try database.writeBlock(bytes) }
        blocks.append(id)
        pending.removeAll(keepingCapacity: true)
    }

    /// Gives back what was written: the data are not wanted after all.
    public mutating func discard(in database: NodeDatabase) throws(NDBError) {
        for block in blocks { try database.release(block) }
        blocks = []
        pending = []
    }

    /// Writes what is left and the index blocks.
    /// - Returns: the top block; none for no data.
    public mutating func finish(in database: NodeDatabase) throws(NDBError) -> BlockID {
        if !pending.isEmpty { try flush(to: database) }
        return try database.writeDataTree(over: blocks, size: size)
    }
}
