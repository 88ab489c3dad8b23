import BinaryIO

/// Blocks.
extension NodeDatabase {
    /// Writes a data block of 1 to 8,176 bytes; its one reference is the caller's to use.
    public func writeBlock(_ data: UnsafeRawBufferPointer) throws(NDBError) -> BlockID {
        try writeBlock(data, isInternal: false)
    }

    func writeInternalBlock(_ data: [UInt8]) throws(NDBError) -> BlockID {
        try data.withBytes { (data) throws(NDBError) in try writeBlock(data, isInternal: true) }
    }

    private func writeBlock(_ data: UnsafeRawBufferPointer, isInternal: Bool) throws(NDBError) -> BlockID {
        let encoding = isInternal ? .none : header.encoding
        return try place(count: data.count, isInternal: isInternal) { extent, id in
            extent.copyMemory(from: data)
            UnsafeMutableRawBufferPointer(rebasing: extent[data.count...]).initializeMemory(
                as: UInt8.self, repeating: 0)
            BlockTrailer.seal(extent, count: data.count, encoding: encoding, bid: id.rawValue)
        }
    }

    /// Finds room for a block of `count` bytes of data, lets `fill` set its extent but for wSig and bid, enters it.
    private func place(
        count: Int, isInternal: Bool, fill: (UnsafeMutableRawBufferPointer, BlockID) -> Void
    ) throws(NDBError) -> BlockID {
        try changing { () throws(NDBError) in
            guard count > 0, count <= NDBLimits.blockData else { throw .limit("a block of \(count) bytes") }
            let size = BlockImages.extent(ofData: count)
            let offset = try allocator.allocate(bytes: size, forPage: false, load: loadMap)
            let id = BlockID(rawValue: header.nextBlockID | (isInternal ? 2 : 0))
            header.nextBlockID += 4
            uncommittedBytes += UInt64(size)
            try buffer.write(count: size, at: offset, to: storage) { extent in
                fill(extent, id)
                BlockTrailer.place(extent, bid: id.rawValue, offset: offset)
            }
            // A new block has its own reference and the one of whoever wrote it.
            try blocks.set(BlockEntry(offset: offset, count: UInt16(count), references: 2).words(id))
            return id
        }
    }

    /// Writes the index over a node's data blocks, which are full but for the last.
    func writeDataTree(over children: [BlockID], size: UInt64) throws(NDBError) -> BlockID {
        guard let first = children.first else { return .none }
        guard children.count > 1 else { return first }
        guard size <= NDBLimits.nodeData else { throw .limit("more than 4 GiB of data in one node") }
        let span = NDBLimits.dataTreeEntries
        var indexes: [BlockID] = []
        var remaining = size
        for start in stride(from: 0, to: children.count, by: span) {
            let part = Array(children[start..<min(start + span, children.count)])
            let isLast = start + span >= children.count
            let total = isLast ? remaining : UInt64(span * NDBLimits.blockData)
            remaining -= total
            let block = DataTreeBlock(level: 1, total: UInt32(total), children: part)
            indexes.append(try writeInternalBlock(block.bytes))
        }
        guard indexes.count > 1 else { return indexes[0] }
        guard indexes.count <= span else { throw .limit("more than 4 GiB of data in one node") }
        return try writeInternalBlock(DataTreeBlock(level: 2, total: UInt32(size), children: indexes).bytes)
    }

    /// Writes the blocks of a subnode tree over `entries`, which are in ascending order.
    public func writeSubnodes(_ entries: [SubnodeEntry]) throws(NDBError) -> BlockID {
        guard !entries.isEmpty else { return .none }
        var leaves: [(first: NodeID, block: BlockID)] = []
        for start in stride(from: 0, to: entries.count, by: NDBLimits.subnodeLeafEntries) {
            let part = Array(entries[start..<min(start + NDBLimits.subnodeLeafEntries, entries.count)])
            leaves.append((part[0].id, try writeInternalBlock(SubnodeBlock.leaf(part).bytes)))
        }
        guard leaves.count > 1 else { return leaves[0].block }
        guard leaves.count <= NDBLimits.subnodeIndexEntries else {
            throw .limit(
                "more than \(NDBLimits.subnodeIndexEntries * NDBLimits.subnodeLeafEntries) subnodes in one node")
        }
        return try writeInternalBlock(SubnodeBlock.index(leaves).bytes)
    }

    /// Writes a prepared node: its data and all its subnodes.
    /// - Returns: the top blocks, and those of the subnodes one level down.
    public func write(
        _ image: NodeImage, of images: BlockImages
    ) throws(NDBError) -> (data: BlockID, subnodes: BlockID, entries: [SubnodeEntry]) {
        let data: BlockID
        switch image.data {
        case .none: data = .none
        case .stored(let id): data = id
        case .blocks(let range):
            var ids: [BlockID] = []
            ids.reserveCapacity(range.count)
            for number in range { ids.append(try writeBlock(number, of: images)) }
            data = try writeDataTree(over: ids, size: image.dataSize)
        }
        var entries: [SubnodeEntry] = []
        entries.reserveCapacity(image.subnodes.count)
        for (id, subnode) in image.subnodes {
            let written = try write(subnode, of: images)
            entries.append(SubnodeEntry(id: id, data: written.data, subnodes: written.subnodes))
            header.cover(id)
        }
        return (data, try writeSubnodes(entries), entries)
    }

    private func writeBlock(_ number: Int, of images: BlockImages) throws(NDBError) -> BlockID {
        let block = images.blocks[number]
        let size = BlockImages.extent(ofData: block.count)
        return try place(count: block.count, isInternal: false) { extent, id in
            images.arena.withUnsafeBytes { arena in
                extent.copyMemory(from: UnsafeRawBufferPointer(rebasing: arena[block.start..<block.start + size]))
            }
            if images.encoding.needsBlockID {
                BlockTrailer.seal(extent, count: block.count, encoding: images.encoding, bid: id.rawValue)
            }
        }
    }

    /// Adds a reference to a block: another node shares it. See ``share(_:)`` for blocks that very many share.
    public func retain(_ id: BlockID) throws(NDBError) {
        guard !id.isNone else { return }
        try changing { () throws(NDBError) in
            guard let words = try blocks.entry(id.rawValue) else {
                throw .damaged("BBTENTRY", "bid", at: nil, found: "no entry", expected: "block \(id)")
            }
            var entry = BlockEntry(words)
            guard entry.references < UInt16.max else { throw .limit("more than 65,535 references to block \(id)") }
            entry.references += 1
            try blocks.set(entry.words(id))
        }
    }

    /// Takes back a reference to a block; without any, it and what it alone refers to are freed.
    public func release(_ id: BlockID) throws(NDBError) {
        try changing { () throws(NDBError) in try release(id, depth: 0) }
    }

    private func release(_ id: BlockID, depth: Int) throws(NDBError) {
        guard !id.isNone else { return }
        guard depth < NDBLimits.subnodeDepth else { throw .limit("subnodes nested too deeply below block \(id)") }
        guard let words = try blocks.entry(id.rawValue) else {
            throw .damaged("BBTENTRY", "bid", at: nil, found: "no entry", expected: "block \(id)")
        }
        var entry = BlockEntry(words)
        guard entry.references <= 2 else {
            entry.references -= 1
            return try blocks.set(entry.words(id))
        }
        if id.isInternal {
            for child in try children(of: id, readBlock(id)) { try release(child, depth: depth + 1) }
        }
        try remove(id, entry)
    }

    /// Takes back the only reference to an index block whose children have found another parent.
    func releaseAlone(_ id: BlockID) throws(NDBError) {
        try changing { () throws(NDBError) in
            guard let words = try blocks.entry(id.rawValue) else {
                throw .damaged("BBTENTRY", "bid", at: nil, found: "no entry", expected: "block \(id)")
            }
            let entry = BlockEntry(words)
            // Others would lose what is below.
            guard entry.references <= 2 else {
                throw .damaged(
                    "BBTENTRY", "cRef", at: entry.offset, found: entry.references, expected: "2 for index block \(id)")
            }
            try remove(id, entry)
        }
    }

    private func remove(_ id: BlockID, _ entry: BlockEntry) throws(NDBError) {
        try blocks.remove(id.rawValue)
        let size = BlockImages.extent(ofData: Int(entry.count))
        if id.rawValue >= firstBlockOfTransaction {
            try allocator.freeUncommitted(offset: entry.offset, bytes: size, load: loadMap)
        } else {
            allocator.free(offset: entry.offset, bytes: size)
        }
    }
}

/// Reading.
extension NodeDatabase {
    /// The decoded data of a block.
    /// - Throws: ``NDBError`` naming the field of BLOCKTRAILER or BBTENTRY that is wrong.
    public func readBlock(_ id: BlockID) throws(NDBError) -> [UInt8] {
        guard let words = try blocks.entry(id.rawValue) else {
            throw .damaged("BBTENTRY", "bid", at: nil, found: "no entry", expected: "block \(id)")
        }
        let entry = BlockEntry(words)
        let count = Int(entry.count)
        guard count > 0, count <= NDBLimits.blockData, entry.offset >= FileGeometry.firstSection else {
            throw .damaged("BBTENTRY", "cb", at: entry.offset, found: count, expected: "1 to \(NDBLimits.blockData)")
        }
        try buffer.flushForReading(section: FileGeometry.section(at: entry.offset), from: storage)
        var bytes = [UInt8](repeating: 0, count: BlockImages.extent(ofData: count))
        try bytes.withMutableBytes { (bytes) throws(NDBError) in
            try storing { () throws(StorageError) in try storage.read(into: bytes, at: entry.offset) }
        }
        try BlockTrailer.verify(bytes, of: entry, id: id, format: .unicode)
        bytes.removeLast(bytes.count - count)
        if !id.isInternal {
            bytes.withUnsafeMutableBytes { header.encoding.decode($0, bid: id.rawValue) }
        }
        return bytes
    }

    /// The ids of the data blocks below `top`, in order.
    public func dataBlocks(of top: BlockID) throws(NDBError) -> [BlockID] {
        guard !top.isNone else { return [] }
        guard top.isInternal else { return [top] }
        let block = try DataTreeBlock(bytes: readBlock(top), id: top)
        guard block.level == 2 else { return block.children }
        var result: [BlockID] = []
        for child in block.children {
            let below = try DataTreeBlock(bytes: readBlock(child), id: child)
            guard below.level == 1 else {
                throw .damaged("XBLOCK", "cLevel", at: nil, found: below.level, expected: "1 below an XXBLOCK")
            }
            result += below.children
        }
        return result
    }

    /// All data below `top`, at most `limit` bytes.
    public func data(of top: BlockID, limit: Int = 1 << 30) throws(NDBError) -> [UInt8] {
        var result: [UInt8] = []
        for block in try dataBlocks(of: top) {
            result += try readBlock(block)
            guard result.count <= limit else { throw .limit("more than \(limit) bytes below block \(top)") }
        }
        return result
    }

    /// The subnodes below `top`, in ascending order of their ids.
    public func subnodes(of top: BlockID) throws(NDBError) -> [SubnodeEntry] {
        guard !top.isNone else { return [] }
        switch try SubnodeBlock(bytes: readBlock(top), id: top) {
        case .leaf(let entries): return entries
        case .index(let entries):
            var result: [SubnodeEntry] = []
            for entry in entries {
                guard case .leaf(let below) = try SubnodeBlock(bytes: readBlock(entry.block), id: entry.block) else {
                    throw .damaged("SIBLOCK", "cLevel", at: nil, found: "an SIBLOCK", expected: "an SLBLOCK")
                }
                result += below
            }
            return result
        }
    }
}
