import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

/// A database and what its nodes are expected to hold, changed together at random.
struct DatabaseModel {
    var database: NodeDatabase
    /// The content of the running transaction.
    var nodes: [NodeID: [UInt8]] = [:]

    private static let pattern = (0..<256).map { UInt8(truncatingIfNeeded: $0 * 7) }

    static func bytes(_ count: Int, _ generator: inout SeededGenerator) -> [UInt8] {
        let start = Int.random(in: 0...255, using: &generator)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + pattern.count)
        while bytes.count < count + start { bytes += pattern }
        return Array(bytes[start..<start + count])
    }

    static func write(_ bytes: [UInt8], to database: NodeDatabase) throws -> BlockID {
        var writer = DataTreeWriter()
        try bytes.withBytes { (buffer) throws(NDBError) in try writer.append(buffer, to: database) }
        return try writer.finish(in: database)
    }

    /// Adds a node, replaces one, shares the data of one, or removes one.
    mutating func change(
        deleting share: Double, sizes: [Int], _ generator: inout SeededGenerator
    ) throws {
        let victim = nodes.keys.sorted().randomElement(using: &generator)
        if let victim, Double.random(in: 0..<1, using: &generator) < share {
            try remove(victim)
            return
        }
        let content = Self.bytes(sizes.randomElement(using: &generator) ?? 1, &generator)
        switch (victim, Int.random(in: 0..<4, using: &generator)) {
        case (let victim?, 0):
            let old = try #require(try database.node(victim))
            let block = try Self.write(content, to: database)
            try database.setNode(victim, NodeEntry(data: block, subnodes: .none, parent: .none))
            try database.release(old.data)
            nodes[victim] = content
        case (let victim?, 1):
            let entry = try #require(try database.node(victim))
            let id = try database.newNodeID(.normalFolder)
            let data = try database.share(entry.data)
            try database.setNode(id, NodeEntry(data: data, subnodes: .none, parent: .none))
            nodes[id] = nodes[victim]
        default:
            let id = try database.newNodeID(Bool.random(using: &generator) ? .normalMessage : .normalFolder)
            let block = try Self.write(content, to: database)
            try database.setNode(id, NodeEntry(data: block, subnodes: .none, parent: .none))
            nodes[id] = content
        }
    }

    mutating func remove(_ id: NodeID) throws {
        let old = try #require(try database.node(id))
        try database.removeNode(id)
        try database.release(old.data)
        nodes[id] = nil
    }
}

/// What a database in a storage holds, and whether every structure of it is right.
enum DatabaseCheck {
    /// The data of every node.
    static func content(of database: NodeDatabase) throws -> [NodeID: [UInt8]] {
        var found: [NodeID: [UInt8]] = [:]
        try database.forEachNode { (id, entry) throws(NDBError) in
            found[id] = try database.data(of: entry.data)
        }
        return found
    }

    /// Everything that is wrong with a file that needs no repair.
    static func complaints(about storage: any Storage) throws -> [String] {
        let database = try NodeDatabase.open(storage)
        try database.prepareSpace()
        var complaints = database.repairs
        let root = database.committed.root
        if !root.mapsAreValid { complaints.append("fAMapValid 0") }
        let sections = FileGeometry.sectionCount(ofFile: root.fileSize)
        if try storage.size() != FileGeometry.fileSize(sections: sections) {
            complaints.append("ibFileEof \(root.fileSize), \(try storage.size()) bytes, \(sections) sections")
        }
        complaints += try referenceComplaints(database)
        try database.nodes.forEachPage { complaints += pageComplaints($0, isRoot: $1) }
        try database.blocks.forEachPage { complaints += pageComplaints($0, isRoot: $1) }
        let page = try storage.bytes(512, at: FileGeometry.densityList)
        let list = DensityList(pageBytes: page, sections: sections)
        if list == nil { complaints.append("the DList is damaged") }
        for entry in list?.entries ?? [] {
            let free = try database.loadMap(entry.section).freeSlots
            if free != entry.freeSlots { complaints.append("DList: section \(entry.section), \(free) free") }
        }
        return complaints
    }

    private static func referenceComplaints(_ database: NodeDatabase) throws -> [String] {
        var counts: [BlockID: Int] = [:]
        try database.forEachNode { (_, entry) throws(NDBError) in
            for id in [entry.data, entry.subnodes] where !id.isNone { counts[id, default: 0] += 1 }
        }
        var ids: [BlockID: Int] = [:]
        try database.blocks.forEachEntry { (words) throws(NDBError) in
            let id = BlockID(rawValue: words.0)
            ids[id] = Int(BlockEntry(words).references)
        }
        for id in ids.keys where id.isInternal {
            for child in try database.children(of: id, database.readBlock(id)) where !child.isNone {
                counts[child, default: 0] += 1
            }
        }
        return ids.filter { counts[$0.key] != $0.value - 1 }.map { "block \($0.key): cRef \($0.value)" }
            + counts.keys.filter { ids[$0] == nil }.map { "block \($0) is missing" }
    }

    private static func pageComplaints(_ page: BTreePage, isRoot: Bool) -> [String] {
        isRoot || page.count * 8 >= page.capacity ? [] : ["a page with \(page.count) of \(page.capacity) entries"]
    }
}

extension BTree {
    func pageCount() throws -> Int {
        var count = 0
        try forEachPage { _, _ in count += 1 }
        return count
    }
}
