import Glibc

/// The structure of a message: headers and parts, found in one pass over the bytes.
///
/// GMime's own parser is not used for this: it refuses what has no proper header, drops the text of multiparts
/// whose boundary never comes, and does not tell where multiparts lie, all of which a copy must not lose.
public struct MessageStructure: Sendable {
    public let root: Part
    public let defects: Set<StructureDefect>

    /// Never fails: bytes without any structure are one `text/plain` part.
    /// - Parameters:
    ///   - range: where in `bytes` the message lies; by default all of it.
    ///   - passed: told now and then which bytes were passed over, so that those of a large file can be let go.
    public init(
        _ bytes: UnsafeRawBufferPointer, range: Range<Int>? = nil, passed: ((Range<Int>) -> Void)? = nil
    ) {
        let range = (range ?? 0..<bytes.count).clamped(to: 0..<bytes.count)
        var scanner = StructureScanner(
            bytes: bytes, limit: range.upperBound, position: range.lowerBound, passed: passed)
        let root = scanner.entity(defaultType: .plainText, depth: 0)
        self.root = root
        if root.header.fields.isEmpty && !range.isEmpty { scanner.defects.insert(.noHeader) }
        defects = scanner.defects
    }
}

/// A boundary that is open where the scanner stands.
private struct Boundary {
    /// Without the two hyphens.
    let text: [UInt8]
    /// The first eight bytes as a number, and which of them count: one comparison settles nearly every line.
    let start: UInt64
    let mask: UInt64

    init(text: [UInt8]) {
        self.text = text
        var start: UInt64 = 0
        var mask: UInt64 = 0
        for (index, byte) in text.prefix(8).enumerated() {
            start |= UInt64(byte) << (8 * UInt64(index))
            mask |= 0xFF << (8 * UInt64(index))
        }
        self.start = start
        self.mask = mask
    }
}

private enum Delimiter {
    /// Index into the stack of open boundaries; `isClosing` for `--boundary--`.
    case boundary(index: Int, isClosing: Bool)
    case end
}

private struct StructureScanner {
    let bytes: UnsafeRawBufferPointer
    let limit: Int
    var position: Int
    var open: [Boundary] = []
    var defects: Set<StructureDefect> = []
    var partCount = 0
    /// What ended the content scanned last; the position is then at the start of that line, or at the limit.
    var delimiter = Delimiter.end
    private let passed: ((Range<Int>) -> Void)?
    /// Up to where ``passed`` has been told.
    private var told: Int

    private static let step = 16 << 20

    init(bytes: UnsafeRawBufferPointer, limit: Int, position: Int, passed: ((Range<Int>) -> Void)?) {
        self.bytes = bytes
        self.limit = limit
        self.position = position
        self.passed = passed
        told = position
    }

    private mutating func tellPassed() {
        guard position - told >= Self.step, let passed else { return }
        passed(told..<position)
        told = position
    }

    /// Reads an entity up to the next open boundary. Recursion is bounded by ``MIMELimits/multipartDepth``.
    mutating func entity(defaultType: ContentType, depth: Int) -> Part {
        partCount += 1
        let header = HeaderScanner(bytes: bytes).block(from: position, to: limit) { start, end in
            matchingBoundary(start, end) != nil
        }
        position = header.range.upperBound
        let view = HeaderView(bytes: bytes, block: header)
        let type = view.contentType ?? defaultType
        var part = Part(
            header: header, type: type, disposition: view.disposition,
            transferEncoding: TransferEncoding(view.first(.contentTransferEncoding)), contentID: view.contentID,
            content: position..<position)
        if part.isMultipart, let boundary = type.rawBoundary {
            if depth < MIMELimits.multipartDepth {
                multipart(&part, boundary: boundary, depth: depth)
                return part
            }
            defects.insert(.tooDeep)
            part.isTooDeep = true
        }
        part.content = content()
        return part
    }

    private mutating func multipart(_ part: inout Part, boundary: [UInt8], depth: Int) {
        let start = position
        let index = open.count
        open.append(Boundary(text: boundary))
        defer { open.removeLast() }
        part.prologue = content()
        let childType: ContentType = part.type.subtype == "digest" ? .message : .plainText
        while case .boundary(index, let isClosing) = delimiter {
            skipLine()
            if isClosing {
                let epilogueStart = position
                let epilogue = content()
                // A part after the closing boundary: some writers close too early.
                if case .boundary(index, isClosing: false) = delimiter { continue }
                part.epilogue = epilogueStart..<max(epilogueStart, epilogue.upperBound)
                if case .boundary(index, isClosing: true) = delimiter { continue }
                break
            }
            if partCount >= MIMELimits.partCount {
                defects.insert(.tooManyParts)
                let header = HeaderBlock(range: position..<position)
                part.children.append(
                    Part(
                        header: header, type: .octetStream, disposition: nil, transferEncoding: .identity,
                        contentID: nil, content: position..<limit))
                position = limit
                delimiter = .end
                break
            }
            part.children.append(entity(defaultType: childType, depth: depth + 1))
        }
        part.content = start..<max(start, contentEnd())
    }

    /// Passes over content up to the next line that is an open boundary, and sets ``delimiter``.
    private mutating func content() -> Range<Int> {
        let start = position
        guard !open.isEmpty, let base = bytes.baseAddress else {
            position = limit
            delimiter = .end
            return start..<limit
        }
        // A boundary begins with hyphens, which are rarer than lines: base64 has none.
        while position < limit {
            let reach = min(limit, position + Self.step)
            guard let found = memchr(base + position, Int32(ASCII.hyphen), reach - position) else {
                position = reach
                tellPassed()
                continue
            }
            let hyphen = UnsafeRawPointer(found) - base
            let end = HeaderScanner.lineEnd(in: bytes, from: hyphen, to: limit)
            if hyphen == start || bytes[hyphen - 1] == ASCII.lineFeed, let found = matchingBoundary(hyphen, end) {
                position = hyphen
                delimiter = .boundary(index: found.index, isClosing: found.isClosing)
                return start..<max(start, contentEnd())
            }
            position = end
            tellPassed()
        }
        position = limit
        tellPassed()
        delimiter = .end
        return start..<limit
    }

    /// The position without the line end before it, which belongs to the boundary (RFC 2046 5.1.1).
    private func contentEnd() -> Int {
        guard case .boundary = delimiter else { return position }
        var end = position
        if end > 0, bytes[end - 1] == ASCII.lineFeed {
            end -= 1
            if end > 0, bytes[end - 1] == ASCII.carriageReturn { end -= 1 }
        }
        return end
    }

    private mutating func skipLine() {
        position = HeaderScanner.lineEnd(in: bytes, from: position, to: limit)
    }

    /// The innermost open boundary that the line `start..<end` is.
    private func matchingBoundary(_ start: Int, _ end: Int) -> (index: Int, isClosing: Bool)? {
        guard end - start > 2, bytes[start] == ASCII.hyphen, bytes[start + 1] == ASCII.hyphen else { return nil }
        let line = bytes.slice(start + 2..<end)
        var head: UInt64 = 0
        if line.count >= 8 {
            head = UInt64(littleEndian: line.loadUnaligned(as: UInt64.self))
        } else {
            for (index, byte) in line.enumerated() { head |= UInt64(byte) << (8 * UInt64(index)) }
        }
        var index = open.count
        while index > 0 {
            index -= 1
            guard head & open[index].mask == open[index].start else { continue }
            let boundary = open[index].text
            guard line.count >= boundary.count, hasPrefix(line, boundary) else { continue }
            let rest = line.slice(boundary.count..<line.count)
            if rest.allSatisfy(\.isWhiteSpace) { return (index, false) }
            if rest.count >= 2, rest[0] == ASCII.hyphen, rest[1] == ASCII.hyphen,
                rest.dropFirst(2).allSatisfy(\.isWhiteSpace)
            {
                return (index, true)
            }
        }
        return nil
    }

    private func hasPrefix(_ line: UnsafeRawBufferPointer, _ prefix: [UInt8]) -> Bool {
        prefix.withUnsafeBytes { own in
            guard let left = line.baseAddress, let right = own.baseAddress else { return own.isEmpty }
            return memcmp(left, right, own.count) == 0
        }
    }
}
