import BinaryIO

/// The node and block B-trees of the committed state, walked in the file page by page: no page is kept, so that
/// memory does not grow with the file.
struct CommittedTrees {
    let storage: any Storage
    let root: Root

    /// Calls `body` with the place of everything the trees use: their own pages and every block.
    /// - Throws: ``NDBError`` naming what is damaged; what `body` throws.
    func forEachExtent(
        _ body: (_ offset: UInt64, _ bytes: Int) throws(NDBError) -> Void
    ) throws(NDBError) {
        var pagesLeft = root.fileSize / UInt64(NDBLimits.pageSize)
        for kind in [BTreeKind.nodes, .blocks] {
            try visit(kind, kind == .nodes ? root.nodeTree : root.blockTree, level: nil, &pagesLeft, body)
        }
    }

    private func visit(
        _ kind: BTreeKind, _ reference: BlockReference, level: UInt8?, _ pagesLeft: inout UInt64,
        _ body: (UInt64, Int) throws(NDBError) -> Void
    ) throws(NDBError) {
        guard pagesLeft > 0 else {
            throw .damaged("BTENTRY", "BREF", at: reference.offset, found: "a page again", expected: "every page once")
        }
        pagesLeft -= 1
        try body(reference.offset, NDBLimits.pageSize)
        // The leaves of the node B-tree say nothing about places.
        if kind == .nodes, level == 0 { return }
        let page = try page(kind, reference, level: level)
        for index in 0..<page.count {
            if !page.isLeaf {
                try visit(kind, page.child(at: index), level: page.level - 1, &pagesLeft, body)
            } else if kind == .blocks {
                let block = page.block(at: index)
                try body(block.offset, BlockImages.extent(ofData: Int(block.count)))
            }
        }
    }

    private func page(
        _ kind: BTreeKind, _ reference: BlockReference, level: UInt8?
    ) throws(NDBError) -> TreePage {
        let (end, overflow) = reference.offset.addingReportingOverflow(UInt64(NDBLimits.pageSize))
        guard reference.offset >= FileGeometry.firstSection, !overflow, end <= root.fileSize else {
            throw .damaged(
                "BTENTRY", "BREF", at: reference.offset, found: "a page there", expected: "a place inside the file")
        }
        let bytes = try storage.bytes(NDBLimits.pageSize, at: reference.offset)
        try Page.verify(bytes, type: kind.pageType, reference: reference)
        let page = try TreePage(kind: kind, bytes: bytes, offset: reference.offset, format: .unicode)
        guard level == nil || page.level == level else {
            throw .damaged("BTPAGE", "cLevel", at: reference.offset, found: page.level, expected: "\(level ?? 0)")
        }
        return page
    }

    /// The highest id of any block; 0 where there is none.
    func highestBlockID() throws(NDBError) -> UInt64 {
        var reference = root.blockTree
        var level: UInt8?
        // Levels fall by one with every step, which bounds the loop.
        while true {
            let page = try page(.blocks, reference, level: level)
            guard page.count > 0 else { return 0 }
            if page.isLeaf { return page.key(at: page.count - 1) }
            reference = page.child(at: page.count - 1)
            level = page.level - 1
        }
    }
}
