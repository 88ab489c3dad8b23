import MAPI
import PSTNDB

/// The data of an attachment, read from the store block by block.
struct StoredStream: AttachmentStream {
    let nodes: NodeReader
    let top: BlockID
    /// Bytes, as the data tree's top block says.
    let size: UInt64

    func makeReader() -> any AttachmentReader { Reader(stream: self) }

    private struct Reader: AttachmentReader {
        let stream: StoredStream
        var blocks: DataBlocks?
        var block: [UInt8] = []
        var position = 0
        var done: UInt64 = 0

        init(stream: StoredStream) {
            self.stream = stream
        }

        mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            guard !buffer.isEmpty else { return 0 }
            if position == block.count {
                if blocks == nil { blocks = try stream.nodes.dataBlocks(of: stream.top) }
                block.removeAll(keepingCapacity: true)
                position = 0
                _ = try blocks?.next(appendingTo: &block)
                done += UInt64(block.count)
                guard done <= stream.size, !block.isEmpty || done == stream.size else {
                    throw PSTError.damaged("XBLOCK.lcbTotal: found \(stream.size), expected \(done)")
                }
            }
            let count = min(buffer.count, block.count - position)
            block.withUnsafeBytes { bytes in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
            }
            position += count
            return count
        }
    }
}
