import BinaryIO

/// The end of a transaction — [MS-PST] 2.6.1.3.
extension NodeDatabase {
    /// Makes everything since the last commit the state of the file. Writes nothing if nothing was changed.
    ///
    /// In this order, each step durable before the next:
    /// 1. everything that needs new space: blocks and pages, in space that the committed state does not use, and the
    ///    allocation pages of new sections. The header still says that all is well, and a full disk shows here;
    /// 2. the header marked "maps invalid" (fAMapValid 0). From here on only places are written that were written before;
    /// 3. the maps and the DList;
    /// 4. the header with the new roots.
    ///
    /// A crash before the last step leaves the old state, perhaps with maps to be made anew, after it the new one.
    /// - Throws: ``NDBError``; ``rollback()`` is then due.
    public func commit() throws(NDBError) {
        try changing { () throws(NDBError) in
            guard hasChanges else { return }
            var next = try writeTrees()
            let firstNew = FileGeometry.sectionCount(ofFile: committed.root.fileSize)
            let maps = allocator.changedMaps
            try buffer.flush(to: storage)
            if try storage.byteCount() < next.root.fileSize { try storage.setByteCount(next.root.fileSize) }
            for (section, map) in maps where section >= firstNew { try write(map, section: section) }
            let list = allocator.densityList.pageBytes(pageID: next.nextPageID)
            if firstNew == 0 { try storage.put(list, at: FileGeometry.densityList) }
            try storage.makeDurable()

            if firstNew > 0 {
                try mark()
                for (section, map) in maps where section < firstNew { try write(map, section: section) }
                try storage.put(list, at: FileGeometry.densityList)
                try storage.makeDurable()
            }

            next.unique &+= 1
            try write(next)
            try storage.makeDurable()
            isMarked = false
            committed = next
            header = next
            allocator.didCommit()
            firstBlockOfTransaction = next.nextBlockID
            uncommittedBytes = 0
        }
    }

    /// Whether a commit would have anything to write.
    var hasChanges: Bool { nodes.hasChanges || blocks.hasChanges || allocator.hasChanges }

    /// Gives the changed pages of both trees their places, and everything that is no longer used back.
    /// - Returns: the header of the new state, but for dwUnique.
    private func writeTrees() throws(NDBError) -> Header {
        let nodeTree = try nodes.write(writePage)
        let blockTree = try blocks.write(writePage)
        for page in nodes.takeReleased() + blocks.takeReleased() {
            allocator.free(offset: page.offset, bytes: NDBLimits.pageSize)
        }
        try allocator.applyPendingFrees(load: loadMap)
        var next = header
        next.root.nodeTree = nodeTree
        next.root.blockTree = blockTree
        next.root.fileSize = FileGeometry.fileSize(sections: allocator.sectionCount)
        next.root.lastAllocationMap = FileGeometry.offset(ofSection: allocator.sectionCount - 1)
        next.root.freeBytes = allocator.freeBytes
        next.root.mapsAreValid = true
        return next
    }

    /// Writes the committed header, durably, as it must stand while maps are changed: fAMapValid 0, else as it was.
    /// What the running transaction has counted up stays out of it.
    func mark() throws(NDBError) {
        var marked = committed
        marked.root.mapsAreValid = false
        isMarked = true
        try write(marked)
        try storage.makeDurable()
    }

    func write(_ header: Header) throws(NDBError) {
        try storage.put(header.bytes, at: 0)
    }

    private func write(_ map: AllocationMap, section: Int) throws(NDBError) {
        try storage.put(SectionHead.bytes(map, section: section), at: FileGeometry.offset(ofSection: section))
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

    /// Takes everything back since the last commit: the file is as that left it, and this object of no more use. To be
    /// called after an error, and to drop changes.
    /// - Throws: ``NDBError`` where the storage fails again; then the next ``open(_:knownGeneration:)`` does it.
    public func rollback() throws(NDBError) {
        guard !isRolledBack else { return }
        if failure == nil { failure = .rolledBack }
        if isMarked {
            // The header may be the old one, the marked one, or already the new one. Marked first, so that at no time
            // one is on the disk that calls maps valid which are not its own.
            try mark()
            try rebuildMaps()
        } else if try storage.byteCount() > committed.root.fileSize {
            try storage.setByteCount(committed.root.fileSize)
        }
        isRolledBack = true
    }
}
