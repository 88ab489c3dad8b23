internal import BinaryIO

/// The streams at the top of a compound file, read from memory — [MS-CFB] 2. What is damaged is not there; no chain of
/// sectors is followed further than the file has sectors.
struct CompoundFile {
    static let signature: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]

    /// A stream: where it begins and how many bytes it has.
    private struct Stream {
        let start: UInt32
        let size: Int
    }

    private let bytes: [UInt8]
    /// 9 or 12: sectors of 512 or 4,096 bytes.
    private let sectorShift: Int
    /// Streams of fewer bytes lie in the mini stream, in sectors of 64 bytes.
    private let miniCutoff: Int
    /// Where the sectors of the FAT are, in their order.
    private var tableSectors: [UInt32] = []
    private var miniTable: [UInt8] = []
    private var miniStream: [UInt8] = []
    private var streams: [String: Stream] = [:]

    private static let miniShift = 6
    private static let entrySize = 128
    /// Sector numbers from here on have other meanings: end of a chain, free.
    private static let firstReserved: UInt32 = 0xFFFF_FFFA

    init?(_ bytes: [UInt8]) {
        self.bytes = bytes
        sectorShift = Int(bytes.loadLittleEndian(UInt16.self, at: 0x1E) ?? 0)
        miniCutoff = Int(bytes.loadLittleEndian(UInt32.self, at: 0x38) ?? 0)
        guard bytes.starts(with: Self.signature), sectorShift == 9 || sectorShift == 12,
            bytes.loadLittleEndian(UInt16.self, at: 0x20) == UInt16(Self.miniShift), bytes.count >= 512
        else { return nil }
        collectTableSectors()
        guard let directory = chain(from: number(0x30)), let root = entry(0, of: directory), root.kind == 5 else {
            return nil
        }
        miniTable = chain(from: number(0x3C)) ?? []
        miniStream = chain(from: root.stream.start) ?? []
        collectStreams(below: root.child, in: directory)
    }

    /// Names of the streams at the top.
    var names: some Collection<String> { streams.keys }

    /// The bytes of a stream at the top; nil where there is none, or not all of it.
    func stream(_ name: String) -> [UInt8]? {
        guard let stream = streams[name] else { return nil }
        let found: [UInt8]? =
            stream.size < miniCutoff ? miniChain(from: stream.start, size: stream.size) : chain(from: stream.start)
        guard let found, found.count >= stream.size else { return nil }
        return Array(found[..<stream.size])
    }

    // MARK: Sectors

    private func number(_ offset: Int) -> UInt32 { bytes.loadLittleEndian(UInt32.self, at: offset) ?? .max }

    private var sectorCount: Int { (bytes.count >> sectorShift) + 1 }

    /// The bytes of a sector; the last one of a file may be cut short.
    private func sector(_ number: UInt32) -> ArraySlice<UInt8>? {
        guard number < Self.firstReserved else { return nil }
        let start = (Int(number) + 1) << sectorShift
        guard start < bytes.count else { return nil }
        return bytes[start..<min(start + 1 << sectorShift, bytes.count)]
    }

    /// The DIFAT, [MS-CFB] 2.5: 109 entries in the header, more in a chain of sectors that end with the next one's number.
    private mutating func collectTableSectors() {
        for index in 0..<109 { tableSectors.append(number(0x4C + 4 * index)) }
        var next = number(0x44)
        var left = sectorCount
        while left > 0, let sector = sector(next), sector.count == 1 << sectorShift {
            left -= 1
            let words = Array(sector)
            for offset in stride(from: 0, to: words.count - 4, by: 4) {
                tableSectors.append(words.loadLittleEndian(UInt32.self, at: offset) ?? .max)
            }
            next = words.loadLittleEndian(UInt32.self, at: words.count - 4) ?? .max
        }
    }

    /// The entry of the FAT for a sector: the one that follows it.
    private func next(after number: UInt32) -> UInt32 {
        let shift = sectorShift - 2
        let index = Int(number) >> shift
        guard index < tableSectors.count, tableSectors[index] < Self.firstReserved else { return .max }
        let offset = (Int(tableSectors[index]) + 1) << sectorShift + (Int(number) & (1 << shift - 1)) << 2
        return self.number(offset)
    }

    /// The bytes of a chain of sectors; nil where it leads out of the file or does not end.
    private func chain(from start: UInt32) -> [UInt8]? {
        var result: [UInt8] = []
        var position = start
        var left = sectorCount
        while position < Self.firstReserved {
            guard left > 0, let sector = sector(position) else { return nil }
            left -= 1
            result += sector
            position = next(after: position)
        }
        return result
    }

    private func miniChain(from start: UInt32, size: Int) -> [UInt8]? {
        var result: [UInt8] = []
        var position = start
        while result.count < size {
            let offset = Int(position) << Self.miniShift
            guard position < Self.firstReserved, offset < miniStream.count else { return nil }
            result += miniStream[offset..<min(offset + 1 << Self.miniShift, miniStream.count)]
            position = miniTable.loadLittleEndian(UInt32.self, at: 4 * Int(position)) ?? .max
        }
        return result
    }

    // MARK: Directory

    private struct Entry {
        let name: String
        /// 1 storage, 2 stream, 5 root.
        let kind: UInt8
        let left: UInt32
        let right: UInt32
        let child: UInt32
        let stream: Stream
    }

    /// [MS-CFB] 2.6.1.
    private func entry(_ number: UInt32, of directory: [UInt8]) -> Entry? {
        let start = Int(number) * Self.entrySize
        guard number < Self.firstReserved, start + Self.entrySize <= directory.count else { return nil }
        func word(_ offset: Int) -> UInt32 { directory.loadLittleEndian(UInt32.self, at: start + offset) ?? .max }
        let length = Int(directory.loadLittleEndian(UInt16.self, at: start + 0x40) ?? 0)
        let nameBytes = directory[start..<start + min(max(length - 2, 0), 64)]
        return Entry(
            name: nameBytes.withUnsafeBytes { String(utf16LittleEndian: $0) }, kind: directory[start + 0x42],
            left: word(0x44), right: word(0x48), child: word(0x4C),
            // The upper half of the size is not to be trusted in files of version 3, and no file here needs it.
            stream: Stream(start: word(0x74), size: Int(word(0x78))))
    }

    /// The entries of one level are a tree, [MS-CFB] 2.6.4.
    private mutating func collectStreams(below child: UInt32, in directory: [UInt8]) {
        var open = [child]
        var seen: Set<UInt32> = []
        while let number = open.popLast() {
            guard seen.insert(number).inserted, let entry = entry(number, of: directory) else { continue }
            if entry.kind == 2 { streams[entry.name] = entry.stream }
            open += [entry.left, entry.right]
        }
    }
}
