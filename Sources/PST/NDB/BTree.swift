/// A B-tree of pages, changed by path copying — [MS-PST] 2.6.1.1.
///
/// Changes stay in memory until ``write(_:)`` gives every changed page a new place, children before parents; the
/// committed pages are never overwritten. Memory is bounded by what one transaction changes: afterwards only the
/// right edge, where new ids go, is kept.
struct BTree {
    let kind: BTreeKind
    private var root: BTreePage
    private let read: (BlockReference) throws(NDBError) -> [UInt8]
    /// Pages of the committed tree that the changed one no longer has.
    private(set) var released: [BlockReference] = []

    private static let movedAtRightEdge = 2

    /// A page with fewer entries than this part of what it holds is joined with a neighbour; under an eighth is odd to checkers.
    private static let leastFill = 4

    /// Whether the tree differs from the committed one.
    var hasChanges: Bool { root.committed == nil || !released.isEmpty }

    typealias Entry = (UInt64, UInt64, UInt64, UInt64)

    /// An empty tree.
    init(kind: BTreeKind, read: @escaping (BlockReference) throws(NDBError) -> [UInt8]) {
        self.kind = kind
        self.read = read
        root = BTreePage(kind: kind, level: 0)
    }

    /// The tree whose root page is at `reference`.
    init(
        kind: BTreeKind, root reference: BlockReference, read: @escaping (BlockReference) throws(NDBError) -> [UInt8]
    ) throws(NDBError) {
        self.kind = kind
        self.read = read
        root = try BTreePage(kind: kind, bytes: read(reference), reference: reference)
    }

    private func child(_ index: Int, of page: BTreePage) throws(NDBError) -> BTreePage {
        if let child = page.children[index] { return child }
        let reference = BlockReference(bid: page.number(at: index, byte: 8), offset: page.number(at: index, byte: 16))
        let child = try BTreePage(kind: kind, bytes: read(reference), reference: reference)
        guard child.level + 1 == page.level else {
            throw .damaged(
                "BTPAGE", "cLevel", at: reference.offset, found: child.level, expected: "\(Int(page.level) - 1)")
        }
        guard child.firstKey == page.key(at: index) else {
            throw .damaged(
                "BTENTRY", "btkey", at: reference.offset, found: child.firstKey, expected: "\(page.key(at: index))")
        }
        if index + 1 < page.count, child.count > 0, child.key(at: child.count - 1) >= page.key(at: index + 1) {
            throw .damaged(
                "BTPAGE", "rgentries", at: reference.offset, found: "key \(child.key(at: child.count - 1))",
                expected: "below \(page.key(at: index + 1))")
        }
        page.children[index] = child
        return child
    }

    /// The entry with `key`, as four words; the last is 0 for entries of three.
    func entry(_ key: UInt64) throws(NDBError) -> Entry? {
        var page = root
        while !page.isLeaf {
            guard page.count > 0 else { return nil }
            page = try child(page.childPosition(of: key), of: page)
        }
        let position = page.position(of: key)
        return position < page.count && page.key(at: position) == key ? page.words(at: position) : nil
    }

    /// Inserts an entry, or replaces the one with the same key (its first word).
    mutating func set(_ entry: Entry) throws(NDBError) {
        if let sibling = try insert(entry, into: root) {
            let top = BTreePage(kind: kind, level: root.level + 1)
            guard top.level < NDBLimits.treeDepth else { throw .limit("a B-tree of more than 8 levels") }
            top.insert((root.firstKey, 0, 0, 0), child: root, at: 0)
            top.insert((sibling.firstKey, 0, 0, 0), child: sibling, at: 1)
            root = top
        }
    }

    /// - Returns: the page to the right that `page` was split into, if it was.
    private mutating func insert(_ entry: Entry, into page: BTreePage) throws(NDBError) -> BTreePage? {
        touch(page)
        if page.isLeaf {
            let position = page.position(of: entry.0)
            if position < page.count, page.key(at: position) == entry.0 {
                page.overwrite(entry, at: position)
                return nil
            }
            return place(entry, child: nil, at: position, in: page)
        }
        let index = page.childPosition(of: entry.0)
        let below = try child(index, of: page)
        let sibling = try insert(entry, into: below)
        // The key of a parent entry equals the first key of its child, exactly.
        page.setNumber(below.firstKey, at: index, byte: 0)
        guard let sibling else { return nil }
        return place((sibling.firstKey, 0, 0, 0), child: sibling, at: index + 1, in: page)
    }

    private func place(_ entry: Entry, child: BTreePage?, at position: Int, in page: BTreePage) -> BTreePage? {
        if page.count < page.capacity {
            page.insert(entry, child: child, at: position)
            return nil
        }
        let sibling = BTreePage(kind: kind, level: page.level)
        if position == page.count {
            // Ids only grow, so a page at the right edge is left nearly full; the new one starts with a few entries,
            // for a page with one or two is an oddity to checkers.
            page.move(from: page.count - Self.movedAtRightEdge, to: sibling)
            sibling.insert(entry, child: child, at: sibling.count)
        } else {
            let half = (page.count + 1) / 2
            page.move(from: half, to: sibling)
            if position <= half {
                page.insert(entry, child: child, at: position)
            } else {
                sibling.insert(entry, child: child, at: position - half)
            }
        }
        return sibling
    }

    private mutating func touch(_ page: BTreePage) {
        page.isChanged = true
        if let place = page.committed {
            released.append(place)
            page.committed = nil
        }
    }

    /// Removes the entry with `key`, if there is one.
    mutating func remove(_ key: UInt64) throws(NDBError) {
        guard try entry(key) != nil else { return }
        try remove(key, from: root)
        while !root.isLeaf, root.count == 1 {
            touch(root)
            root = try child(0, of: root)
        }
        if root.count == 0 { root = BTreePage(kind: kind, level: 0) }
    }

    private mutating func remove(_ key: UInt64, from page: BTreePage) throws(NDBError) {
        touch(page)
        if page.isLeaf {
            page.remove(at: page.position(of: key))
            return
        }
        let index = page.childPosition(of: key)
        let below = try child(index, of: page)
        try remove(key, from: below)
        if below.count == 0 {
            page.remove(at: index)
            return
        }
        page.setNumber(below.firstKey, at: index, byte: 0)
        if below.count * Self.leastFill < below.capacity, page.count > 1 {
            try fill(index > 0 ? index - 1 : 0, in: page)
        }
    }

    /// Joins the children at `index` and behind it, or makes them equally full where they would fill a page.
    private mutating func fill(_ index: Int, in page: BTreePage) throws(NDBError) {
        let left = try child(index, of: page)
        let right = try child(index + 1, of: page)
        touch(left)
        touch(right)
        let total = left.count + right.count
        if total * 4 <= left.capacity * 3 {
            right.move(from: 0, to: left)
            page.remove(at: index + 1)
        } else {
            left.balance(with: right)
            page.setNumber(right.firstKey, at: index + 1, byte: 0)
        }
        page.setNumber(left.firstKey, at: index, byte: 0)
    }

    /// Calls `body` with every entry in the order of the keys.
    func forEachEntry(_ body: (Entry) throws(NDBError) -> Void) throws(NDBError) {
        try visit(root, body)
    }

    /// Calls `body` with every page, and whether it is the root.
    func forEachPage(_ body: (BTreePage, Bool) -> Void) throws(NDBError) {
        try visitPages(root, isRoot: true, body)
    }

    private func visitPages(_ page: BTreePage, isRoot: Bool, _ body: (BTreePage, Bool) -> Void) throws(NDBError) {
        body(page, isRoot)
        for index in page.children.indices { try visitPages(child(index, of: page), isRoot: false, body) }
    }

    private func visit(_ page: BTreePage, _ body: (Entry) throws(NDBError) -> Void) throws(NDBError) {
        for index in 0..<page.count {
            if page.isLeaf {
                try body(page.words(at: index))
            } else {
                let wasResident = page.children[index] != nil
                try visit(child(index, of: page), body)
                if !wasResident { page.children[index] = nil }
            }
        }
    }

    /// Gives every changed page a place with `writePage` and returns the root's.
    mutating func write(
        _ writePage: (inout [UInt8], PageType) throws(NDBError) -> BlockReference
    ) throws(NDBError) -> BlockReference {
        try write(root, isRightEdge: true, writePage)
    }

    private func write(
        _ page: BTreePage, isRightEdge: Bool, _ writePage: (inout [UInt8], PageType) throws(NDBError) -> BlockReference
    ) throws(NDBError) -> BlockReference {
        for index in page.children.indices {
            let isLast = index == page.children.count - 1
            if let below = page.children[index], below.isChanged {
                let place = try write(below, isRightEdge: isRightEdge && isLast, writePage)
                page.setNumber(place.bid, at: index, byte: 8)
                page.setNumber(place.offset, at: index, byte: 16)
            }
            if !(isRightEdge && isLast) { page.children[index] = nil }
        }
        if let place = page.committed { return place }
        var bytes = page.pageBytes
        let place = try writePage(&bytes, kind.pageType)
        page.committed = place
        page.isChanged = false
        return place
    }

    /// Forgets what was released; its space has been given back.
    mutating func takeReleased() -> [BlockReference] {
        defer { released = [] }
        return released
    }
}
