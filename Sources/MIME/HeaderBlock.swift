import Glibc

/// One field of a header block, as byte ranges of the message.
public struct HeaderField: Hashable, Sendable {
    /// Name without the colon.
    public let name: Range<Int>
    /// Everything between the colon and the end of the field, folding included, without the final line end.
    public let value: Range<Int>
    let nameHash: UInt32
}

/// The header of a message or part — RFC 5322 2.2, read leniently.
public struct HeaderBlock: Hashable, Sendable {
    /// From the first byte to the start of the content, the empty line included.
    public internal(set) var range: Range<Int>
    /// In the order of the message.
    public internal(set) var fields: [HeaderField] = []
    /// True when the block ended with an empty line.
    public internal(set) var isTerminated = false
}

/// Reads header blocks: one line at a time, so that a boundary line can end a damaged one.
struct HeaderScanner {
    let bytes: UnsafeRawBufferPointer

    /// The end of the line that starts at `position`, its line end included.
    static func lineEnd(in bytes: UnsafeRawBufferPointer, from position: Int, to limit: Int) -> Int {
        guard position < limit, let base = bytes.baseAddress else { return limit }
        guard let found = memchr(base + position, Int32(ASCII.lineFeed), limit - position) else { return limit }
        return (UnsafeRawPointer(found) - base) + 1
    }

    /// Reads from `start`; stops behind an empty line, before a line for which `isBoundary` holds, before text that
    /// cannot be a header, or at `limit`.
    func block(from start: Int, to limit: Int, isBoundary: (Int, Int) -> Bool) -> HeaderBlock {
        var block = HeaderBlock(range: start..<start)
        block.fields.reserveCapacity(start == 0 ? 24 : 4)
        var position = start
        var open: (name: Range<Int>, value: Int)?
        var end = start
        func close() {
            guard let field = open else { return }
            open = nil
            guard block.fields.count < MIMELimits.fieldCount else { return }
            let value = field.value..<max(field.value, withoutLineEnd(field.value, end))
            block.fields.append(
                HeaderField(
                    name: field.name, value: value, nameHash: FieldName.hash(of: bytes.slice(field.name))))
        }
        while position < limit {
            let next = Self.lineEnd(in: bytes, from: position, to: limit)
            let first = bytes[position]
            if isEmptyLine(position, next) {
                block.isTerminated = true
                position = next
                break
            }
            if first == ASCII.hyphen, isBoundary(position, next) { break }
            if first == ASCII.hyphen, next - position > 2, bytes[position + 1] == ASCII.hyphen {
                close()
                // The empty line before the first part is missing.
                if isOwnBoundary(position, next, of: block) { break }
            }
            if first.isBlank {
                // A continuation; one without a field before it belongs to nothing and is passed over.
                end = next
                position = next
                continue
            }
            if let colon = fieldNameEnd(position, next) {
                close()
                open = (position..<colon.name, colon.value)
            } else if isMailboxSeparator(position, next, isFirst: position == start) || looksLikeHeader(next, limit) {
                // A line that is no field in the midst of fields: passed over, the block keeps it.
                close()
            } else {
                break
            }
            end = next
            position = next
        }
        close()
        block.range = start..<position
        return block
    }

    /// Whether a line is the boundary of the multipart that the fields so far announce.
    private func isOwnBoundary(_ start: Int, _ end: Int, of block: HeaderBlock) -> Bool {
        guard let boundary = HeaderView(bytes: bytes, block: block).contentType?.rawBoundary, !boundary.isEmpty else {
            return false
        }
        let line = bytes.slice(start + 2..<withoutLineEnd(start, end))
        return line.starts(with: boundary) && line.dropFirst(boundary.count).allSatisfy(\.isBlank)
    }

    private func withoutLineEnd(_ start: Int, _ end: Int) -> Int {
        var end = end
        if end > start, bytes[end - 1] == ASCII.lineFeed { end -= 1 }
        if end > start, bytes[end - 1] == ASCII.carriageReturn { end -= 1 }
        return end
    }

    private func isEmptyLine(_ start: Int, _ end: Int) -> Bool {
        bytes[start] == ASCII.lineFeed
            || (bytes[start] == ASCII.carriageReturn && (end - start == 1 || bytes[start + 1] == ASCII.lineFeed))
    }

    /// `name` ends before blanks and the colon, `value` starts behind the colon; nil where the line is no field.
    private func fieldNameEnd(_ start: Int, _ end: Int) -> (name: Int, value: Int)? {
        var position = start
        while position < end, bytes[position] > 0x20, bytes[position] < 0x7F, bytes[position] != ASCII.colon {
            position += 1
        }
        let name = position
        guard name > start else { return nil }
        // Blanks before the colon are obsolete syntax (RFC 5322 4.5.8) that still occurs.
        while position < end, bytes[position].isBlank { position += 1 }
        guard position < end, bytes[position] == ASCII.colon else { return nil }
        return (name, position + 1)
    }

    /// `From ` lines of mbox files, quoted or not; only ever at the top.
    private func isMailboxSeparator(_ start: Int, _ end: Int, isFirst: Bool) -> Bool {
        guard isFirst else { return false }
        let line = bytes.slice(start..<end)
        let skip = line.first == ASCII.greater ? 1 : 0
        return line.count > 5 + skip && line.slice(skip..<skip + 5).elementsEqual("From ".utf8)
    }

    private func looksLikeHeader(_ start: Int, _ limit: Int) -> Bool {
        guard start < limit else { return false }
        let end = Self.lineEnd(in: bytes, from: start, to: limit)
        guard let field = fieldNameEnd(start, end) else { return false }
        // Not prose such as "Note: …" after the first line of a body without header.
        return field.value < end && bytes[field.name] == ASCII.colon
            && (bytes[start..<field.name].contains(ASCII.hyphen) || isCommonName(start..<field.name))
    }

    private func isCommonName(_ range: Range<Int>) -> Bool {
        let name = bytes.slice(range)
        let common: [StaticString] = ["received", "from", "to", "cc", "subject", "date", "sender"]
        return common.contains { name.equalsIgnoringCase($0) }
    }
}
