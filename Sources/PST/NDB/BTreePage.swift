import BinaryIO

/// Which of the two B-trees of a PST — [MS-PST] 2.2.2.7.7.
enum BTreeKind {
    case nodes
    case blocks

    var pageType: PageType { self == .nodes ? .nodeTree : .blockTree }
    /// Bytes of a leaf entry: NBTENTRY or BBTENTRY.
    var leafEntrySize: Int { self == .nodes ? 32 : 24 }
    /// cEntMax of a leaf.
    var leafCapacity: Int { self == .nodes ? 15 : 20 }

    /// BTENTRY.
    static let indexEntrySize = 24
    static let indexCapacity = 20
}

/// BTPAGE, [MS-PST] 2.2.2.7.7.1, in memory. Every entry begins with an eight-byte key.
final class BTreePage {
    let kind: BTreeKind
    let level: UInt8
    private(set) var count: Int
    /// The entries as stored, 488 bytes.
    private var entries: [UInt8]
    /// The pages below, where they are in memory; empty in a leaf.
    var children: [BTreePage?]
    /// Where the committed page lies; nil for a page that has none.
    var committed: BlockReference?
    var isChanged: Bool

    private static let entryBytes = 488

    /// An empty page that is not yet in the file.
    init(kind: BTreeKind, level: UInt8) {
        self.kind = kind
        self.level = level
        count = 0
        entries = Array(repeating: 0, count: Self.entryBytes)
        children = []
        committed = nil
        isChanged = true
    }

    /// From the bytes of a verified page.
    init(kind: BTreeKind, bytes: [UInt8], reference: BlockReference) throws(NDBError) {
        let page = try TreePage(kind: kind, bytes: bytes, offset: reference.offset, format: .unicode)
        self.kind = kind
        level = page.level
        count = page.count
        entries = Array(bytes[..<Self.entryBytes])
        committed = reference
        isChanged = false
        children = []
        guard page.entrySize == entrySize, count <= capacity else {
            throw .damaged(
                "BTPAGE", "cEnt", at: reference.offset, found: "\(count) entries of \(page.entrySize)",
                expected: "at most \(capacity) of \(entrySize)")
        }
        if level > 0 { children = Array(repeating: nil, count: count) }
    }

    var isLeaf: Bool { level == 0 }
    var entrySize: Int { isLeaf ? kind.leafEntrySize : BTreeKind.indexEntrySize }
    var capacity: Int { isLeaf ? kind.leafCapacity : BTreeKind.indexCapacity }
    var firstKey: UInt64 { count > 0 ? key(at: 0) : 0 }

    func key(at index: Int) -> UInt64 {
        entries.loadLittleEndian(UInt64.self, at: index * entrySize) ?? 0
    }

    /// The number of keys below `key`: where an entry with it is, or belongs.
    func position(of key: UInt64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self.key(at: middle) < key {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// In an index page: the child whose range holds `key`.
    func childPosition(of key: UInt64) -> Int {
        let position = position(of: key)
        return position < count && self.key(at: position) == key ? position : max(0, position - 1)
    }

    func number(at index: Int, byte: Int) -> UInt64 {
        entries.loadLittleEndian(UInt64.self, at: index * entrySize + byte) ?? 0
    }

    func setNumber(_ value: UInt64, at index: Int, byte: Int) {
        entries.store(littleEndian: value, at: index * entrySize + byte)
    }

    /// Puts an entry of up to four words at `index`; there is room.
    func insert(_ words: (UInt64, UInt64, UInt64, UInt64), child: BTreePage?, at index: Int) {
        let size = entrySize
        entries.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            let place = base + index * size
            place.advanced(by: size).copyMemory(from: place, byteCount: (count - index) * size)
        }
        count += 1
        overwrite(words, at: index)
        if !isLeaf { children.insert(child, at: index) }
    }

    func overwrite(_ words: (UInt64, UInt64, UInt64, UInt64), at index: Int) {
        let start = index * entrySize
        entries.store(littleEndian: words.0, at: start)
        entries.store(littleEndian: words.1, at: start + 8)
        entries.store(littleEndian: words.2, at: start + 16)
        if entrySize == 32 { entries.store(littleEndian: words.3, at: start + 24) }
    }

    func words(at index: Int) -> (UInt64, UInt64, UInt64, UInt64) {
        (
            number(at: index, byte: 0), number(at: index, byte: 8), number(at: index, byte: 16),
            entrySize == 32 ? number(at: index, byte: 24) : 0
        )
    }

    func remove(at index: Int) {
        let size = entrySize
        entries.withUnsafeMutableBytes { bytes in
            guard let base = bytes.baseAddress else { return }
            let place = base + index * size
            place.copyMemory(from: place + size, byteCount: (count - index - 1) * size)
            (base + (count - 1) * size).initializeMemory(as: UInt8.self, repeating: 0, count: size)
        }
        count -= 1
        if !isLeaf { children.remove(at: index) }
    }

    /// Moves the entries from `index` on to the end of `other`.
    func move(from index: Int, to other: BTreePage) {
        for position in index..<count {
            other.insert(words(at: position), child: isLeaf ? nil : children[position], at: other.count)
        }
        while count > index { remove(at: count - 1) }
    }

    /// Makes this page and `right`, its neighbour, equally full.
    func balance(with right: BTreePage) {
        let half = (count + right.count) / 2
        while count < half {
            insert(right.words(at: 0), child: right.isLeaf ? nil : right.children[0], at: count)
            right.remove(at: 0)
        }
        while count > half {
            let last = count - 1
            right.insert(words(at: last), child: isLeaf ? nil : children[last], at: 0)
            remove(at: last)
        }
    }

    /// The page of 512 bytes, not yet sealed.
    var pageBytes: [UInt8] {
        var bytes = entries
        bytes.append(UInt8(count))
        bytes.append(UInt8(capacity))
        bytes.append(UInt8(entrySize))
        bytes.append(level)
        bytes.append(contentsOf: repeatElement(0, count: NDBLimits.pageSize - bytes.count))
        return bytes
    }
}
