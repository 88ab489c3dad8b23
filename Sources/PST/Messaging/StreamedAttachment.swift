import MAPI
import PSTNDB

/// Attachment data that is never held as a whole.
enum StreamedAttachment {
    private static let chunk = 256 << 10

    /// Reads `stream` to its end into a data tree of `database`.
    static func write(
        _ stream: any AttachmentStream, to database: NodeDatabase
    ) throws(PSTError) -> (block: BlockID, size: UInt64) {
        var writer = DataTreeWriter()
        do {
            try copy(stream, to: &writer, of: database)
        } catch {
            // Blocks that nothing refers to are a fault of the file.
            try inNodes { () throws(NDBError) in try writer.discard(in: database) }
            throw error
        }
        let block = try inNodes { () throws(NDBError) in try writer.finish(in: database) }
        return (block, writer.size)
    }

    private static func copy(
        _ stream: any AttachmentStream, to writer: inout DataTreeWriter, of database: NodeDatabase
    ) throws(PSTError) {
        var reader = stream.makeReader()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count: Int
            do {
                count = try reader.read(into: buffer)
            } catch {
                throw .damaged("an attachment could not be read: \(error)")
            }
            guard count > 0 else { return }
            try inNodes { () throws(NDBError) in
                try writer.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: database)
            }
        }
    }
}
