internal import BinaryIO
import Glibc
internal import MAPI

/// The messages and attachments of an item, embedded ones included, numbered in the order in which they are met:
/// what a container refers to by number.
struct StoredItem {
    struct Leaf {
        let content: AttachmentContent
        /// Positions of the attachments that lead to it, the outermost first.
        let path: [Int]
    }

    /// The item itself is number 0.
    private(set) var messages: [MessageObject] = []
    /// Paths of `messages`.
    private(set) var messagePaths: [[Int]] = []
    /// Attachments that are no messages.
    private(set) var leaves: [Leaf] = []

    init(_ message: MessageObject) {
        visit(message, path: [])
    }

    private mutating func visit(_ message: MessageObject, path: [Int]) {
        messages.append(message)
        messagePaths.append(path)
        for (position, attachment) in message.attachments.enumerated() {
            guard messages.count + leaves.count < OriginalLimits.parts else { return }
            let own = path + [position]
            if case .message(let inner) = attachment.content {
                if own.count < OriginalLimits.depth { visit(inner, path: own) }
            } else {
                leaves.append(Leaf(content: attachment.content, path: own))
            }
        }
    }

    /// The content that `source` names; nil where there is none.
    func content(_ source: StoredSource) -> AttachmentContent? {
        switch source.kind {
        case .attachment:
            return leaves.indices.contains(source.number) ? leaves[source.number].content : nil
        case .body, .html, .headers:
            guard messages.indices.contains(source.number) else { return nil }
            let properties = messages[source.number].properties
            switch source.kind {
            case .html: return properties.binary(.html).map { .bytes($0) }
            case .body: return properties.string(.body).map { .bytes(Self.stored($0)) }
            default: return properties.string(.transportMessageHeaders).map { .bytes(Self.stored($0)) }
            }
        }
    }

    /// UTF-8 without NULs, which a PST string cannot hold: the same before the item was stored and after.
    static func stored(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        if bytes.withUnsafeBytes({ holdsNUL($0) }) { bytes.removeAll { $0 == 0 } }
        return bytes
    }

    static func holdsNUL(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return false }
        return memchr(base, 0, bytes.count) != nil
    }
}

/// Something stored with the item that a container refers to.
struct StoredSource: Hashable {
    enum Kind: UInt8 {
        case attachment, body, html, headers
    }

    let kind: Kind
    /// Of the attachment or of the message, as ``StoredItem`` counts.
    let number: Int
}

/// Reads stored content from its start to its end, and tells its length and CRC-32.
struct StoredReader {
    private let held: [UInt8]
    private var stream: (any AttachmentReader)?
    private var buffer: [UInt8] = []
    private(set) var position = 0
    private var checksum = CRC32()

    init(_ content: AttachmentContent) {
        switch content {
        case .bytes(let bytes), .storage(let bytes): held = bytes
        case .stream(let content):
            held = []
            stream = content.makeReader()
        case .none, .message: held = []
        }
    }

    /// Hands the next `length` bytes to `body`, in pieces that are all multiples of three but the last.
    /// - Returns: whether there were so many; what there was has been handed over.
    mutating func read(_ length: Int, _ body: (UnsafeRawBufferPointer) throws -> Void) throws -> Bool {
        var left = length
        while left > 0 {
            let wanted = min(left, OriginalLimits.pieceLength)
            let got: Int
            // Counted before it is handed over: `body` may give up, and the digest is to be true all the same.
            if stream == nil {
                let start = position
                got = min(wanted, held.count - start)
                guard got > 0 else { return false }
                position += got
                try held.withUnsafeBytes { bytes in
                    let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<start + got])
                    checksum.update(piece)
                    try body(piece)
                }
            } else {
                got = try fill(wanted)
                guard got > 0 else { return false }
                position += got
                try buffer.withUnsafeBytes { bytes in
                    let piece = UnsafeRawBufferPointer(rebasing: bytes[..<got])
                    checksum.update(piece)
                    try body(piece)
                }
            }
            left -= got
        }
        return true
    }

    /// Passes over what lies before `offset`; false where that has been read or is beyond the end.
    mutating func skip(to offset: Int) throws -> Bool {
        guard offset >= position else { return false }
        return try read(offset - position) { _ in }
    }

    /// Length and CRC-32 of all of the content; reads what is left of it.
    mutating func finish() throws -> ContentDigest {
        while try read(OriginalLimits.pieceLength, { _ in }) {}
        return ContentDigest(length: position, checksum: checksum.value)
    }

    /// Fills the buffer from the stream as far as it goes.
    private mutating func fill(_ wanted: Int) throws -> Int {
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: OriginalLimits.pieceLength) }
        var count = 0
        guard var reader = stream else { return 0 }
        // Held once: what it keeps is changed, not copied.
        stream = nil
        defer { stream = reader }
        while count < wanted {
            let got: Int
            do {
                got = try buffer.withUnsafeMutableBytes { bytes in
                    try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[count..<wanted]))
                }
            } catch {
                throw OriginalMessageError.unreadable("\(error)")
            }
            guard got > 0 else { break }
            count += min(got, wanted - count)
        }
        return count
    }
}

/// Length in bytes and CRC-32 of stored content.
struct ContentDigest: Equatable {
    let length: Int
    let checksum: UInt32
}
