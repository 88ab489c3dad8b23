import BinaryIO

/// Makes small compound files: one FAT sector, one of the mini FAT, a directory in one chain.
enum CompoundFileBuilder {
    static func file(_ streams: [(name: String, bytes: [UInt8])]) -> [UInt8] {
        var sectors: [UInt8] = []
        var table: [UInt32] = []
        var miniStream: [UInt8] = []
        var miniTable: [UInt32] = []
        /// Sectors for `bytes`, linked in `table`; their first number.
        func append(_ bytes: [UInt8], to target: inout [UInt8], _ table: inout [UInt32], size: Int) -> UInt32 {
            guard !bytes.isEmpty else { return 0xFFFF_FFFE }
            let first = UInt32(table.count)
            let count = (bytes.count + size - 1) / size
            for index in 1...count { table.append(index == count ? 0xFFFF_FFFE : first + UInt32(index)) }
            target += bytes + [UInt8](repeating: 0, count: count * size - bytes.count)
            return first
        }
        var starts: [UInt32] = []
        for stream in streams {
            starts.append(
                stream.bytes.count < 4096
                    ? append(stream.bytes, to: &miniStream, &miniTable, size: 64)
                    : append(stream.bytes, to: &sectors, &table, size: 512))
        }
        let miniStart = append(miniStream, to: &sectors, &table, size: 512)
        var directory = entry("Root Entry", kind: 5, right: .max, child: 1, start: miniStart, size: miniStream.count)
        for (index, stream) in streams.enumerated() {
            // A tree that leans to the right.
            let right = index + 1 < streams.count ? UInt32(index + 2) : .max
            directory += entry(
                stream.name, kind: 2, right: right, child: .max, start: starts[index], size: stream.bytes.count)
        }
        let directoryStart = append(directory, to: &sectors, &table, size: 512)
        let miniTableStart = append(words(miniTable), to: &sectors, &table, size: 512)
        let tableSector = UInt32(table.count)
        table.append(0xFFFF_FFFD)
        sectors += words(table) + [UInt8](repeating: 0xFF, count: 512 - 4 * table.count)
        return header(
            table: tableSector, directory: directoryStart, miniTable: miniTableStart,
            miniTableCount: miniTable.isEmpty ? 0 : 1) + sectors
    }

    private static func words(_ numbers: [UInt32]) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in numbers { bytes.append(littleEndian: number) }
        return bytes
    }

    private static func header(
        table: UInt32, directory: UInt32, miniTable: UInt32, miniTableCount: UInt32
    ) -> [UInt8] {
        var bytes: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1] + [UInt8](repeating: 0, count: 16)
        for number in [0x3E, 3, 0xFFFE, 9, 6] as [UInt16] { bytes.append(littleEndian: number) }
        bytes += [UInt8](repeating: 0, count: 0x2C - bytes.count)
        let numbers: [UInt32] = [1, directory, 0, 4096, miniTable, miniTableCount, 0xFFFF_FFFE, 0, table]
        bytes += words(numbers)
        return bytes + [UInt8](repeating: 0xFF, count: 512 - bytes.count)
    }

    private static func entry(
        _ name: String, kind: UInt8, right: UInt32, child: UInt32, start: UInt32, size: Int
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        for unit in name.utf16 { bytes.append(littleEndian: unit) }
        let length = UInt16(bytes.count + 2)
        bytes += [UInt8](repeating: 0, count: 64 - bytes.count)
        bytes.append(littleEndian: length)
        bytes += [kind, 1]
        for link in [UInt32.max, right, child] { bytes.append(littleEndian: link) }
        bytes += [UInt8](repeating: 0, count: 0x74 - bytes.count)
        bytes.append(littleEndian: start)
        bytes.append(littleEndian: UInt64(size))
        return bytes
    }
}
