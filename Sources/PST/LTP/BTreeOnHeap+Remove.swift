import BinaryIO

/// Taking records out of a BTH, [MS-PST] 2.3.2: what is empty leaves its parent, what is small joins its neighbour,
/// and a root with one child gives way to it.
extension BTreeOnHeap {
    /// Removes the record with a key.
    /// - Returns: whether there was one.
    mutating func remove(_ wanted: UInt32, from heap: inout HeapOnNode) throws(LTPError) -> Bool {
        guard try locate(wanted, in: &heap) != nil else { return false }
        root = try remove(wanted, from: root, level: levels, heap: &heap)?.item ?? .none
        if root == .none { levels = 0 }
        while levels > 0 {
            let records = try heap.bytes(of: root)
            guard records.count == recordSize(level: levels) else { break }
            let only = child(records, 0, level: levels)
            try heap.free(root)
            root = only
            levels -= 1
        }
        try writeHeader(to: &heap)
        return true
    }

    /// - Returns: what stands for `item` now; nil where nothing is left.
    private func remove(
        _ wanted: UInt32, from item: HeapID, level: UInt8, heap: inout HeapOnNode
    ) throws(LTPError) -> Child? {
        var records = try wholeRecords(of: item, level: level, in: &heap)
        let size = recordSize(level: level)
        guard let position = position(of: wanted, in: records, level: level) else {
            return (key(records, 0, level: level), item)
        }
        let range = position * size..<(position + 1) * size
        if level == 0 {
            records.removeSubrange(range)
        } else {
            let below = child(records, position, level: level)
            if let rest = try remove(wanted, from: below, level: level - 1, heap: &heap) {
                records.replaceSubrange(range, with: Self.indexRecords([rest], keySize: keySize))
                try join(position, in: &records, level: level, heap: &heap)
            } else {
                records.removeSubrange(range)
            }
        }
        guard !records.isEmpty else {
            try heap.free(item)
            return nil
        }
        return (key(records, 0, level: level), try heap.replace(item, with: records))
    }

    /// Joins the child at `position` of an index item with a neighbour where it is less than a quarter full and both
    /// leave room in one item.
    private func join(
        _ position: Int, in records: inout [UInt8], level: UInt8, heap: inout HeapOnNode
    ) throws(LTPError) {
        let size = recordSize(level: level)
        let most = HeapLimits.item / recordSize(level: level - 1) * recordSize(level: level - 1)
        let own = try heap.size(of: child(records, position, level: level))
        guard own < most / 4 else { return }
        for left in [position, position - 1] where left >= 0 && left + 1 < records.count / size {
            let first = child(records, left, level: level)
            let second = child(records, left + 1, level: level)
            let together = try heap.bytes(of: first) + heap.bytes(of: second)
            guard together.count <= most * 3 / 4 else { continue }
            let joined: Child = (key(together, 0, level: level - 1), try heap.replace(first, with: together))
            try heap.free(second)
            records.replaceSubrange(
                left * size..<(left + 2) * size, with: Self.indexRecords([joined], keySize: keySize))
            return
        }
    }
}
