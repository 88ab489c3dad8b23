/// Which pages of a heap have room for more items, as far as is known. Fill levels do not tell: pages before the last
/// one count as full in them.
struct HeapRoom {
    private enum Knowledge {
        case unknown
        /// Not worth changing for a new item.
        case little
        /// Its position in a bin.
        case some(bin: Int, position: Int)
    }

    private var pages: [Knowledge] = []
    /// Pages by their free bytes, in steps of `step`.
    private var bins: [[Int]] = []
    private var unknownPages: Int
    /// Where the search for pages of unknown room goes on.
    private var cursor = 0

    private static let step = HeapLimits.worthwhileRoom

    /// Nothing is known of `count` pages.
    init(unknownPages count: Int = 0) {
        pages = Array(repeating: .unknown, count: count)
        unknownPages = count
        // A run that adds little looks at few pages: not always at the same.
        cursor = count / 2
    }

    /// Forgets the pages from `count` on.
    mutating func truncate(to count: Int) {
        for index in pages.indices.dropFirst(count) { remove(index) }
        pages.removeLast(max(0, pages.count - count))
    }

    private mutating func remove(_ index: Int) {
        if case .unknown = pages[index] { unknownPages -= 1 }
        defer { pages[index] = .little }
        guard case .some(let bin, let position) = pages[index] else { return }
        let last = bins[bin].removeLast()
        guard last != index else { return }
        bins[bin][position] = last
        pages[last] = .some(bin: bin, position: position)
    }

    /// Page `index` has `free` bytes.
    mutating func note(_ index: Int, free: Int) {
        while pages.count <= index { pages.append(.little) }
        let bin = free / Self.step - 1
        if case .some(let old, _) = pages[index], old == bin { return }
        remove(index)
        guard bin >= 0 else { return }
        while bins.count <= bin { bins.append([]) }
        pages[index] = .some(bin: bin, position: bins[bin].count)
        bins[bin].append(index)
    }

    /// The page with the most room, if that is for an item of `count` bytes: so few pages are changed by many items.
    func page(withRoomFor count: Int) -> Int? {
        // The item may begin at an odd offset and takes two bytes of the page map.
        let needed = count + 3
        for bin in bins.indices.reversed() {
            guard (bin + 1) * Self.step >= needed else { return nil }
            if let index = bins[bin].last { return index }
        }
        return nil
    }

    /// The next page of which nothing is known; nil when there is none.
    mutating func nextUnknown() -> Int? {
        guard unknownPages > 0 else { return nil }
        for offset in pages.indices {
            let index = (cursor + offset) % pages.count
            if case .unknown = pages[index] {
                cursor = index + 1
                return index
            }
        }
        return nil
    }
}
