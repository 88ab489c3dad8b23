import BinaryIO

/// BTHHEADER, [MS-PST] 2.3.2.1, as stored.
struct BTreeOnHeapHeader {
    /// bIdxLevels: 0 where the root is a leaf.
    let levels: UInt8
    let root: HeapID

    init(bytes: ArraySlice<UInt8>, keySize: Int, valueSize: Int) throws(LTPError) {
        let bytes = Array(bytes)
        guard bytes.count == 8, bytes[0] == 0xB5, Int(bytes[1]) == keySize, Int(bytes[2]) == valueSize,
            bytes[3] < HeapLimits.treeLevels
        else {
            throw .damaged(
                structure: "BTHHEADER", field: "bType", found: "\(bytes.prefix(16))",
                expected: "keys of \(keySize), values of \(valueSize)")
        }
        levels = bytes[3]
        root = HeapID(rawValue: bytes.loadLittleEndian(UInt32.self, at: 4) ?? 0)
    }
}

/// BTH, [MS-PST] 2.3.2: a sorted map with keys and values of fixed size, in items of a heap.
struct BTreeOnHeap {
    let keySize: Int
    let valueSize: Int
    /// The item with BTHHEADER.
    let header: HeapID
    var levels: UInt8 = 0
    var root = HeapID.none

    /// An empty tree, whose header becomes the next item of `heap`.
    init(keySize: Int, valueSize: Int, in heap: inout HeapOnNode) throws(LTPError) {
        self.keySize = keySize
        self.valueSize = valueSize
        header = try heap.allocate(Self.encodedHeader(keySize, valueSize, levels: 0, root: .none))
    }

    /// The tree whose header is the item `header`.
    init(header: HeapID, keySize: Int, valueSize: Int, in heap: inout HeapOnNode) throws(LTPError) {
        self.keySize = keySize
        self.valueSize = valueSize
        self.header = header
        let stored = try BTreeOnHeapHeader(
            bytes: heap.bytes(of: header)[...], keySize: keySize, valueSize: valueSize)
        levels = stored.levels
        root = stored.root
    }

    private static func encodedHeader(_ key: Int, _ value: Int, levels: UInt8, root: HeapID) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 8)
        (bytes[0], bytes[1], bytes[2], bytes[3]) = (0xB5, UInt8(key), UInt8(value), levels)
        bytes.store(littleEndian: root.rawValue, at: 4)
        return bytes
    }

    func recordSize(level: UInt8) -> Int { keySize + (level == 0 ? valueSize : 4) }

    func key(_ records: [UInt8], _ position: Int, level: UInt8) -> UInt32 {
        let start = position * recordSize(level: level)
        if keySize == 2 { return UInt32(records.loadLittleEndian(UInt16.self, at: start) ?? 0) }
        return records.loadLittleEndian(UInt32.self, at: start) ?? 0
    }

    /// Inserts records in ascending order of their keys.
    /// - Throws: ``LTPError`` if one of the keys is in the tree already, or given twice.
    mutating func insert(_ records: [UInt8], into heap: inout HeapOnNode) throws(LTPError) {
        guard !records.isEmpty else { return }
        var top = try insert(records, into: root, level: levels, heap: &heap)
        while top.count > 1 {
            guard levels + 1 < HeapLimits.treeLevels else { throw .limit("a BTH of more than 8 levels") }
            levels += 1
            top = try store(Self.indexRecords(top, keySize: keySize), over: .none, level: levels, heap: &heap)
        }
        root = top[0].item
        try writeHeader(to: &heap)
    }

    /// Places a single leaf whose bytes are filled in later, as the item behind the header.
    mutating func reserveLeaf(recordCount: Int, in heap: inout HeapOnNode) throws(LTPError) -> HeapID {
        root = try heap.allocate([UInt8](repeating: 0, count: recordCount * recordSize(level: 0)))
        try writeHeader(to: &heap)
        return root
    }

    func writeHeader(to heap: inout HeapOnNode) throws(LTPError) {
        let bytes = Self.encodedHeader(keySize, valueSize, levels: levels, root: root)
        _ = try heap.replace(header, with: bytes)
    }

    typealias Child = (first: UInt32, item: HeapID)

    static func indexRecords(_ children: [Child], keySize: Int) -> [UInt8] {
        var records: [UInt8] = []
        for child in children {
            if keySize == 2 {
                records.append(littleEndian: UInt16(truncatingIfNeeded: child.first))
            } else {
                records.append(littleEndian: child.first)
            }
            records.append(littleEndian: child.item.rawValue)
        }
        return records
    }

    /// - Returns: the items that stand for `item` now.
    private func insert(
        _ records: [UInt8], into item: HeapID, level: UInt8, heap: inout HeapOnNode
    ) throws(LTPError) -> [Child] {
        let old = try wholeRecords(of: item, level: level, in: &heap)
        if level == 0 {
            let (merged, isAppended) = try merge(old, records)
            return try store(merged, over: item, level: 0, fillingUp: isAppended, heap: &heap)
        }
        let size = recordSize(level: level)
        let newSize = recordSize(level: 0)
        let newCount = records.count / newSize
        var result: [UInt8] = []
        var start = 0
        let count = old.count / size
        var isAppended = true
        for position in 0..<count {
            // What belongs below this child: everything before the next child's first key.
            var end = start
            if position + 1 == count {
                end = newCount
            } else {
                let next = key(old, position + 1, level: level)
                while end < newCount, key(records, end, level: 0) < next { end += 1 }
                isAppended = isAppended && end == 0
            }
            if end > start {
                let part = Array(records[start * newSize..<end * newSize])
                result += Self.indexRecords(
                    try insert(part, into: child(old, position, level: level), level: level - 1, heap: &heap),
                    keySize: keySize)
            } else {
                result += old[position * size..<(position + 1) * size]
            }
            start = end
        }
        return try store(result, over: item, level: level, fillingUp: isAppended, heap: &heap)
    }

    /// The records of an item that is changed: whole ones, and some where it is an index.
    func wholeRecords(of item: HeapID, level: UInt8, in heap: inout HeapOnNode) throws(LTPError) -> [UInt8] {
        let records = try heap.bytes(of: item)
        guard records.count % recordSize(level: level) == 0, level == 0 || !records.isEmpty else {
            throw .damaged(
                structure: "BTH", field: "records", found: "\(records.count) bytes",
                expected: "records of \(recordSize(level: level))")
        }
        return records
    }

    /// hidNextLevel of a record of an index item.
    func child(_ records: [UInt8], _ position: Int, level: UInt8) -> HeapID {
        let offset = position * recordSize(level: level) + keySize
        return HeapID(rawValue: records.loadLittleEndian(UInt32.self, at: offset) ?? 0)
    }

    /// - Returns: all records, and whether the new ones follow the old ones.
    private func merge(_ old: [UInt8], _ new: [UInt8]) throws(LTPError) -> (records: [UInt8], isAppended: Bool) {
        let size = recordSize(level: 0)
        let oldCount = old.count / size
        let newCount = new.count / size
        for position in 1..<max(1, newCount)
        where key(new, position - 1, level: 0) >= key(new, position, level: 0) {
            throw present(key(new, position, level: 0))
        }
        // Ids grow: what is new nearly always goes behind what is there.
        if oldCount == 0 || key(old, oldCount - 1, level: 0) < key(new, 0, level: 0) { return (old + new, true) }
        var result: [UInt8] = []
        result.reserveCapacity(old.count + new.count)
        var left = 0
        var right = 0
        while left < oldCount || right < newCount {
            let isOld = left < oldCount
            let isNew = right < newCount
            let leftKey = isOld ? key(old, left, level: 0) : .max
            let rightKey = isNew ? key(new, right, level: 0) : .max
            if isOld, isNew, leftKey == rightKey { throw present(rightKey) }
            if isOld, !isNew || leftKey < rightKey {
                result += old[left * size..<(left + 1) * size]
                left += 1
            } else {
                result += new[right * size..<(right + 1) * size]
                right += 1
            }
        }
        return (result, false)
    }

    private func present(_ key: UInt32) -> LTPError {
        .damaged(structure: "BTH", field: "key", found: "\(key) for the second time", expected: "every key once")
    }

    /// Writes records as one item, or several where they are too many for one.
    /// - Parameter fillingUp: leave all but the last full, because what comes later will follow them; else all get
    ///   equally much, so that there is room between them.
    private func store(
        _ records: [UInt8], over item: HeapID, level: UInt8, fillingUp: Bool = true, heap: inout HeapOnNode
    ) throws(LTPError) -> [Child] {
        let size = recordSize(level: level)
        let most = HeapLimits.item / size
        let count = records.count / size
        let parts = (count + most - 1) / most
        guard parts > 0 else { return [] }
        let capacity = (fillingUp ? most : (count + parts - 1) / parts) * size
        var children: [Child] = []
        for start in stride(from: 0, to: count * size, by: capacity) {
            let part = Array(records[start..<min(start + capacity, count * size)])
            let place = start == 0 ? try heap.replace(item, with: part) : try heap.allocate(part)
            children.append((key(part, 0, level: level), place))
        }
        return children
    }

    /// Where the record with `key` lies: its leaf item and the offset of its value in it.
    func locate(_ wanted: UInt32, in heap: inout HeapOnNode) throws(LTPError) -> (item: HeapID, offset: Int)? {
        var item = root
        var level = levels
        while item != .none {
            let records = try heap.bytes(of: item)
            guard let position = position(of: wanted, in: records, level: level) else { return nil }
            if level == 0 {
                guard key(records, position, level: 0) == wanted else { return nil }
                return (item, position * recordSize(level: 0) + keySize)
            }
            item = child(records, position, level: level)
            level -= 1
        }
        return nil
    }

    /// The last record whose key is not above `wanted`.
    func position(of wanted: UInt32, in records: [UInt8], level: UInt8) -> Int? {
        var low = 0
        var high = records.count / recordSize(level: level)
        while low < high {
            let middle = (low + high) / 2
            if key(records, middle, level: level) <= wanted {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low > 0 ? low - 1 : nil
    }

    func value(_ key: UInt32, in heap: inout HeapOnNode) throws(LTPError) -> [UInt8]? {
        guard let place = try locate(key, in: &heap) else { return nil }
        let leaf = try heap.bytes(of: place.item)
        return Array(leaf[place.offset..<place.offset + valueSize])
    }

    /// Calls `body` with each record, key first, in ascending order.
    /// - Throws: ``LTPError`` where the keys do not ascend: nothing could be found in such a tree.
    func forEachRecord(
        in heap: inout HeapOnNode, _ body: (ArraySlice<UInt8>) throws(LTPError) -> Void
    ) throws(LTPError) {
        var seen: Set<HeapID> = []
        var last: UInt32?
        try visit(root, level: levels, &seen, in: &heap) { (record) throws(LTPError) in
            let key = keySize == 2 ? UInt32(record.number(UInt16.self, at: 0)) : record.number(UInt32.self, at: 0)
            if let last, last >= key {
                throw .damaged(structure: "BTH", field: "key", found: "\(key) after \(last)", expected: "more")
            }
            last = key
            try body(record)
        }
    }

    private func visit(
        _ item: HeapID, level: UInt8, _ seen: inout Set<HeapID>, in heap: inout HeapOnNode,
        _ body: (ArraySlice<UInt8>) throws(LTPError) -> Void
    ) throws(LTPError) {
        guard item != .none else { return }
        // No item twice: bounds the walk whatever the file says.
        guard seen.insert(item).inserted else { throw present(item.rawValue) }
        let records = try heap.bytes(of: item)
        let size = recordSize(level: level)
        for position in 0..<records.count / size {
            if level == 0 {
                try body(records[position * size..<(position + 1) * size])
            } else {
                try visit(child(records, position, level: level), level: level - 1, &seen, in: &heap, body)
            }
        }
    }
}
