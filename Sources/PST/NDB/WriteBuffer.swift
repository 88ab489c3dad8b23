import BinaryIO

/// Collects small writes by section of the file, so that the storage sees few large ones.
struct WriteBuffer {
    fileprivate struct Section {
        let number: Int
        var bytes: [UInt8]
        /// What of `bytes` is to be written; neighbours are joined.
        var extents: [Range<Int>] = []
    }

    /// In the order of their first write. They are few, and the last one is wanted nearly always.
    private var sections: [Section] = []
    private var spare: [[UInt8]] = []

    private static let capacity = 10

    /// Lets `fill` set `count` bytes that are to be written at `offset`.
    mutating func write(
        count: Int, at offset: UInt64, to storage: any Storage, fill: (UnsafeMutableRawBufferPointer) -> Void
    ) throws(NDBError) {
        let number = FileGeometry.section(at: offset)
        let start = Int(offset - FileGeometry.offset(ofSection: number))
        let place = try place(of: number, storage)
        sections[place].bytes.withUnsafeMutableBytes { bytes in
            fill(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + count]))
        }
        sections[place].add(start..<start + count)
    }

    /// Where the section is among ``sections``; it is made where it is not there.
    private mutating func place(of number: Int, _ storage: any Storage) throws(NDBError) -> Int {
        if let place = sections.lastIndex(where: { $0.number == number }) { return place }
        if sections.count >= Self.capacity { try flush(sections.removeFirst(), to: storage) }
        let bytes = spare.popLast() ?? Array(repeating: 0, count: Int(FileGeometry.sectionSize))
        sections.append(Section(number: number, bytes: bytes))
        return sections.count - 1
    }

    mutating func flush(to storage: any Storage) throws(NDBError) {
        let all = sections
        sections.removeAll(keepingCapacity: true)
        for section in all.sorted(by: { $0.number < $1.number }) { try flush(section, to: storage) }
    }

    private mutating func flush(_ section: Section, to storage: any Storage) throws(NDBError) {
        let base = FileGeometry.offset(ofSection: section.number)
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

    /// Writes out what the buffer holds of a section, so that it can be read.
    mutating func flushForReading(section number: Int, from storage: any Storage) throws(NDBError) {
        guard let place = sections.lastIndex(where: { $0.number == number }) else { return }
        try flush(sections.remove(at: place), to: storage)
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
