internal import BinaryIO
import Glibc
internal import MAPI
internal import MIME

/// Which bytes of a message can be made from what is stored with it. Each reference has been tried: what it makes is
/// what stands in the message.
struct OriginalPlan {
    struct Piece {
        let range: Range<Int>
        let reference: StoredReference
    }

    private let bytes: UnsafeRawBufferPointer
    private let item: StoredItem
    /// In the order of the message, not overlapping.
    private(set) var pieces: [Piece] = []
    /// Of attachments that were read on the way.
    private(set) var digests: [Int: ContentDigest] = [:]

    private let passed: (Range<Int>) -> Void

    /// - Parameters:
    ///   - origins: of content that comes from `bytes`.
    ///   - passed: told now and then which bytes were passed over, so that those of a large file can be let go.
    init(
        _ bytes: UnsafeRawBufferPointer, _ item: StoredItem, origins: [PartOrigin],
        passed: @escaping (Range<Int>) -> Void
    ) {
        self.passed = passed
        self.bytes = bytes
        self.item = item
        guard !origins.isEmpty else { return }
        let leaves = PathIndex(item.leaves.map(\.path))
        let messages = PathIndex(item.messagePaths)
        var used: Set<StoredSource> = []
        let ordered = origins.sorted {
            ($0.stream.range.lowerBound, -$0.stream.range.count) < ($1.stream.range.lowerBound, -$1.stream.range.count)
        }
        for origin in ordered where origin.stream.range.count >= OriginalLimits.referenceLength {
            guard origin.stream.range.lowerBound >= pieces.last?.range.upperBound ?? 0 else { continue }
            let source: StoredSource? =
                switch origin.target {
                case .attachment: leaves[origin.path].map { StoredSource(kind: .attachment, number: $0) }
                case .body: messages[origin.path].map { StoredSource(kind: .body, number: $0) }
                case .html: messages[origin.path].map { StoredSource(kind: .html, number: $0) }
                case .headers: messages[origin.path].map { StoredSource(kind: .headers, number: $0) }
                }
            guard let source, let content = item.content(source), !used.contains(source) else { continue }
            used.insert(source)
            add(origin.stream, source, content)
        }
    }

    private mutating func add(_ stream: PartStream, _ source: StoredSource, _ content: AttachmentContent) {
        // What the last attempt came to, where none fitted as a whole.
        var proven: [Piece] = []
        var difference = stream.range.upperBound
        for attempt in attempts(stream, source, content) {
            let candidates = attempt(difference)
            guard !candidates.isEmpty, pieces.count + candidates.count < OriginalLimits.segments / 2 else { break }
            var reader = StoredReader(content)
            proven = []
            difference = stream.range.upperBound
            for candidate in candidates {
                if let place = firstDifference(candidate, &reader) {
                    difference = min(difference, place)
                } else {
                    proven.append(candidate)
                }
            }
            if source.kind == .attachment, let digest = try? reader.finish() { digests[source.number] = digest }
            // Where something did not fit, the next attempt looks closer.
            if proven.count == candidates.count { break }
        }
        pieces += proven
    }

    /// A way in which a text may come from what is stored.
    /// - Parameter difference: where the attempt before first made something else than what stands in the message.
    private typealias Attempt = (_ difference: Int) -> [Piece]

    /// Ways in which the text may come from the content, the likeliest first; each is looked into when its turn comes.
    private func attempts(_ stream: PartStream, _ source: StoredSource, _ content: AttachmentContent) -> [Attempt] {
        // What the attempts hold on to: not the plan, which changes while they are made.
        let (bytes, passed) = (bytes, passed)
        func piece(_ range: Range<Int>, _ offset: Int, _ length: Int, _ form: StoredForm) -> Piece {
            Piece(
                range: range,
                reference: StoredReference(source: source, offset: offset, length: length, form: form))
        }
        if stream.completesLineEnds {
            return [
                { _ in
                    LineEndScan.runs(bytes, stream.range).map {
                        piece(
                            $0.text, stream.prefix.count + $0.offset, $0.length,
                            StoredForm(dropsReturns: $0.wasCompleted))
                    }
                }
            ]
        }
        switch stream.encoding {
        case .identity where source.kind != .attachment:
            guard case .bytes(let stored) = content else { return [] }
            return [
                { _ in
                    let match = stored.withUnsafeBytes { TextScan.match(bytes, stream.range, $0) }
                    return match.map { [piece($0.text, 0, $0.length, $0.form)] } ?? []
                }
            ]
        case .identity: return [{ _ in [piece(stream.range, 0, stream.range.count, .verbatim)] }]
        case .quotedPrintable: return quotedPrintable(stream, source)
        case .uuencode: return []
        case .base64: break
        }
        func runs(isCareful: Bool) -> [Piece] {
            Base64Scan.runs(bytes, stream.range, isCareful: isCareful, passed: passed).compactMap { run in
                guard run.text.count >= OriginalLimits.referenceLength else { return nil }
                return piece(run.text, run.offset, run.length, StoredForm(encoding: .base64(run.layout)))
            }
        }
        let quick = runs(isCareful: false)
        if source.kind == .body, quick.count == 1, case .bytes(let text) = content {
            // A body has CRLF line ends, whatever was encoded.
            let form = StoredForm(dropsReturns: true, encoding: quick[0].reference.form.encoding)
            return [{ _ in quick }, { _ in [piece(quick[0].range, 0, text.count, form)] }]
        }
        return [{ _ in quick }, { _ in runs(isCareful: true) }]
    }

    /// All of the text; then what stands before the line with which something else begins, as the rest does where a character
    /// has other bytes in the message, if that is worth it.
    private func quotedPrintable(_ stream: PartStream, _ source: StoredSource) -> [Attempt] {
        let (bytes, passed) = (bytes, passed)
        func runs(_ range: Range<Int>) -> [Piece] {
            // A body has CRLF line ends, whatever was encoded.
            let dropsReturns = source.kind == .body && QuotedPrintableScan.beginsWithLoneFeed(bytes, range)
            return QuotedPrintableScan.runs(bytes, range, completesReturns: dropsReturns, passed: passed).map { run in
                let form = StoredForm(dropsReturns: dropsReturns, encoding: .quotedPrintable(run.layout))
                return Piece(
                    range: run.text,
                    reference: StoredReference(source: source, offset: run.offset, length: run.length, form: form))
            }
        }
        return [
            { _ in runs(stream.range) },
            { difference in
                let common = stream.range.lowerBound..<LineEndScan.lineStart(bytes, stream.range, difference)
                return common.count >= stream.range.count / 4 * 3 ? runs(common) : []
            },
        ]
    }

    /// Where what the reference makes begins to be something else than what stands in its place; nil where it is exactly that.
    private func firstDifference(_ piece: Piece, _ reader: inout StoredReader) -> Int? {
        struct Mismatch: Error {}
        // The closure is to hold what it needs, not all of the plan.
        let (bytes, passed) = (bytes, passed)
        var position = piece.range.lowerBound
        var told = position
        let isWhole = try? OriginalRebuilder.write(piece.reference, from: &reader) { made in
            let start = position
            let count = min(made.count, piece.range.upperBound - start)
            guard let own = made.baseAddress, let base = bytes.baseAddress else { return }
            guard memcmp(own, base + position, count) == 0, count == made.count else {
                while position < start + count, made[position - start] == bytes[position] { position += 1 }
                throw Mismatch()
            }
            position += count
            if position - told >= MappedFile.discardStep {
                passed(told..<position)
                told = position
            }
        }
        passed(told..<position)
        return isWhole == true && position == piece.range.upperBound ? nil : position
    }
}

/// Finds the number of an attachment or a message by its path; most mails have few, which are looked through faster than
/// they are hashed.
private struct PathIndex {
    private let paths: [[Int]]
    private let numbers: [[Int]: Int]

    private static let few = 8

    init(_ paths: [[Int]]) {
        self.paths = paths
        numbers =
            paths.count <= Self.few ? [:] : Dictionary(paths.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    subscript(path: [Int]) -> Int? { numbers.isEmpty ? paths.firstIndex(of: path) : numbers[path] }
}
