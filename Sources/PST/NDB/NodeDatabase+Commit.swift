import BinaryIO

/// The end of a transaction — [MS-PST] 2.6.1.3.
extension NodeDatabase {
    /// Makes everything since the last commit the state of the file.
    ///
    /// Order, because each step relies on the one before being durable: new blocks and pages into free space and
    /// the header marked "maps invalid"; the maps; the header. A crash before the last step leaves the old state
    /// with maps to be rebuilt, after it the new one.
    public func commit() throws(NDBError) {
        try changing { () throws(NDBError) in
            let isFirst = header.root.fileSize == 0
            let committed = header
            var next = header
            next.root.nodeTree = try nodes.write(writePage)
            next.root.blockTree = try blocks.write(writePage)
            next.nextPageID = header.nextPageID
            for page in nodes.takeReleased() + blocks.takeReleased() {
                allocator.free(offset: page.offset, bytes: NDBLimits.pageSize)
            }
            try allocator.applyPendingFrees(load: loadMap)
            try buffer.flush(to: storage)
            if !isFirst { try writeHeader(marking(committed)) }
            try sync()

            for (section, map) in allocator.takeChangedMaps() { try writeMap(map, section: section) }
            next.root.fileSize = FileGeometry.fileSize(sections: allocator.sectionCount)
            next.root.lastAllocationMap = FileGeometry.offset(ofSection: allocator.sectionCount - 1)
            next.root.freeBytes = allocator.freeBytes
            next.root.mapsAreValid = true
            try writeDensityList(pageID: next.nextPageID)
            try storing { () throws(StorageError) in
                if try storage.size() != next.root.fileSize { try storage.resize(to: next.root.fileSize) }
            }
            try sync()

            next.unique &+= 1
            try writeHeader(next)
            try sync()
            header = next
            firstBlockOfTransaction = next.nextBlockID
            uncommittedBytes = 0
        }
    }

    /// The committed header as it must stand while the maps are changed: fAMapValid 0, else as it was read. What the
    /// running transaction has counted up stays out of it.
    private func marking(_ header: Header) -> Header {
        var marked = header
        marked.root.mapsAreValid = false
        return marked
    }

    private func sync() throws(NDBError) {
        try storing { () throws(StorageError) in try storage.sync() }
    }

    private func writeHeader(_ header: Header) throws(NDBError) {
        try header.bytes.withBytes { (bytes) throws(NDBError) in
            try storing { () throws(StorageError) in try storage.write(bytes, at: 0) }
        }
    }

    private func writePage(_ bytes: inout [UInt8], _ type: PageType) throws(NDBError) -> BlockReference {
        let offset = try allocator.allocate(bytes: NDBLimits.pageSize, forPage: true, load: loadMap)
        let reference = BlockReference(bid: header.nextPageID, offset: offset)
        header.nextPageID += 1
        Page.seal(&bytes, type: type, reference: reference)
        let page = bytes
        try buffer.write(count: NDBLimits.pageSize, at: offset, to: storage) { extent in
            page.withUnsafeBytes { extent.copyMemory(from: $0) }
        }
        return reference
    }

    /// Writes a section's AMap, and the pages that follow it: PMap, FMap and FPMap are kept for old readers only and
    /// hold nothing but ones ("unknown"), as Outlook since 2007 SP2 writes them.
    private func writeMap(_ map: AllocationMap, section: Int) throws(NDBError) {
        var bytes: [UInt8] = []
        let base = FileGeometry.offset(ofSection: section)
        for (index, type) in FileGeometry.headPages(ofSection: section).enumerated() {
            let offset = base + UInt64(index * NDBLimits.pageSize)
            var page =
                type == .allocationMap
                ? map.pageBytes
                : [UInt8](repeating: 0xFF, count: NDBLimits.pageData)
                    + [UInt8](repeating: 0, count: NDBLimits.pageSize - NDBLimits.pageData)
            Page.seal(&page, type: type, reference: BlockReference(bid: offset, offset: offset))
            bytes += page
        }
        try bytes.withBytes { (bytes) throws(NDBError) in
            try storing { () throws(StorageError) in try storage.write(bytes, at: base) }
        }
    }

    /// DList, [MS-PST] 2.2.2.7.4: only an optimisation, so it is there and empty. Its id is that of the next page,
    /// which it does not use up.
    private func writeDensityList(pageID: UInt64) throws(NDBError) {
        var page = [UInt8](repeating: 0, count: NDBLimits.pageSize)
        Page.seal(
            &page, type: .densityList, reference: BlockReference(bid: pageID, offset: FileGeometry.densityList))
        try page.withBytes { (bytes) throws(NDBError) in
            try storing { () throws(StorageError) in try storage.write(bytes, at: FileGeometry.densityList) }
        }
    }
}
