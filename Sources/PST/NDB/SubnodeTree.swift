import BinaryIO

/// SLENTRY, [MS-PST] 2.2.2.8.3.3.1.1.
public struct SubnodeEntry: Hashable, Sendable {
    public let id: NodeID
    public let data: BlockID
    public let subnodes: BlockID

    public init(id: NodeID, data: BlockID, subnodes: BlockID) {
        self.id = id
        self.data = data
        self.subnodes = subnodes
    }
}

/// SLBLOCK and SIBLOCK, [MS-PST] 2.2.2.8.3.3.
enum SubnodeBlock {
    case leaf([SubnodeEntry])
    case index([(first: NodeID, block: BlockID)])

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .leaf(let entries):
            bytes.reserveCapacity(8 + 24 * entries.count)
            bytes.append(2)
            bytes.append(0)
            bytes.append(littleEndian: UInt16(entries.count))
            bytes.append(littleEndian: UInt32(0))
            for entry in entries {
                bytes.append(littleEndian: UInt64(entry.id.rawValue))
                bytes.append(littleEndian: entry.data.rawValue)
                bytes.append(littleEndian: entry.subnodes.rawValue)
            }
        case .index(let entries):
            bytes.reserveCapacity(8 + 16 * entries.count)
            bytes.append(2)
            bytes.append(1)
            bytes.append(littleEndian: UInt16(entries.count))
            bytes.append(littleEndian: UInt32(0))
            for entry in entries {
                bytes.append(littleEndian: UInt64(entry.first.rawValue))
                bytes.append(littleEndian: entry.block.rawValue)
            }
        }
        return bytes
    }

    init(bytes: [UInt8], id: BlockID, format: FileFormat = .unicode) throws(NDBError) {
        let count = Int(bytes.loadLittleEndian(UInt16.self, at: 2) ?? 0)
        let header = format.subnodeHeader
        let word = format.wordSize
        guard bytes.count >= header, bytes[0] == 2, bytes[1] <= 1,
            bytes.count >= header + count * word * (bytes[1] == 0 ? 3 : 2)
        else {
            throw .damaged("SLBLOCK", "btype", at: nil, found: "block \(id)", expected: "a subnode tree block")
        }
        // The upper half of the NID is not cleared by Outlook; only the lower counts.
        func nid(_ offset: Int) -> NodeID { NodeID(rawValue: bytes.loadLittleEndian(UInt32.self, at: offset) ?? 0) }
        func bid(_ offset: Int) -> BlockID { BlockID(rawValue: format.word(bytes, at: offset)) }
        if bytes[1] == 0 {
            self = .leaf(
                (0..<count).map { index in
                    let start = header + 3 * word * index
                    return SubnodeEntry(id: nid(start), data: bid(start + word), subnodes: bid(start + 2 * word))
                })
        } else {
            self = .index(
                (0..<count).map { index in
                    let start = header + 2 * word * index
                    return (nid(start), bid(start + word))
                })
        }
    }
}
