internal import BinaryIO
internal import MAPI
internal import MIME

/// Writes entities with the wanted line ends, and in pieces that are worth a call of the sink.
struct MessageOutput<Sink: ByteSink> {
    private(set) var sink: Sink
    private let lineEnd: [UInt8]
    private var buffer: [UInt8] = []

    init(sink: Sink, lineEnd: ExportOptions.LineEnd) {
        self.sink = sink
        self.lineEnd = lineEnd == .lf ? [0x0A] : [0x0D, 0x0A]
        buffer.reserveCapacity(ExportLimits.bufferLength * 2)
    }

    mutating func write(_ message: ComposedMessage) throws(ExportError) {
        try lines(message.header.bytes)
        try write(message.root)
    }

    mutating func flush() throws(ExportError) {
        guard !buffer.isEmpty else { return }
        do {
            try sink.write(buffer)
        } catch {
            throw .output(error)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private mutating func flushIfFull() throws(ExportError) {
        if buffer.count >= ExportLimits.bufferLength { try flush() }
    }

    private mutating func write(_ entity: OutgoingEntity) throws(ExportError) {
        try lines(entity.fields.bytes)
        buffer.append(contentsOf: lineEnd)
        switch entity.content {
        case .lines(let bytes): try lines(bytes)
        case .base64(let content, let name): try base64(content, name)
        case .verbatim(let content, let offset, let name): try verbatim(content, from: offset, name)
        case .message(let message): try write(message)
        case .multipart(let boundary, let parts):
            for part in parts {
                try lines(Array("--\(boundary)\n".utf8))
                try write(part)
                if !part.content.endsLine { buffer.append(contentsOf: lineEnd) }
            }
            try lines(Array("--\(boundary)--\n".utf8))
        }
    }

    /// Lines that end with LF.
    private mutating func lines(_ bytes: [UInt8]) throws(ExportError) {
        if lineEnd.count == 1 {
            buffer.append(contentsOf: bytes)
            return try flushIfFull()
        }
        var position = 0
        while position < bytes.count {
            let end = bytes[position...].firstIndex(of: 0x0A) ?? bytes.count
            buffer.append(contentsOf: bytes[position..<end])
            if end < bytes.count { buffer.append(contentsOf: lineEnd) }
            position = end + 1
            try flushIfFull()
        }
    }

    private mutating func base64(_ content: AttachmentContent, _ name: String) throws(ExportError) {
        var pieces = ContentPieces(content, name: name)
        while try pieces.advance() {
            pieces.withPiece { Base64.appendLines($0, lineEnd: lineEnd, to: &buffer) }
            try flushIfFull()
        }
    }

    /// Line ends of a signed entity are CRLF in the property; with LF wanted they become that, and nothing else.
    private mutating func verbatim(
        _ content: AttachmentContent, from offset: Int, _ name: String
    ) throws(ExportError) {
        var pieces = ContentPieces(content, name: name)
        var skip = offset
        var heldReturn = false
        while try pieces.advance() {
            pieces.withPiece { piece in
                let start = min(skip, piece.count)
                skip -= start
                if lineEnd.count == 2 {
                    buffer.append(contentsOf: piece[start...])
                    return
                }
                for byte in piece[start...] {
                    if heldReturn, byte != 0x0A { buffer.append(0x0D) }
                    heldReturn = byte == 0x0D
                    if !heldReturn { buffer.append(byte) }
                }
            }
            try flushIfFull()
        }
        if heldReturn { buffer.append(0x0D) }
    }
}

/// The bytes of an attachment, piece by piece; all pieces but the last are of the same length.
struct ContentPieces {
    private let held: [UInt8]
    private var heldPosition = 0
    private var reader: (any AttachmentReader)?
    private var storage: [UInt8] = []
    private var range = 0..<0
    private let name: String

    init(_ content: AttachmentContent, name: String) {
        self.name = name
        switch content {
        case .bytes(let bytes), .storage(let bytes): held = bytes
        case .stream(let stream):
            held = []
            reader = stream.makeReader()
            storage = [UInt8](repeating: 0, count: ExportLimits.pieceLength)
        case .none, .message: held = []
        }
    }

    /// Moves to the next piece; false at the end.
    mutating func advance() throws(ExportError) -> Bool {
        guard var reader else {
            let end = min(heldPosition + ExportLimits.pieceLength, held.count)
            range = heldPosition..<end
            heldPosition = end
            return !range.isEmpty
        }
        var count = 0
        let capacity = storage.count
        do {
            while count < capacity {
                let read = try storage.withUnsafeMutableBytes { room in
                    try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: room[count...]))
                }
                guard read > 0, read <= capacity - count else { break }
                count += read
            }
        } catch {
            throw .attachment(name: name, reason: "\(error)")
        }
        self.reader = reader
        range = 0..<count
        return count > 0
    }

    func withPiece(_ body: (UnsafeRawBufferPointer) -> Void) {
        (reader == nil ? held : storage).withUnsafeBytes {
            body(UnsafeRawBufferPointer(rebasing: $0[range]))
        }
    }
}
