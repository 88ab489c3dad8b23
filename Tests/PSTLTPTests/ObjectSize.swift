import BinaryIO
import PSTNDB

/// The size of an object by the rule of the repair tool, computed from the file.
enum ObjectSize {
    static func bytes(data: BlockID, subnodes: BlockID, in nodes: NodeReader) throws -> UInt64 {
        var sum = try nodes.dataBlocks(of: data).size
        for entry in try nodes.subnodes(of: subnodes) {
            sum += try bytes(data: entry.data, subnodes: entry.subnodes, in: nodes)
        }
        return sum
    }
}
