internal import BinaryIO
import Glibc
internal import MAPI

/// Makes the container of a message that was just imported.
struct OriginalKeeper {
    let file: MappedFile
    /// All of `file`: the original.
    let bytes: UnsafeRawBufferPointer
    let record: ImportRecord

    /// The value of the property OriginalMessage. It has been opened again and compared with the original. nil, and a
    /// problem is reported, where it would become too large; there is no other reason in practice.
    func property(of message: MessageObject) -> [UInt8]? {
        let item = StoredItem(message)
        // Parts of an encoded message are no part of the file.
        let origins = record.origins.filter { $0.stream.file === file }
        let plan = OriginalPlan(bytes, item, origins: origins, passed: file.discard)
        if let container = container(plan, item) { return container }
        record.report("the original bytes of the message are too many to be kept; its content is all there")
        return nil
    }

    private func container(_ plan: OriginalPlan, _ item: StoredItem) -> [UInt8]? {
        var digests: [ContentDigest] = []
        for (number, leaf) in item.leaves.enumerated() {
            if let known = plan.digests[number] {
                digests.append(known)
                continue
            }
            var reader = StoredReader(leaf.content)
            guard let digest = try? reader.finish() else { return nil }
            digests.append(digest)
        }
        let known = record.check.flatMap { $0.file === file ? $0.value : nil }
        let (sha, xxh) = (SHA256(), known == nil ? XXH3() : nil)
        for start in stride(from: 0, to: bytes.count, by: MappedFile.discardStep) {
            let range = start..<min(start + MappedFile.discardStep, bytes.count)
            let piece = UnsafeRawBufferPointer(rebasing: bytes[range])
            sha.update(piece)
            xxh?.update(piece)
            file.discard(range)
        }
        let bare = OriginalContainer(
            length: bytes.count, digest: sha.finish(), check: known ?? xxh?.finish(),
            fingerprint: ItemFingerprint(item, digests: digests))
        guard bare.digest.count == SHA256.size else { return nil }
        let referenced = Set(plan.pieces.map(\.reference.source))
        // Long text is short enough by itself: looking it up in as long a dictionary takes twice the time, for half a percent
        // of a mailbox.
        let literals = bytes.count - plan.pieces.reduce(0) { $0 + $1.range.count }
        let usesDictionary = literals <= OriginalLimits.thoroughLength
        let dictionary = usesDictionary ? OriginalDictionary.entries(item, excluding: referenced) : []
        return proven(bare, plan.pieces, dictionary, item) ?? proven(bare, [], [], item)
    }

    /// The container with these references and the rest of the message as literal text, if it gives that text back.
    private func proven(
        _ bare: OriginalContainer, _ pieces: [OriginalPlan.Piece], _ dictionary: [StoredSource], _ item: StoredItem
    ) -> [UInt8]? {
        var container = bare
        var literals: [Range<Int>] = []
        var position = 0
        for piece in pieces {
            append(position..<piece.range.lowerBound, to: &container, &literals)
            container.segments.append(.reference(piece.reference))
            position = piece.range.upperBound
        }
        append(position..<bytes.count, to: &container, &literals)
        container.dictionary = dictionary
        guard let text = try? OriginalDictionary.bytes(dictionary, item) else { return nil }
        guard let frames = frames(literals, dictionary: text) else { return nil }
        container.frames = frames
        let encoded = container.encoded()
        guard encoded.count <= OriginalLimits.containerLength,
            let opened = try? OriginalContainer(parsing: encoded), opened == container,
            holds(opened, literals, dictionary: text)
        else { return nil }
        return encoded
    }

    private func append(
        _ range: Range<Int>, to container: inout OriginalContainer, _ literals: inout [Range<Int>]
    ) {
        guard !range.isEmpty else { return }
        container.segments.append(.literal(range.count))
        literals.append(range)
    }

    /// The literal text, compressed; nil where that fails or gives too much.
    private func frames(_ literals: [Range<Int>], dictionary: [UInt8]) -> [[UInt8]]? {
        var frames: [[UInt8]] = []
        var size = 0
        var chunk: [UInt8] = []
        func close() -> Bool {
            // Part headers and boundaries alone: a slower level would save a few bytes of each message.
            let level: Int32 =
                chunk.count <= OriginalLimits.briefLength ? -1 : chunk.count <= OriginalLimits.thoroughLength ? 3 : 1
            let prefix = frames.isEmpty ? dictionary : []
            let frame = chunk.withUnsafeBytes { text in
                prefix.withUnsafeBytes { Zstandard.compressed(text, dictionary: $0, level: level) }
            }
            guard let frame else { return false }
            size += frame.count
            frames.append(frame)
            chunk.removeAll(keepingCapacity: true)
            return size <= OriginalLimits.containerLength
        }
        for range in literals {
            var position = range.lowerBound
            while position < range.upperBound {
                let count = min(range.upperBound - position, OriginalLimits.chunkLength - chunk.count)
                chunk.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[position..<position + count]))
                position += count
                if chunk.count == OriginalLimits.chunkLength, !close() { return nil }
            }
        }
        if !chunk.isEmpty, !close() { return nil }
        return frames
    }

    /// Whether the frames hold what stands in the message.
    private func holds(_ container: OriginalContainer, _ literals: [Range<Int>], dictionary: [UInt8]) -> Bool {
        var reader = LiteralReader(container, dictionary: dictionary)
        for range in literals {
            var position = range.lowerBound
            var isSame = true
            let read: Void? = try? reader.read(range.count) { made in
                guard let own = made.baseAddress, let base = bytes.baseAddress else { return }
                isSame = isSame && memcmp(own, base + position, made.count) == 0
                position += made.count
            }
            guard read != nil, isSame, position == range.upperBound else { return false }
        }
        return true
    }
}
