import BinaryIO

/// Data blocks that are ready but for their place: encoded, checksummed and padded, one behind the other as they
/// will lie in the file. Made without the database, by any thread.
public struct BlockImages: Sendable {
    /// One block of the arena.
    struct Block: Sendable {
        /// Start in the arena; the extent is a multiple of 64 bytes and ends with the trailer.
        let start: Int
        /// Bytes of data.
        let count: Int
    }

    /// Extents back to back.
    private(set) var arena: [UInt8] = []
    private(set) var blocks: [Block] = []
    let encoding: ContentEncoding

    public init(encoding: ContentEncoding, reservingBytes count: Int = 0) {
        self.encoding = encoding
        arena.reserveCapacity(count)
    }

    /// Bytes of memory in use.
    public var memorySize: Int { arena.count }

    static func extent(ofData count: Int) -> Int {
        (count + NDBLimits.blockTrailer + NDBLimits.blockAlignment - 1) & ~(NDBLimits.blockAlignment - 1)
    }

    /// Adds a block with `data`, 1 to 8,176 bytes.
    /// - Returns: its number in this collection.
    mutating func append(_ data: UnsafeRawBufferPointer) -> Int {
        let start = arena.count
        let size = Self.extent(ofData: data.count)
        arena.append(contentsOf: data)
        arena.append(contentsOf: repeatElement(0, count: size - data.count))
        if !encoding.needsBlockID {
            arena.withUnsafeMutableBytes { arena in
                let extent = UnsafeMutableRawBufferPointer(rebasing: arena[start..<start + size])
                BlockTrailer.seal(extent, count: data.count, encoding: encoding)
            }
        }
        blocks.append(Block(start: start, count: data.count))
        return blocks.count - 1
    }
}

/// BLOCKTRAILER, [MS-PST] 2.2.2.8.1: the last 16 bytes of a block's extent.
enum BlockTrailer {
    /// Encodes the data and sets cb and dwCRC, which covers exactly the bytes as stored.
    static func seal(
        _ extent: UnsafeMutableRawBufferPointer, count: Int, encoding: ContentEncoding, bid: UInt64 = 0
    ) {
        let data = UnsafeMutableRawBufferPointer(rebasing: extent[..<count])
        encoding.encode(data, bid: bid)
        let trailer = extent.count - NDBLimits.blockTrailer
        extent.store(littleEndian: UInt16(count), at: trailer)
        extent.store(littleEndian: pstChecksum(UnsafeRawBufferPointer(data)), at: trailer + 4)
    }

    /// Sets wSig and bid, once the place is known.
    static func place(_ extent: UnsafeMutableRawBufferPointer, bid: UInt64, offset: UInt64) {
        let trailer = extent.count - NDBLimits.blockTrailer
        extent.store(littleEndian: signature(offset: offset, bid: bid), at: trailer + 2)
        extent.store(littleEndian: bid, at: trailer + 8)
    }

    /// Checks the extent that `entry` says holds the block `id`.
    /// - Parameter checksums: whether a wrong one is an error.
    /// - Throws: ``NDBError`` naming the field that is wrong.
    static func verify(
        _ extent: [UInt8], of entry: BlockEntry, id: BlockID, format: FileFormat, checksums: Bool = true
    ) throws(NDBError) {
        try extent.withBytes { (bytes) throws(NDBError) in
            try verify(bytes, of: entry, id: id, format: format, checksums: checksums)
        }
    }

    static func verify(
        _ extent: UnsafeRawBufferPointer, of entry: BlockEntry, id: BlockID, format: FileFormat, checksums: Bool = true
    ) throws(NDBError) {
        let trailer = extent.count - format.blockTrailer
        func damaged(_ field: String, _ found: UInt64, _ expected: UInt64) -> NDBError {
            .damaged("BLOCKTRAILER", field, at: entry.offset, found: found, expected: "\(expected)")
        }
        let count = extent.loadLittleEndian(UInt16.self, at: trailer) ?? 0
        guard count == entry.count, Int(count) <= trailer else {
            throw damaged("cb", UInt64(count), UInt64(entry.count))
        }
        // In ANSI files the id comes before the checksum.
        let isANSI = format == .ansi
        let storedID = format.word(extent, at: trailer + (isANSI ? 4 : 8))
        guard storedID == id.rawValue else { throw damaged("bid", storedID, id.rawValue) }
        guard checksums else { return }
        let stored = extent.loadLittleEndian(UInt32.self, at: trailer + (isANSI ? 8 : 4)) ?? 0
        let checksum = pstChecksum(UnsafeRawBufferPointer(rebasing: extent[..<Int(count)]))
        guard stored == checksum else { throw damaged("dwCRC", UInt64(stored), UInt64(checksum)) }
    }
}

/// A node ready to be stored: its data and its subnodes, as blocks of one ``BlockImages``.
public struct NodeImage: Sendable {
    public enum Data: Sendable {
        case none
        /// Consecutive blocks of the collection.
        case blocks(Range<Int>)
        /// A data tree that is already in the database.
        case stored(BlockID)
    }

    public var data: Data
    /// Bytes of the data; of stored data too.
    public var dataSize: UInt64
    /// In ascending order of the ids.
    public var subnodes: [(id: NodeID, node: NodeImage)]

    public init(data: Data = .none, dataSize: UInt64 = 0, subnodes: [(id: NodeID, node: NodeImage)] = []) {
        self.data = data
        self.dataSize = dataSize
        self.subnodes = subnodes
    }

    /// The data bytes of the node and of all subnodes below it, index blocks not counted: the size of an object
    /// as PidTagMessageSize has it.
    public var objectSize: UInt64 {
        subnodes.reduce(dataSize) { $0 + $1.node.objectSize }
    }
}

extension BlockImages {
    /// Adds `bytes` as a node's data, cut into full blocks; no bytes make no block.
    public mutating func appendData(_ bytes: UnsafeRawBufferPointer) -> NodeImage.Data {
        guard !bytes.isEmpty else { return .none }
        let first = blocks.count
        var start = 0
        while start < bytes.count {
            let end = min(start + NDBLimits.blockData, bytes.count)
            _ = append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            start = end
        }
        return .blocks(first..<blocks.count)
    }
}
