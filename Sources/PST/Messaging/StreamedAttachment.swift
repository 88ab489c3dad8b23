import MAPI
import PSTNDB

/// Attachment data that is never held as a whole.
enum StreamedAttachment {
    private static let chunk = 256 << 10

    /// Reads `stream` to its end into a data tree of `database`.
    static func write(
        _ stream: any AttachmentStream, to database: NodeDatabase
    ) throws(PSTError) -> (block: BlockID, size: UInt64) {
        var reader = stream.makeReader()
        var writer = DataTreeWriter()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count: Int
            do {
                count = try reader.read(into: buffer)
            } catch {
                throw .damaged("an attachment could not be read: \(error)")
            }
            guard count > 0 else { break }
            try inNodes { () throws(NDBError) in
                try writer.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: database)
            }
        }
        let block = try inNodes { () throws(NDBError) in try writer.finish(in: database) }
        return (block, writer.size)
    }
}
