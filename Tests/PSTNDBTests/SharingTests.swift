import BinaryIO
import TestSupport
import Testing

@testable import PSTNDB

@Suite("A block that nodes share")
struct SharingTests {
    private static func node(_ number: Int) -> NodeID { NodeID(type: .contentsTable, index: 0x401 + UInt32(number)) }

    @Test("may be shared by more nodes than cRef can count; copies take over")
    func manyReferences() throws {
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .permute)
        let count = 2 * Int(NDBLimits.sharedReferences) + 100
        let template = try DatabaseModel.write(Array(1...200), to: database)
        try database.setNode(Self.node(0), NodeEntry(data: template, subnodes: .none, parent: .none))
        var blocks: [BlockID: Int] = [template: 1]
        for number in 1..<count {
            let data = try database.share(template)
            blocks[data, default: 0] += 1
            try database.setNode(Self.node(number), NodeEntry(data: data, subnodes: .none, parent: .none))
        }
        #expect(blocks.count == 3)
        for (block, references) in blocks { #expect(try database.referenceCount(of: block) == references) }
        try database.commit()
        #expect(try DatabaseCheck.complaints(about: storage) == [])
        for number in 0..<count {
            let entry = try #require(try database.node(Self.node(number)))
            try database.release(entry.data)
            try database.removeNode(Self.node(number))
        }
        for block in blocks.keys { #expect(try database.referenceCount(of: block) == 0) }
        try database.commit()
        #expect(try DatabaseCheck.complaints(about: storage) == [])
    }

    /// A node with a subnode that has a data tree, and a second node that shares all of it.
    private static func sharedTree(_ database: NodeDatabase) throws -> (data: BlockID, subnodes: BlockID) {
        let data = try DatabaseModel.write(Array(repeating: 1, count: 30_000), to: database)
        let inner = try DatabaseModel.write(Array(repeating: 2, count: 30_000), to: database)
        let subnodes = try database.writeSubnodes([
            SubnodeEntry(id: NodeID(type: .ltp, index: 0x401), data: inner, subnodes: .none)
        ])
        for number in 0..<2 {
            if number > 0 {
                try database.retain(data)
                try database.retain(subnodes)
            }
            try database.setNode(node(number), NodeEntry(data: data, subnodes: subnodes, parent: .none))
        }
        try database.commit()
        return (data, subnodes)
    }

    @Test("is changed for one node only, where both a data tree and a subnode tree are shared")
    func unsharing() throws {
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .none)
        let (data, subnodes) = try Self.sharedTree(database)

        // The data: one block of the tree is replaced.
        var tree = try StoredDataTree(top: data, in: database)
        var blocks = tree.blocks
        blocks[1] = try DatabaseModel.write(Array(repeating: 7, count: NDBLimits.blockData), to: database)
        try tree.update(to: blocks, size: 30_000, in: database)
        // The subnodes: the data of one is replaced.
        let own = try database.unshared(subnodes)
        #expect(own != subnodes)
        #expect(try database.unshared(own) == own)
        var subtree = try StoredSubnodeTree(top: own, in: database)
        try database.release(subtree.entries[0].data)
        let inner = try DatabaseModel.write([8], to: database)
        try subtree.update(
            to: [SubnodeEntry(id: subtree.entries[0].id, data: inner, subnodes: .none)], in: database)
        try database.setNode(Self.node(0), NodeEntry(data: tree.top, subnodes: subtree.top, parent: .none))
        try database.commit()

        #expect(try DatabaseCheck.complaints(about: storage) == [])
        let reader = try NodeReader.open(storage)
        let changed = try #require(try reader.node(Self.node(0)))
        let other = try #require(try reader.node(Self.node(1)))
        #expect(try reader.data(of: changed.data)[NDBLimits.blockData] == 7)
        #expect(try reader.data(of: other.data) == Array(repeating: 1, count: 30_000))
        #expect(try reader.data(of: reader.subnodes(of: changed.subnodes)[0].data) == [8])
        #expect(try reader.data(of: reader.subnodes(of: other.subnodes)[0].data) == Array(repeating: 2, count: 30_000))
    }

    @Test("is not freed under another node by a caller that takes it for its own")
    func refusal() throws {
        let storage = MemoryStorage()
        let database = NodeDatabase.create(in: storage, encoding: .none)
        let (_, subnodes) = try Self.sharedTree(database)
        var subtree = try StoredSubnodeTree(top: subnodes, in: database)
        #expect(throws: NDBError.self) { try subtree.update(to: [], in: database) }
        try database.rollback()
        #expect(try DatabaseCheck.complaints(about: storage) == [])
    }
}
