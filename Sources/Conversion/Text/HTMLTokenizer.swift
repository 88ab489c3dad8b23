import Glibc

/// HTML cut into text and tags, as far as its plain text needs it: WHATWG HTML, 13.2.5, with the end of the input
/// treated more kindly (what was not closed is shown as text instead of being swallowed).
///
/// Linear in the length of the input: where a search for an end fails, that is remembered, and no later search
/// for the same end is made. Valid only inside the scope that lent the buffer.
struct HTMLTokenizer {
    enum Token {
        case text(Range<Int>)
        /// A start or end tag; `attributes` is what stands between the name and `>`.
        case tag(HTMLElement, isEnd: Bool, attributes: Range<Int>)
        case end
    }

    let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position = 0
    /// No `-->` follows.
    private var commentsAreOpen = false
    /// A quote was never closed, so that from here on the first `>` ends a tag.
    private var quotesAreBroken = false
    /// Names of hidden elements whose end tag does not follow, as the first two letters tell them apart.
    private var unclosed: Set<UInt16> = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    mutating func next() -> Token {
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "<") else {
                let start = position
                position = first(UInt8(ascii: "<"), from: start) ?? bytes.count
                return .text(start..<position)
            }
            let start = position
            guard start + 1 < bytes.count else {
                position = bytes.count
                return .text(start..<position)
            }
            switch bytes[start + 1] {
            case UInt8(ascii: "!"):
                skipDeclaration()
            case UInt8(ascii: "?"):
                skip(past: UInt8(ascii: ">"))
            case UInt8(ascii: "/"):
                if start + 2 < bytes.count && Self.isLetter(bytes[start + 2]) {
                    return tag(nameAt: start + 2, isEnd: true)
                }
                skip(past: UInt8(ascii: ">"))
            case let byte where Self.isLetter(byte):
                return tag(nameAt: start + 1, isEnd: false)
            default:
                position = start + 1
                return .text(start..<position)
            }
        }
        return .end
    }

    static func isLetter(_ byte: UInt8) -> Bool {
        let lower = byte | 0x20
        return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 || byte == 0x0C
    }

    private func first(_ byte: UInt8, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress else { return nil }
        guard let found = memchr(base + start, Int32(byte), bytes.count - start) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base)
    }

    private mutating func skip(past byte: UInt8) {
        position = first(byte, from: position).map { $0 + 1 } ?? bytes.count
    }

    /// Comments, `<!DOCTYPE …>` and the `<![if …]>` of Office, whose content is shown.
    private mutating func skipDeclaration() {
        let start = position + 4
        guard start <= bytes.count, bytes[position + 2] == 0x2D, bytes[position + 3] == 0x2D else {
            skip(past: UInt8(ascii: ">"))
            return
        }
        if !commentsAreOpen {
            // `<!-->` and `<!--->` are complete comments, hence the dashes of the start count.
            var search = start
            while let end = first(UInt8(ascii: ">"), from: search) {
                let dashes = end >= 2 && bytes[end - 1] == 0x2D && bytes[end - 2] == 0x2D
                let bang =
                    end >= start + 3 && bytes[end - 1] == 0x21 && bytes[end - 2] == 0x2D && bytes[end - 3] == 0x2D
                if dashes || bang {
                    position = end + 1
                    return
                }
                search = end + 1
            }
            commentsAreOpen = true
        }
        skip(past: UInt8(ascii: ">"))
    }

    private mutating func tag(nameAt nameStart: Int, isEnd: Bool) -> Token {
        let start = position
        var nameEnd = nameStart
        while nameEnd < bytes.count, !Self.isSpace(bytes[nameEnd]), bytes[nameEnd] != 0x2F, bytes[nameEnd] != 0x3E {
            nameEnd += 1
        }
        guard let close = endOfTag(from: nameEnd) else {
            // Nothing that follows is a tag any more.
            position = bytes.count
            return .text(start..<position)
        }
        position = close + 1
        let name = UnsafeBufferPointer(rebasing: bytes[nameStart..<nameEnd])
        let element = HTMLElement(name: name)
        if element == .hidden && !isEnd && bytes[close - 1] != 0x2F { skipHidden(name) }
        return .tag(element, isEnd: isEnd, attributes: nameEnd..<close)
    }

    /// The offset of the `>` that ends a tag; one inside a quoted attribute value does not.
    private mutating func endOfTag(from start: Int) -> Int? {
        guard !quotesAreBroken else { return first(UInt8(ascii: ">"), from: start) }
        var attributes = HTMLAttributes(bytes, from: start, to: bytes.count)
        while attributes.next() != nil {}
        if attributes.position < bytes.count { return attributes.position }
        quotesAreBroken = true
        return first(UInt8(ascii: ">"), from: start)
    }

    /// Goes to the end tag of an element whose content is not shown; to the end of the input without one, as
    /// browsers do, except that a lost `</title>` hides nothing.
    private mutating func skipHidden(_ name: UnsafeBufferPointer<UInt8>) {
        let key = name.count >= 2 ? UInt16(name[0] | 0x20) << 8 | UInt16(name[1] | 0x20) : 0
        var search = position
        while !unclosed.contains(key), let start = first(UInt8(ascii: "<"), from: search) {
            search = start + 1
            let nameEnd = start + 2 + name.count
            guard nameEnd <= bytes.count, bytes[start + 1] == 0x2F else { continue }
            var isSame = true
            for offset in 0..<name.count where bytes[start + 2 + offset] | 0x20 != name[offset] | 0x20 {
                isSame = false
            }
            if isSame {
                position = start
                return
            }
        }
        unclosed.insert(key)
        if key != UInt16(UInt8(ascii: "t")) << 8 | UInt16(UInt8(ascii: "i")) { position = bytes.count }
    }
}

/// The attributes of one tag — WHATWG HTML, 13.2.5.32 and on. Ends at `>` or `limit`.
struct HTMLAttributes {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var position: Int
    private let limit: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to limit: Int) {
        self.bytes = bytes
        position = start
        self.limit = limit
    }

    /// The next name and its value (empty where it has none); nil at the end, where `position` is then at the
    /// `>`, or at `limit` when there is none.
    mutating func next() -> (name: Range<Int>, value: Range<Int>)? {
        while position < limit, HTMLTokenizer.isSpace(bytes[position]) || bytes[position] == 0x2F { position += 1 }
        guard position < limit, bytes[position] != 0x3E else { return nil }
        let nameStart = position
        position += 1
        while position < limit {
            let byte = bytes[position]
            if HTMLTokenizer.isSpace(byte) || byte == 0x2F || byte == 0x3E || byte == 0x3D { break }
            position += 1
        }
        let name = nameStart..<position
        skipSpaces()
        guard position < limit, bytes[position] == 0x3D else { return (name, position..<position) }
        position += 1
        skipSpaces()
        guard position < limit else { return (name, position..<position) }
        let quote = bytes[position]
        let valueStart: Int
        if quote == 0x22 || quote == 0x27 {
            valueStart = position + 1
            position = valueStart
            while position < limit, bytes[position] != quote { position += 1 }
            let value = valueStart..<position
            if position < limit { position += 1 }
            return (name, value)
        }
        valueStart = position
        while position < limit, !HTMLTokenizer.isSpace(bytes[position]), bytes[position] != 0x3E { position += 1 }
        return (name, valueStart..<position)
    }

    private mutating func skipSpaces() {
        while position < limit, HTMLTokenizer.isSpace(bytes[position]) { position += 1 }
    }

    /// The value of the first attribute of that name (lower case, ASCII).
    static func value(of wanted: StaticString, in bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Range<Int>?
    {
        var attributes = HTMLAttributes(bytes, from: range.lowerBound, to: range.upperBound)
        while let (name, value) = attributes.next() {
            guard name.count == wanted.utf8CodeUnitCount else { continue }
            var isSame = true
            for offset in 0..<name.count where bytes[name.lowerBound + offset] | 0x20 != wanted.utf8Start[offset] {
                isSame = false
            }
            if isSame { return value }
        }
        return nil
    }
}
