import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

@Suite("Free space")
struct SpaceTests {
    @Test("in the tree of maxima is found where a search from the start finds it", arguments: 0..<10 as Range<UInt64>)
    func maxima(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var tree = MaximumTree()
        var model: [UInt16] = []
        for _ in 0..<500 {
            let value = UInt16.random(in: 0...50, using: &generator)
            if model.isEmpty || Bool.random(using: &generator) {
                tree.append(value)
                model.append(value)
            } else {
                let position = Int.random(in: 0..<model.count, using: &generator)
                tree[position] = value
                model[position] = value
            }
            let wanted = UInt16.random(in: 0...51, using: &generator)
            #expect(tree.first(atLeast: wanted) == model.firstIndex { $0 >= wanted }, "seed \(seed)")
        }
    }

    @Test("is listed with the emptiest sections first, as the page says it", arguments: [0, 3, 119, 500])
    func densityList(count: Int) throws {
        var generator = SeededGenerator(seed: UInt64(count))
        var index = SectionIndex()
        var free: [Int] = []
        for section in 0..<count {
            var map = AllocationMap(freshSection: section)
            map.mark(24..<Int.random(in: 24...3968, using: &generator), taken: true)
            index.append(map)
            free.append(map.freeSlots)
        }
        let list = index.densityList
        #expect(list.isComplete)
        #expect(list.entries.map(\.freeSlots) == Array(free.filter { $0 > 0 }.sorted(by: >).prefix(119)))
        #expect(list.entries.allSatisfy { free[$0.section] == $0.freeSlots })
        let page = list.pageBytes(pageID: 77)
        #expect(DensityList(pageBytes: page, sections: count) == list)
        if count > 0 { #expect(DensityList(pageBytes: page, sections: count - 100) == nil || count < 100) }
        var damaged = page
        damaged[9] ^= 1
        #expect(DensityList(pageBytes: damaged, sections: count) == nil)
        #expect(DensityList(pageBytes: Array(repeating: 0, count: 512), sections: count) == nil)
    }

    /// An allocator over maps in memory, as a file would have them.
    private struct File {
        var maps: [AllocationMap]
        var allocator: SpaceAllocator
        var loads = 0

        init(_ allocator: SpaceAllocator) {
            maps = []
            self.allocator = allocator
        }

        mutating func allocate(_ bytes: Int, forPage: Bool) throws -> UInt64 {
            let stored = maps
            var loads = 0
            let offset = try allocator.allocate(bytes: bytes, forPage: forPage) { (section) throws(NDBError) in
                loads += 1
                guard section < stored.count else { throw .limit("section \(section) is new") }
                return stored[section]
            }
            self.loads += loads
            return offset
        }

        mutating func commit() throws {
            let stored = maps
            try allocator.applyPendingFrees { (section) throws(NDBError) in stored[section] }
            for (section, map) in allocator.changedMaps {
                while maps.count <= section { maps.append(AllocationMap(freshSection: maps.count)) }
                maps[section] = map
            }
            allocator.didCommit()
        }

        mutating func reopen(isKnown: Bool) {
            loads = 0
            if isKnown {
                allocator = SpaceAllocator(
                    sections: maps.count, freeBytes: allocator.freeBytes, list: allocator.densityList)
            } else {
                var index = SectionIndex()
                for map in maps { index.append(map) }
                allocator = SpaceAllocator(sections: index)
            }
        }
    }

    @Test(
        "for any extent is found before the file grows, through commits and reopenings",
        arguments: [true, false], 0..<8 as Range<UInt64>)
    func nothingIsMissed(isKnown: Bool, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var file = File(SpaceAllocator())
        var extents: [(offset: UInt64, bytes: Int)] = []
        for round in 0..<25 {
            let isGrowing = round % 5 < 2
            for _ in 0..<200 {
                if isGrowing || Bool.random(using: &generator) {
                    let forPage = Int.random(in: 0..<5, using: &generator) == 0
                    let bytes = forPage ? 512 : Int.random(in: 1...128, using: &generator) * 64
                    let before = file.allocator.sectionCount
                    let offset = try file.allocate(bytes, forPage: forPage)
                    extents.append((offset, bytes))
                    if file.allocator.sectionCount > before {
                        // It grew: so no section of the committed state had room that was not given out since.
                        var maps = file.maps
                        for (section, map) in file.allocator.changedMaps where section < maps.count {
                            maps[section] = map
                        }
                        for (section, map) in maps.enumerated() {
                            let run = map.freeRun(of: bytes / 64, alignment: forPage ? 8 : 1, from: 0)
                            if case .found = run {
                                Issue.record("seed \(seed), round \(round): \(bytes) bytes free in section \(section)")
                            }
                        }
                    }
                } else if !extents.isEmpty {
                    let victim = extents.remove(at: Int.random(in: 0..<extents.count, using: &generator))
                    file.allocator.free(offset: victim.offset, bytes: victim.bytes)
                }
            }
            try file.commit()
            let free = file.maps.reduce(0) { $0 + $1.freeSlots } * 64
            #expect(file.allocator.freeBytes == UInt64(free), "seed \(seed), round \(round)")
            if round % 3 == 2 { file.reopen(isKnown: isKnown) }
        }
        // No two extents share a slot.
        var slots: Set<UInt64> = []
        for extent in extents {
            for slot in 0..<UInt64(extent.bytes / 64) {
                #expect(slots.insert(extent.offset / 64 + slot).inserted, "seed \(seed)")
            }
        }
    }

    @Test("of a large file is found through the DList, without looking at all maps")
    func fewLoads() throws {
        var file = File(SpaceAllocator())
        var extents: [UInt64] = []
        for _ in 0..<(400 * 30) { extents.append(try file.allocate(8192, forPage: false)) }
        try file.commit()
        for position in stride(from: 0, to: extents.count, by: 1000) {
            file.allocator.free(offset: extents[position], bytes: 8192)
        }
        try file.commit()
        let sections = file.allocator.sectionCount
        #expect(sections > 380)
        file.reopen(isKnown: true)
        for _ in 0..<12 { _ = try file.allocate(8192, forPage: false) }
        #expect(file.allocator.sectionCount == sections)
        #expect(file.loads <= 13)
    }

    @Test("runs out at 248 GiB with an error")
    func limit() throws {
        let list = DensityList(entries: [], isComplete: true)
        var allocator = SpaceAllocator(sections: NDBLimits.sections, freeBytes: 0, list: list)
        #expect(throws: NDBError.self) {
            try allocator.allocate(bytes: 64, forPage: false) { AllocationMap(freshSection: $0) }
        }
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .none)
        try database.commit()
        var header = try Header(bytes: Array(storage.bytes[..<564]))
        header.root.fileSize = FileGeometry.fileSize(sections: NDBLimits.sections + 1)
        #expect(throws: NDBError.self) { try NodeDatabase.check(header, size: .max) }
    }

    @Test("of a file of more than 2 GB, mostly a hole, is found anew where its maps are marked invalid")
    func largeSparseFile() throws {
        let path = try TemporaryFolder()
        let storage = try FileStorage(path: path.path("large.pst"), mode: .create)
        var model = DatabaseModel(database: NodeDatabase.create(in: storage, encoding: .none))
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10 { try model.change(deleting: 0, sizes: [20_000], &generator) }
        try model.database.commit()
        // Beyond the first FPMap, with the tail cut short as very old files have it.
        var header = model.database.committed
        let sections = 8300
        header.root.fileSize = FileGeometry.fileSize(sections: sections) - 5 * 512
        header.root.mapsAreValid = false
        try storage.setByteCount(header.root.fileSize)
        try storage.put(header.bytes, at: 0)

        let database = try NodeDatabase.open(storage)
        #expect(database.repairs.count == 1)
        #expect(try storage.size() == FileGeometry.fileSize(sections: sections))
        for (section, type, position) in [
            (128, PageType.freeMap, 1024), (624, .freeMap, 512), (8192, .freePageMap, 1024), (8192, .pageMap, 512),
        ] {
            let heads = FileGeometry.headPages(ofSection: section)
            let offset = FileGeometry.offset(ofSection: section) + UInt64(position)
            #expect(heads[position / 512] == type || section == 624)
            if section != 624 {
                let page = try storage.bytes(512, at: offset)
                try Page.verify(page, type: type, reference: BlockReference(bid: offset, offset: offset))
            }
        }
        #expect(try DatabaseCheck.complaints(about: storage) == [])
        model.database = try NodeDatabase.open(storage, knownGeneration: database.generation)
        for _ in 0..<10 { try model.change(deleting: 0, sizes: [20_000], &generator) }
        try model.database.commit()
        #expect(try storage.size() == FileGeometry.fileSize(sections: sections))
        #expect(try DatabaseCheck.content(of: NodeDatabase.open(storage)) == model.nodes)
    }
}
