import BinaryIO
import PSTNDB

/// Lays a Unicode PST out anew as one with 4K pages (wVer 36) and compressed blocks, which no program at hand writes.
/// Only for stores whose heaps and tables have one block each: the numbers of their items are the same then.
enum FourKilobytePages {
    static func converted(_ storage: MemoryStorage) throws -> [UInt8] {
        let nodes = try NodeReader.open(storage)
        var file = [UInt8](repeating: 0, count: 0x22000)
        var blockEntries: [(key: UInt64, bytes: [UInt8])] = []
        var references: [(BlockID, Int)] = []
        _ = nodes.forEachBlock { id, _, _, count in references.append((id, count)) }
        for (id, count) in references {
            let data = try storedForm(of: id, in: nodes)
            let plain = try nodes.block(id).count
            let offset = appendBlock(data, plain: plain, id: id, to: &file)
            var entry: [UInt8] = []
            entry.append(littleEndian: id.rawValue)
            entry.append(littleEndian: offset)
            entry.append(littleEndian: UInt16(data.count))
            entry.append(littleEndian: UInt16(plain))
            entry.append(littleEndian: UInt32(count))
            blockEntries.append((id.rawValue, entry))
        }
        var nodeEntries: [(key: UInt64, bytes: [UInt8])] = []
        _ = nodes.forEachNode { id, node in
            var entry: [UInt8] = []
            for word in [UInt64(id.rawValue), node.data.rawValue, node.subnodes.rawValue, UInt64(node.parent.rawValue)]
            {
                entry.append(littleEndian: word)
            }
            nodeEntries.append((UInt64(id.rawValue), entry))
        }
        var pageID: UInt64 = 1
        let nodeRoot = appendTree(nodeEntries, type: 0x81, &pageID, to: &file)
        let blockRoot = appendTree(blockEntries, type: 0x80, &pageID, to: &file)
        var header = Array(storage.bytes[..<564])
        header.store(littleEndian: UInt16(36), at: 10)
        header.store(littleEndian: UInt64(file.count), at: 184)
        for (position, root) in [nodeRoot, blockRoot].enumerated() {
            header.store(littleEndian: root.bid, at: 216 + 16 * position)
            header.store(littleEndian: root.offset, at: 224 + 16 * position)
        }
        header.store(littleEndian: pstChecksum(Array(header[8..<479])), at: 4)
        header.store(littleEndian: pstChecksum(Array(header[8..<524])), at: 524)
        file.replaceSubrange(0..<564, with: header)
        return file
    }

    /// The block's bytes as they were, in a zlib stream that does not compress; internal blocks as they are.
    private static func storedForm(of id: BlockID, in nodes: NodeReader) throws -> [UInt8] {
        let data = try nodes.block(id)
        if id.isInternal { return data }
        var stream: [UInt8] = [0x78, 0x01, 0x01]
        stream.append(littleEndian: UInt16(data.count))
        stream.append(littleEndian: ~UInt16(data.count))
        stream += data
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in data {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        stream.append(contentsOf: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: (high << 16 | low) >> $0) })
        return stream
    }

    private static func appendBlock(_ data: [UInt8], plain: Int, id: BlockID, to file: inout [UInt8]) -> UInt64 {
        let offset = UInt64(file.count)
        var extent = data + [UInt8](repeating: 0, count: (data.count + 24 + 511) / 512 * 512 - data.count)
        let trailer = extent.count - 24
        extent.store(littleEndian: UInt16(data.count), at: trailer)
        extent.store(littleEndian: pstChecksum(data), at: trailer + 4)
        extent.store(littleEndian: id.rawValue, at: trailer + 8)
        extent.store(littleEndian: UInt16(plain), at: trailer + 18)
        file += extent
        return offset
    }

    private static func appendTree(
        _ entries: [(key: UInt64, bytes: [UInt8])], type: UInt8, _ pageID: inout UInt64, to file: inout [UInt8]
    ) -> BlockReference {
        var level: UInt8 = 0
        var entries = entries
        while true {
            var above: [(key: UInt64, bytes: [UInt8])] = []
            var last = BlockReference(bid: 0, offset: 0)
            // Few entries a page, so that there are levels.
            for start in stride(from: 0, to: max(1, entries.count), by: 20) {
                let part = entries[start..<min(start + 20, entries.count)]
                last = appendPage(part, level: level, type: type, &pageID, to: &file)
                var entry: [UInt8] = []
                for word in [part.first?.key ?? 0, last.bid, last.offset] { entry.append(littleEndian: word) }
                above.append((part.first?.key ?? 0, entry))
            }
            if above.count == 1 { return last }
            (entries, level) = (above, level + 1)
        }
    }

    private static func appendPage(
        _ entries: ArraySlice<(key: UInt64, bytes: [UInt8])>, level: UInt8, type: UInt8, _ pageID: inout UInt64,
        to file: inout [UInt8]
    ) -> BlockReference {
        let size = entries.first?.bytes.count ?? 24
        var page = entries.flatMap(\.bytes)
        page += [UInt8](repeating: 0, count: 4096 - page.count)
        page.store(littleEndian: UInt16(entries.count), at: 4056)
        page.store(littleEndian: UInt16(4056 / size), at: 4058)
        page[4060] = UInt8(size)
        page[4061] = level
        page[4072] = type
        page[4073] = type
        page.store(littleEndian: pstChecksum(Array(page[..<4072])), at: 4076)
        page.store(littleEndian: pageID, at: 4080)
        let offset = (file.count + 4095) / 4096 * 4096
        file += [UInt8](repeating: 0, count: offset - file.count) + page
        defer { pageID += 1 }
        return BlockReference(bid: pageID, offset: UInt64(offset))
    }
}
