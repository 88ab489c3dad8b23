internal import BinaryIO
internal import MAPI

/// Makes the original from a container and the item it belongs to.
struct OriginalRebuilder {
    private let container: OriginalContainer
    private let item: StoredItem
    private var current: (source: StoredSource, reader: StoredReader)?
    private var finished: Set<StoredSource> = []
    /// Of attachments that were read to their ends.
    private(set) var digests: [Int: ContentDigest] = [:]

    init(container: OriginalContainer, item: StoredItem) {
        self.container = container
        self.item = item
    }

    /// - Throws: ``OriginalMessageError`` where container and item do not fit, and what `sink` throws.
    mutating func run(_ sink: ByteConsumer) throws {
        var literals = LiteralReader(container, dictionary: try OriginalDictionary.bytes(container.dictionary, item))
        for segment in container.segments {
            switch segment {
            case .literal(let count): try literals.read(count, to: sink)
            case .reference(let reference): try write(reference, to: sink)
            }
        }
        try finishCurrent()
    }

    /// The references to one source stand together, in the order of its bytes: it is read once.
    private mutating func write(_ reference: StoredReference, to sink: ByteConsumer) throws {
        if current?.source != reference.source {
            try finishCurrent()
            guard let content = item.content(reference.source), !finished.contains(reference.source) else {
                throw OriginalMessageError.damaged("a reference to something that is not there or was used before")
            }
            current = (reference.source, StoredReader(content))
        }
        guard var reader = takeReader() else { return }
        defer { current = (reference.source, reader) }
        guard try Self.write(reference, from: &reader, to: sink) else {
            throw OriginalMessageError.damaged("a reference beyond the end of its source")
        }
    }

    /// Held once while it is used: its buffer is then changed, not copied.
    private mutating func takeReader() -> StoredReader? {
        defer { current = nil }
        return current?.reader
    }

    /// Writes what `reference` stands for.
    /// - Returns: false where the source is too short or has been read beyond the reference's start.
    static func write(
        _ reference: StoredReference, from reader: inout StoredReader, to sink: ByteConsumer
    ) throws -> Bool {
        guard try reader.skip(to: reference.offset) else { return false }
        var writer = StoredFormWriter(reference.form)
        guard try reader.read(reference.length, { try writer.write($0, to: sink) }) else { return false }
        try writer.finish(to: sink)
        return true
    }

    private mutating func finishCurrent() throws {
        guard let (source, started) = current else { return }
        var reader = started
        current = nil
        finished.insert(source)
        if source.kind == .attachment { digests[source.number] = try reader.finish() }
    }
}

/// The literal text of a container, decompressed frame by frame.
struct LiteralReader {
    private let frames: [[UInt8]]
    private let dictionary: [UInt8]
    /// Bytes of text that are in frames not yet opened.
    private var left: Int
    private var nextFrame = 0
    private var chunk: [UInt8] = []
    private var position = 0

    init(_ container: OriginalContainer, dictionary: [UInt8]) {
        frames = container.frames
        self.dictionary = dictionary
        left = container.literalLength
    }

    mutating func read(_ count: Int, to sink: ByteConsumer) throws {
        var wanted = count
        while wanted > 0 {
            if position == chunk.count { try open() }
            let taken = min(wanted, chunk.count - position)
            try chunk.withUnsafeBytes { try sink(UnsafeRawBufferPointer(rebasing: $0[position..<position + taken])) }
            position += taken
            wanted -= taken
        }
    }

    private mutating func open() throws {
        let size = min(left, OriginalLimits.chunkLength)
        guard size > 0, nextFrame < frames.count else { throw OriginalMessageError.damaged("too little literal text") }
        let prefix = nextFrame == 0 ? dictionary : []
        let opened = frames[nextFrame].withUnsafeBytes { frame in
            prefix.withUnsafeBytes { Zstandard.decompressed(frame, dictionary: $0, count: size) }
        }
        guard let opened else { throw OriginalMessageError.damaged("a frame of the literal text") }
        chunk = opened
        position = 0
        left -= size
        nextFrame += 1
    }
}

/// What is stored with an item anyway, as dictionary for its literal text.
enum OriginalDictionary {
    /// - Throws: ``OriginalMessageError`` where an entry names nothing, or all of them too much.
    static func bytes(_ entries: [StoredSource], _ item: StoredItem) throws -> [UInt8] {
        var result: [UInt8] = []
        for entry in entries {
            guard let content = item.content(entry) else {
                throw OriginalMessageError.damaged("a dictionary of something that is not there")
            }
            var reader = StoredReader(content)
            let room = OriginalLimits.dictionaryLength - result.count
            let isLonger = try reader.read(room + 1) { result.append(contentsOf: $0) }
            if isLonger { throw OriginalMessageError.damaged("length of the dictionary") }
        }
        return result
    }

    /// What is not referred to: headers, bodies, and attachments where they are short, as far as there is room.
    static func entries(_ item: StoredItem, excluding referenced: Set<StoredSource>) -> [StoredSource] {
        var room = OriginalLimits.dictionaryLength
        var entries: [StoredSource] = []
        func append(_ kind: StoredSource.Kind, _ number: Int, _ length: Int) {
            let source = StoredSource(kind: kind, number: number)
            guard length > 0, length <= room, entries.count < OriginalLimits.dictionaryEntries,
                !referenced.contains(source)
            else { return }
            room -= length
            entries.append(source)
        }
        for (number, leaf) in item.leaves.enumerated() {
            guard case .bytes(let bytes) = leaf.content, bytes.count <= OriginalLimits.dictionaryAttachmentLength
            else { continue }
            append(.attachment, number, bytes.count)
        }
        for (number, message) in item.messages.enumerated() {
            let properties = message.properties
            append(.headers, number, properties.string(.transportMessageHeaders)?.utf8.count ?? 0)
            append(.body, number, properties.string(.body)?.utf8.count ?? 0)
            append(.html, number, properties.binary(.html)?.count ?? 0)
        }
        return entries
    }
}
