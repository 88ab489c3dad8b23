internal import BinaryIO
internal import MAPI
internal import MIME

/// Decoded content of a part, read from the message's own file piece by piece.
struct PartStream: AttachmentStream {
    let file: MappedFile
    let range: Range<Int>
    let encoding: TransferEncoding
    /// What stands before the content.
    var prefix: [UInt8] = []
    /// LF becomes CRLF, as in the entity of a signed message.
    var completesLineEnds = false

    func makeReader() -> any AttachmentReader { PartReader(stream: self) }

    /// All of it.
    func bytes() -> [UInt8] {
        var result = prefix
        file.withUnsafeBytes { bytes in
            let content = UnsafeRawBufferPointer(rebasing: bytes[range.clamped(to: 0..<bytes.count)])
            if completesLineEnds {
                result.append(contentsOf: LineEnds.completed(content))
            } else {
                result.append(contentsOf: TransferDecoder.decode(content, encoding))
            }
        }
        return result
    }
}

struct PartReader: AttachmentReader {
    private let stream: PartStream
    private var decoder: TransferDecoder
    private var prefixPosition = 0
    /// Raw position and last byte, where line ends are completed.
    private var position = 0
    private var previous: UInt8 = 0
    /// Bytes that did not fit a small buffer.
    private var pending: [UInt8] = []
    private var pendingPosition = 0
    /// Up to where the source has been let go.
    private var discarded = 0

    init(stream: PartStream) {
        self.stream = stream
        decoder = TransferDecoder(stream.encoding)
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard buffer.count > 0 else { return 0 }
        if prefixPosition < stream.prefix.count {
            let count = min(buffer.count, stream.prefix.count - prefixPosition)
            buffer.copyBytes(from: stream.prefix[prefixPosition..<prefixPosition + count])
            prefixPosition += count
            return count
        }
        if pendingPosition < pending.count { return takePending(buffer) }
        if buffer.count >= TransferDecoder.minimumRoom { return produce(buffer) }
        pending = [UInt8](repeating: 0, count: 64)
        pendingPosition = 0
        let produced = pending.withUnsafeMutableBytes { [self] room in
            var copy = self
            let count = copy.produce(room)
            return (count, copy.decoder, copy.position, copy.previous)
        }
        (decoder, position, previous) = (produced.1, produced.2, produced.3)
        pending.removeLast(pending.count - produced.0)
        return pending.isEmpty ? 0 : takePending(buffer)
    }

    private mutating func takePending(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, pending.count - pendingPosition)
        buffer.copyBytes(from: pending[pendingPosition..<pendingPosition + count])
        pendingPosition += count
        return count
    }

    private mutating func produce(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let now = stream.completesLineEnds ? position : decoder.position
        if now - discarded >= MappedFile.discardStep {
            let start = stream.range.lowerBound
            stream.file.discard(start + discarded..<start + now)
            discarded = now
        }
        return stream.file.withUnsafeBytes { bytes in
            let content = UnsafeRawBufferPointer(rebasing: bytes[stream.range.clamped(to: 0..<bytes.count)])
            return stream.completesLineEnds ? completeLineEnds(content, room) : decoder.decode(content, into: room)
        }
    }

    private mutating func completeLineEnds(
        _ content: UnsafeRawBufferPointer, _ room: UnsafeMutableRawBufferPointer
    ) -> Int {
        var count = 0
        while position < content.count, count + 2 <= room.count {
            let byte = content[position]
            if byte == 0x0A, previous != 0x0D {
                room[count] = 0x0D
                count += 1
            }
            room[count] = byte
            count += 1
            previous = byte
            position += 1
        }
        return count
    }
}
