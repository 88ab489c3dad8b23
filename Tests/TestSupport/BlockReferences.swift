public import BinaryIO
import PSTNDB

/// Who refers to the blocks of a PST, counted from its nodes.
public enum BlockReferences {
    /// What is wrong with the reference counts: blocks that no node reaches, that are missing, or whose cRef is not
    /// 1 and the number of references to them ([MS-PST] 2.2.2.7.7.3). Empty for a sound file.
    public static func complaints(about storage: any Storage) throws -> [String] {
        let nodes = try NodeReader.open(storage)
        var stored: [BlockID: Int] = [:]
        var complaints = nodes.forEachBlock { id, _, _, references in stored[id] = references }.map(\.description)
        var counted: [BlockID: Int] = [:]
        var waiting: [BlockID] = []
        complaints += nodes.forEachNode { _, entry in waiting += [entry.data, entry.subnodes] }.map(\.description)
        while let id = waiting.popLast() {
            guard !id.isNone else { continue }
            counted[id, default: 1] += 1
            // Only the first reference leads on: what is below has one reference for each block that names it.
            if counted[id] == 2, id.isInternal { waiting += try children(of: id, in: nodes) }
        }
        for (id, count) in counted.sorted(by: { $0.key < $1.key }) where stored[id] != count {
            complaints.append("block \(id): cRef \(stored[id].map(String.init) ?? "of no entry"), counted \(count)")
        }
        for id in stored.keys.sorted() where counted[id] == nil { complaints.append("block \(id): nobody's") }
        return complaints
    }

    /// What an XBLOCK, XXBLOCK, SLBLOCK or SIBLOCK of a Unicode file refers to.
    private static func children(of id: BlockID, in nodes: NodeReader) throws -> [BlockID] {
        let bytes = try nodes.block(id)
        let count = Int(bytes.loadLittleEndian(UInt16.self, at: 2) ?? 0)
        func block(_ offset: Int) -> BlockID {
            BlockID(rawValue: bytes.loadLittleEndian(UInt64.self, at: offset) ?? 0)
        }
        return switch (bytes[0], bytes[1]) {
        case (1, _): (0..<count).map { block(8 + 8 * $0) }
        case (2, 0): (0..<count).flatMap { [block(16 + 24 * $0), block(24 + 24 * $0)] }
        default: (0..<count).map { block(16 + 16 * $0) }
        }
    }
}
