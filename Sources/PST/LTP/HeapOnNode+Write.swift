import BinaryIO
import PSTNDB

/// Writing.
extension HeapOnNode {
    private static func headerPage(of index: Int) -> Int { index < 8 ? 0 : 8 + (index - 8) / 128 * 128 }

    /// Sets every fill level in the pages that carry them, and the fields of HNHDR.
    private mutating func sealHeaders() throws(LTPError) {
        for index in slots.indices where slots[index].isChanged {
            guard let level = slots[index].fillLevel(isLast: index == slots.count - 1) else { continue }
            if level != slots[index].level || slots[index].stored.isNone {
                slots[index].level = level
                let header = Self.headerPage(of: index)
                try load(header)
                slots[header].isChanged = true
            }
        }
        for index in slots.indices where index == 0 || index % 128 == 8 {
            guard slots[index].isChanged else { continue }
            var field: [UInt8] = []
            field.reserveCapacity(64)
            if index == 0 {
                field.append(0xEC)
                field.append(client.rawValue)
                field.append(littleEndian: userRoot.rawValue)
            }
            let covered = index == 0 ? 8 : 128
            for pair in stride(from: index, to: index + covered, by: 2) {
                let low = pair < slots.count ? slots[pair].level : 0
                let high = pair + 1 < slots.count ? slots[pair + 1].level : 0
                field.append(low | high << 4)
            }
            field.withUnsafeBytes { slots[index].page?.overwrite($0, at: 2) }
        }
    }

    /// The bytes of the node's data if the heap is wholly in memory.
    var encodedSize: Int {
        (slots.count - 1) * NDBLimits.blockData + (slots.last?.encodedSize ?? 0)
    }

    /// The blocks of a heap that was made in memory.
    mutating func encodedPages() throws(LTPError) -> [[UInt8]] {
        try sealHeaders()
        var blocks: [[UInt8]] = []
        blocks.reserveCapacity(slots.count)
        for index in slots.indices {
            blocks.append(try page(index).encoded(isLast: index == slots.count - 1))
        }
        return blocks
    }

    /// Bytes of the node's data when it is written.
    mutating func storedSize() throws(LTPError) -> UInt64 {
        let last = try page(slots.count - 1)
        return UInt64(slots.count - 1) * UInt64(NDBLimits.blockData) + UInt64(last.encodedSize)
    }

    /// Takes pages without items off the end.
    mutating func dropEmptyPages(in database: NodeDatabase) throws(LTPError) {
        while slots.count > 1, slots[slots.count - 1].isChanged, try page(slots.count - 1).isEmpty {
            let index = slots.count - 1
            try releaseMovedOut(index, in: database)
            slots.removeLast()
            movable.removeAll { $0 == index }
            room.truncate(to: index)
            fillingPage = min(fillingPage, index - 1)
            markChanged(Self.headerPage(of: index))
            // The last page is not filled up.
            _ = try page(index - 1)
            markChanged(index - 1)
        }
    }

    /// Writes the changed pages; ``tree`` is the heap afterwards.
    mutating func write(to database: NodeDatabase) throws(LTPError) {
        guard isChanged else { return }
        try dropEmptyPages(in: database)
        try sealHeaders()
        for index in slots.indices where slots[index].isChanged {
            try write(index, to: database)
        }
        let size = try storedSize()
        let blocks = slots.map(\.stored)
        try inDatabase { () throws(NDBError) in try tree.update(to: blocks, size: size, in: database) }
    }

    private mutating func write(_ index: Int, to database: NodeDatabase) throws(LTPError) {
        let block = try page(index).encoded(isLast: index == slots.count - 1)
        try releaseMovedOut(index, in: database)
        slots[index].stored = try inDatabase { () throws(NDBError) in
            try block.withBytes { (bytes) throws(NDBError) in try database.writeBlock(bytes) }
        }
        slots[index].isChanged = false
    }

    /// Moves pages out of memory when more than `bound` are in it: all but the newest and those with fill levels.
    mutating func trim(to bound: Int, database: NodeDatabase) throws(LTPError) {
        guard movable.count > bound else { return }
        let last = slots.count - 1
        // The older half: the newer pages are likelier to be changed again.
        let leaving = movable.dropLast(max(2, bound / 2)).filter { $0 != last && $0 != fillingPage }
        movable.removeAll { leaving.contains($0) }
        for index in leaving {
            if slots[index].isChanged {
                if let level = slots[index].fillLevel(isLast: false) {
                    slots[index].level = level
                    let header = Self.headerPage(of: index)
                    try load(header)
                    slots[header].isChanged = true
                }
                try write(index, to: database)
            }
            slots[index].page = nil
        }
    }
}
