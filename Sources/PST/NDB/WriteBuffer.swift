import BinaryIO

/// Collects small writes by section of the file, so that the storage sees few large ones.
struct WriteBuffer {
    fileprivate struct Section {
        var bytes: [UInt8]
        /// What of `bytes` is to be written; neighbours are joined.
        var extents: [Range<Int>] = []
    }

    private var sections: [Int: Section] = [:]
    /// Sections in the order of their first write.
    private var order: [Int] = []
    private var spare: [[UInt8]] = []

    private static let capacity = 10

    /// Lets `fill` set `count` bytes that are to be written at `offset`.
    mutating func write(
        count: Int, at offset: UInt64, to storage: any Storage, fill: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(NDBError) {
        let number = FileGeometry.section(at: offset)
        let start = Int(offset - FileGeometry.offset(ofSection: number))
        if sections[number] == nil {
            if order.count >= Self.capacity { try flush(order.removeFirst(), to: storage) }
            let bytes = spare.popLast() ?? Array(repeating: 0, count: Int(FileGeometry.sectionSize))
            sections[number] = Section(bytes: bytes)
            order.append(number)
        }
        sections[number]?.bytes.withUnsafeMutableBytes { bytes in
            fill(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + count]))
        }
        sections[number]?.add(start..<start + count)
    }

    /// Whether the buffer holds something of `section`, which then must be flushed before it is read.
    func holds(section: Int) -> Bool { sections[section] != nil }

    mutating func flush(to storage: any Storage) throws(NDBError) {
        for section in order.sorted() { try flush(section, to: storage) }
        order.removeAll(keepingCapacity: true)
    }

    private mutating func flush(_ number: Int, to storage: any Storage) throws(NDBError) {
        guard let section = sections.removeValue(forKey: number) else { return }
        let base = FileGeometry.offset(ofSection: number)
        for extent in section.extents {
            try section.bytes.withBytes { (bytes) throws(NDBError) in
                let part = UnsafeRawBufferPointer(rebasing: bytes[extent])
                try storing { () throws(StorageError) in
                    try storage.write(part, at: base + UInt64(extent.lowerBound))
                }
            }
        }
        spare.append(section.bytes)
    }

    /// Writes out one section so that it can be read.
    mutating func flushForReading(section: Int, from storage: any Storage) throws(NDBError) {
        guard holds(section: section) else { return }
        try flush(section, to: storage)
        order.removeAll { $0 == section }
    }
}

extension WriteBuffer.Section {
    fileprivate mutating func add(_ extent: Range<Int>) {
        if let last = extents.last, last.upperBound == extent.lowerBound {
            extents[extents.count - 1] = last.lowerBound..<extent.upperBound
        } else {
            extents.append(extent)
        }
    }
}
