import BinaryIO

/// BTH, [MS-PST] 2.3.2.
extension Rule {
    static let heapTreeHeader = Rule(
        "heap-tree-header", .error, "[MS-PST] 2.3.2.1", "BTHHEADER is malformed, or not what its client needs", .item)
    static let heapTreeOrder = Rule(
        "heap-tree-order", .error, "[MS-PST] 2.3.2", "keys of a BTH do not rise, or one occurs twice", .item)
    static let heapTreeRecords = Rule(
        "heap-tree-records", .error, "[MS-PST] 2.3.2.2", "an array of a BTH is no whole number of records", .item)
    static let heapTreeKey = Rule(
        "heap-tree-key", .error, "[MS-PST] 2.3.2.2", "an index key of a BTH is not the first below it", .item)
    static let heapTreeDepth = Rule(
        "heap-tree-depth", .error, "[MS-PST] 2.3.2", "a BTH is too deep, or a level of it is empty", .item)

    static let heapTrees: [Rule] = [heapTreeHeader, heapTreeOrder, heapTreeRecords, heapTreeKey, heapTreeDepth]
}

/// Walks the leaf records of a BTH in the order of their keys.
struct HeapTreeWalk {
    private let heap: HeapView
    private let keySize: Int
    private let valueSize: Int
    private let place: Place
    private let root: UInt32
    private let levels: Int
    private var last: [UInt8]?

    /// - Parameter valueSizes: cbEnt that the client accepts.
    /// - Returns: nil for a header that is not usable, which is reported.
    init?(_ heap: HeapView, header: UInt32, keySize: Int, valueSizes: [Int], _ place: Place) {
        self.heap = heap
        self.keySize = keySize
        self.place = place
        guard let bytes = heap.bytes(header) else { return nil }
        guard bytes.count == 8, bytes[0] == 0xB5, Int(bytes[1]) == keySize, valueSizes.contains(Int(bytes[2])) else {
            heap.log.report(
                .heapTreeHeader, place, found: bytes.withUnsafeBytes { hexadecimal($0) },
                expected: "cbKey \(keySize), cbEnt \(valueSizes)")
            return nil
        }
        valueSize = Int(bytes[2])
        levels = Int(bytes[3])
        root = bytes.loadLittleEndian(UInt32.self, at: 4) ?? 0
        if levels > VerificationLimits.heapTreeDepth || root == 0 && levels > 0 {
            heap.log.report(.heapTreeDepth, place, found: "\(levels) levels")
            return nil
        }
    }

    /// Calls `body` with each record: key, then value.
    mutating func visitRecords(_ body: (UnsafeRawBufferPointer) -> Void) {
        if root != 0 { visit(root, level: levels, first: nil, body) }
    }

    private func isAscending(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        if keySize == 2 {
            return left.loadLittleEndian(UInt16.self, at: 0) ?? 0 < right.loadLittleEndian(UInt16.self, at: 0) ?? 0
        }
        if keySize == 4 {
            return left.loadLittleEndian(UInt32.self, at: 0) ?? 0 < right.loadLittleEndian(UInt32.self, at: 0) ?? 0
        }
        return left.prefix(keySize).lexicographicallyPrecedes(right.prefix(keySize))
    }

    private mutating func visit(
        _ id: UInt32, level: Int, first: [UInt8]?, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        guard let array = heap.bytes(id) else { return }
        let width = keySize + (level == 0 ? valueSize : 4)
        let count = array.count / width
        if array.count % width != 0 {
            heap.log.report(.heapTreeRecords, place, found: "\(array.count) bytes", expected: "records of \(width)")
        }
        guard count > 0 else {
            heap.log.report(.heapTreeDepth, place, found: "an empty array at level \(level)")
            return
        }
        if let first, !array.prefix(keySize).elementsEqual(first) {
            heap.log.report(.heapTreeKey, place, found: "\(first)", expected: "\(array.prefix(keySize))")
        }
        if level > 0 {
            for position in 0..<count {
                let start = position * width
                let child = array.loadLittleEndian(UInt32.self, at: start + keySize) ?? 0
                visit(child, level: level - 1, first: Array(array[start..<start + keySize]), body)
            }
            return
        }
        array.withUnsafeBytes { bytes in
            var previous = last
            for position in 0..<count {
                let record = UnsafeRawBufferPointer(rebasing: bytes[position * width..<(position + 1) * width])
                let isRising: Bool
                if position > 0 {
                    let before = UnsafeRawBufferPointer(rebasing: bytes[(position - 1) * width..<position * width])
                    isRising = isAscending(before, record)
                } else {
                    isRising = previous?.withUnsafeBytes { isAscending($0, record) } ?? true
                    previous = nil
                }
                if !isRising {
                    heap.log.report(
                        .heapTreeOrder, place,
                        found: hexadecimal(UnsafeRawBufferPointer(rebasing: record[..<keySize])),
                        expected: "a higher key")
                }
                body(record)
            }
        }
        last = Array(array[(count - 1) * width..<(count - 1) * width + keySize])
    }
}
