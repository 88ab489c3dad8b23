import BinaryIO
public import PSTNDB

/// In memory.
extension TableContext {
    /// Adds a row; cells above 3,580 bytes become subnodes with their data in `images`.
    public mutating func append(
        _ row: TableRow, id: UInt32, version: UInt32, images: inout BlockImages
    ) throws(LTPError) {
        // Copies, because a closure cannot take the parameter and `self` by reference at once.
        var large: [(id: NodeID, node: NodeImage)] = []
        var next = UInt32(0x401 + cellImages.count)
        try append(row, id: id, version: version) { (content, row) throws(LTPError) in
            guard case .bytes(let range) = content else {
                throw .limit("a shared cell in a table that is not in a database")
            }
            let id = NodeID(type: .ltp, index: next)
            next += 1
            let data = row.values.withUnsafeBytes { images.appendData(UnsafeRawBufferPointer(rebasing: $0[range])) }
            large.append((id, NodeImage(data: data, dataSize: UInt64(range.count))))
            return id
        }
        cellImages += large
    }

    /// The whole table as a node.
    public mutating func build(into images: inout BlockImages) throws(LTPError) -> NodeImage {
        try indexPending()
        var subnodes = cellImages
        if rows.count > 0 {
            if rows.fitsHeapItem {
                try setRowsReference(heap.allocate(rows.heapItem()).rawValue)
            } else {
                var matrix = NodeImage()
                for block in try rows.encodedBlocks() {
                    let part = block.withUnsafeBytes { images.appendData($0) }
                    matrix.dataSize += UInt64(block.count)
                    switch (matrix.data, part) {
                    case (.blocks(let before), .blocks(let range)):
                        matrix.data = .blocks(before.lowerBound..<range.upperBound)
                    default: matrix.data = part
                    }
                }
                subnodes.append((Self.rowMatrixNode, matrix))
                try setRowsReference(Self.rowMatrixNode.rawValue)
            }
        }
        subnodes.sort { $0.id < $1.id }
        return NodeImage(
            data: try appendHeap(&heap, to: &images), dataSize: UInt64(heap.encodedSize), subnodes: subnodes)
    }
}
