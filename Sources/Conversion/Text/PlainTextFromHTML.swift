/// The plain text of an HTML body, for PidTagBody — [MS-OXCMAIL] 2.2.3.3 leaves the rules to the implementation.
///
/// Never fails and takes time linear in the input, however broken it is. The rules: content that is not shown is
/// dropped; white space collapses outside `pre`; blocks stand on their own lines, paragraphs and headings are
/// followed by an empty one; cells are separated by a TAB; list items get `* ` or their number; links are
/// followed by their address where the text does not say it; pictures become their alternative text.
public enum PlainTextFromHTML {
    /// - Returns: lines with CRLF ends, at most two empty ones in a row, no blanks at line ends; empty where the
    ///   HTML shows no text.
    public static func text(of html: String) -> String {
        var html = html
        return html.withUTF8 { bytes in
            var renderer = HTMLTextRenderer(bytes)
            var text = renderer.render()
            if text.isEmpty && renderer.isInHead {
                // The head was never left, so its "text" is the body of broken HTML rather than nothing at all.
                renderer = HTMLTextRenderer(bytes, knowsHead: false)
                text = renderer.render()
            }
            return String(decoding: text, as: UTF8.self)
        }
    }
}

/// One pass over the tokens. Valid only inside the scope that lent the buffer.
private struct HTMLTextRenderer {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var layout: PlainTextLayout
    private let knowsHead: Bool
    private(set) var isInHead = false
    private var isParagraphOpen = false
    private var preformattedDepth = 0
    /// A line break right after `<pre>` is not part of the text.
    private var isPreformattedStart = false
    private var lists: [List] = []
    /// Lists nested deeper than the bound, which have no entry.
    private var excessLists = 0
    private var link: Range<Int>?

    /// A list that is open; `number` is that of the next item of an ordered one.
    private struct List {
        var number: Int?
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, knowsHead: Bool = true) {
        self.bytes = bytes
        self.knowsHead = knowsHead
        layout = PlainTextLayout(capacity: min(bytes.count / 2 + 64, TextLimits.initialCapacity))
    }

    mutating func render() -> [UInt8] {
        var tokens = HTMLTokenizer(bytes)
        while true {
            switch tokens.next() {
            case .text(let range):
                if !isInHead { text(range) }
            case .tag(let element, let isEnd, let attributes):
                if isInHead {
                    guard leavesHead(element, isEnd: isEnd) else { continue }
                    isInHead = false
                }
                if isEnd { end(element) } else { start(element, attributes) }
            case .end:
                endLink()
                return layout.finish()
            }
        }
    }

    /// A head without an end tag ends at the first element that belongs into a body.
    private func leavesHead(_ element: HTMLElement, isEnd: Bool) -> Bool {
        switch element {
        case .unknown, .metadata, .hidden: false
        case .head: isEnd
        default: true
        }
    }

    private mutating func start(_ element: HTMLElement, _ attributes: Range<Int>) {
        switch element {
        case .head: isInHead = knowsHead
        case .lineBreak: layout.lineBreak()
        case .block: startBlock()
        case .paragraph, .heading:
            startBlock()
            isParagraphOpen = element == .paragraph
        case .rule:
            startBlock()
            for _ in 0..<32 { layout.byte(UInt8(ascii: "_")) }
            layout.block()
        case .preformatted:
            startBlock()
            preformattedDepth += 1
            isPreformattedStart = true
        case .unorderedList: startList(number: nil)
        case .orderedList: startList(number: integer(of: "start", attributes) ?? 1)
        case .listItem: startItem(attributes)
        case .tableRow:
            closeParagraph()
            layout.row()
        case .tableCell:
            closeParagraph()
            layout.beginCell()
        case .anchor:
            endLink()
            link = HTMLAttributes.value(of: "href", in: bytes, attributes)
            if link != nil { layout.noteTextStart() }
        case .image:
            if let alternative = HTMLAttributes.value(of: "alt", in: bytes, attributes) {
                text(alternative, isAttribute: true)
            }
        case .inline, .unknown, .body, .metadata, .hidden: break
        }
    }

    private mutating func end(_ element: HTMLElement) {
        switch element {
        case .block:
            closeParagraph()
            layout.block()
        case .paragraph, .heading:
            isParagraphOpen = false
            layout.emptyLine()
        case .preformatted:
            preformattedDepth = max(preformattedDepth - 1, 0)
            layout.block()
        case .unorderedList, .orderedList:
            closeParagraph()
            if excessLists > 0 { excessLists -= 1 } else { _ = lists.popLast() }
            layout.dropMark()
            layout.block()
        case .listItem:
            closeParagraph()
            layout.dropMark()
            layout.block()
        case .tableRow:
            closeParagraph()
            layout.row()
        case .tableCell:
            closeParagraph()
            layout.endCell()
        case .lineBreak: layout.lineBreak()
        case .anchor: endLink()
        case .inline, .unknown, .body, .head, .metadata, .hidden, .rule, .image: break
        }
    }

    // MARK: Blocks

    private mutating func closeParagraph() {
        if isParagraphOpen { layout.emptyLine() }
        isParagraphOpen = false
    }

    private mutating func startBlock() {
        closeParagraph()
        layout.block()
    }

    private mutating func startList(number: Int?) {
        startBlock()
        if lists.count < TextLimits.listDepth { lists.append(List(number: number)) } else { excessLists += 1 }
    }

    private mutating func startItem(_ attributes: Range<Int>) {
        closeParagraph()
        var mark = [UInt8](repeating: 0x20, count: 2 * max(min(lists.count, 8) - 1, 0))
        if excessLists == 0, let list = lists.last, let next = list.number {
            let number = integer(of: "value", attributes) ?? next
            lists[lists.count - 1].number = number &+ 1
            mark.append(contentsOf: "\(number). ".utf8)
        } else {
            mark.append(contentsOf: "* ".utf8)
        }
        layout.listItem(mark: mark)
    }

    /// An attribute of up to nine digits.
    private func integer(of name: StaticString, _ attributes: Range<Int>) -> Int? {
        guard let range = HTMLAttributes.value(of: name, in: bytes, attributes), (1...9).contains(range.count) else {
            return nil
        }
        var number = 0
        for byte in bytes[range] {
            guard byte >= 0x30 && byte <= 0x39 else { return nil }
            number = number * 10 + Int(byte - 0x30)
        }
        return number
    }

    // MARK: Links

    /// Writes the address of a link behind its text, as Outlook does, unless the text is the address.
    private mutating func endLink() {
        guard let range = link else { return }
        link = nil
        defer { layout.forgetTextStart() }
        guard let start = layout.textStart, start <= layout.output.count else { return }
        let target = attributeText(range)
        guard !target.isEmpty, target[0] != UInt8(ascii: "#"), !Self.begins(target, "javascript:"),
            !Self.begins(target, "cid:")
        else { return }
        let shown = layout.output[start...]
        for prefix in ["", "mailto:", "http://", "https://"] as [StaticString] where Self.begins(target, prefix) {
            let rest = target.dropFirst(prefix.utf8CodeUnitCount)
            if rest.elementsEqual(shown) || (rest.last == 0x2F && rest.dropLast().elementsEqual(shown)) { return }
        }
        layout.space()
        layout.byte(UInt8(ascii: "<"))
        target.withUnsafeBufferPointer { layout.text($0) }
        layout.byte(UInt8(ascii: ">"))
    }

    private static func begins(_ text: [UInt8], _ prefix: StaticString) -> Bool {
        guard text.count >= prefix.utf8CodeUnitCount else { return false }
        for offset in 0..<prefix.utf8CodeUnitCount {
            let byte = text[offset]
            let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte + 32 : byte
            if lower != prefix.utf8Start[offset] { return false }
        }
        return true
    }

    /// An address with entities decoded and without white space and controls, which browsers remove as well.
    private func attributeText(_ range: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            if bytes[position] == UInt8(ascii: "&"),
                let reference = CharacterReference(bytes, at: position, end: range.upperBound, isAttribute: true)
            {
                position = reference.end
                if reference.scalar.value > 0x20 { result.append(contentsOf: String(reference.scalar).utf8) }
                continue
            }
            if bytes[position] > 0x20 { result.append(bytes[position]) }
            position += 1
        }
        return result
    }

    // MARK: Text

    private mutating func text(_ range: Range<Int>, isAttribute: Bool = false) {
        var position = range.lowerBound
        let end = range.upperBound
        while position < end {
            let byte = bytes[position]
            if byte > 0x20 && byte != UInt8(ascii: "&") && !isHardSpace(at: position, end: end) {
                var runEnd = position + 1
                while runEnd < end {
                    let next = bytes[runEnd]
                    if next <= 0x20 || next == UInt8(ascii: "&") || isHardSpace(at: runEnd, end: end) { break }
                    runEnd += 1
                }
                layout.text(UnsafeBufferPointer(rebasing: bytes[position..<runEnd]))
                isPreformattedStart = false
                position = runEnd
            } else if byte == UInt8(ascii: "&"),
                let reference = CharacterReference(bytes, at: position, end: end, isAttribute: isAttribute)
            {
                position = reference.end
                scalar(reference.scalar)
            } else if byte == UInt8(ascii: "&") {
                layout.byte(byte)
                position += 1
            } else if byte > 0x20 {
                layout.hardSpace()
                position += 2
            } else {
                whiteSpace(byte, followedBy: position + 1 < end ? bytes[position + 1] : 0)
                position += 1
            }
        }
    }

    /// U+00A0 in UTF-8.
    @inline(__always)
    private func isHardSpace(at position: Int, end: Int) -> Bool {
        bytes[position] == 0xC2 && position + 1 < end && bytes[position + 1] == 0xA0
    }

    private mutating func scalar(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0xA0: layout.hardSpace()
        case 0...0x20: whiteSpace(UInt8(truncatingIfNeeded: scalar.value), followedBy: 0)
        default:
            guard let units = UTF8.encode(scalar) else { return }
            for unit in units { layout.byte(unit) }
        }
    }

    /// White space, and the control characters that have no place in a text.
    private mutating func whiteSpace(_ byte: UInt8, followedBy next: UInt8) {
        guard HTMLTokenizer.isSpace(byte) else { return }
        guard preformattedDepth > 0 else {
            layout.space()
            return
        }
        switch byte {
        case 0x0D where next == 0x0A: return
        case 0x0A, 0x0D:
            if !isPreformattedStart { layout.lineBreak() }
            isPreformattedStart = false
        case 0x09: layout.byte(0x09)
        default: layout.hardSpace()
        }
    }
}
