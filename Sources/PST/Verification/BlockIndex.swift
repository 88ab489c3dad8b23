/// The block B-tree as compact arrays in ascending order of the BIDs: 25 bytes a block.
final class BlockIndex {
    struct State: OptionSet {
        let rawValue: UInt8
        /// Its trailer and checksum have been looked at.
        static let checked = State(rawValue: 1)
        /// Its bytes cannot be used.
        static let unusable = State(rawValue: 2)
        /// Its references to other blocks have been counted.
        static let expanded = State(rawValue: 4)
    }

    private(set) var ids: [UInt64] = []
    private(set) var offsets: [UInt64] = []
    /// cb: bytes as stored.
    private(set) var sizes: [UInt16] = []
    /// cRef as stored.
    private(set) var references: [UInt16] = []
    /// Bytes once inflated; only in files with 4K pages.
    private(set) var inflated: [UInt16] = []
    /// References that were seen, at most 65,535.
    private(set) var seen: [UInt16] = []
    var states: [State] = []
    private var hint = 0

    var count: Int { ids.count }

    func append(id: UInt64, offset: UInt64, size: UInt16, references: UInt16, inflated: UInt16?) {
        ids.append(id & ~1)
        offsets.append(offset)
        sizes.append(size)
        self.references.append(references)
        if let inflated { self.inflated.append(inflated) }
    }

    /// Call once when all entries are there; entries out of order (which a rule has reported) are sorted in.
    func seal() {
        if zip(ids, ids.dropFirst()).contains(where: { $0 >= $1 }) {
            var order = ids.indices.sorted { ids[$0] < ids[$1] }
            var last: UInt64?
            order.removeAll { index in
                defer { last = ids[index] }
                return ids[index] == last
            }
            ids = order.map { ids[$0] }
            offsets = order.map { offsets[$0] }
            sizes = order.map { sizes[$0] }
            references = order.map { references[$0] }
            if !inflated.isEmpty { inflated = order.map { inflated[$0] } }
        }
        seen = Array(repeating: 0, count: ids.count)
        states = Array(repeating: [], count: ids.count)
    }

    /// Bytes of a block's data.
    func dataSize(_ index: Int) -> Int {
        if index < inflated.count, inflated[index] != 0 { return Int(inflated[index]) }
        return Int(sizes[index])
    }

    /// Where the entry of a block is.
    func index(of id: UInt64) -> Int? {
        let id = id & ~1
        // Blocks are mostly looked for in the order in which they were written.
        var near = hint
        let end = min(hint + 6, ids.count)
        while near < end {
            if ids[near] == id {
                hint = near
                return near
            }
            near += 1
        }
        var low = 0
        var high = ids.count
        while low < high {
            let middle = (low + high) / 2
            if ids[middle] < id { low = middle + 1 } else { high = middle }
        }
        guard low < ids.count, ids[low] == id else { return nil }
        hint = low
        return low
    }

    func countReference(_ index: Int) {
        if seen[index] < .max { seen[index] += 1 }
    }
}
