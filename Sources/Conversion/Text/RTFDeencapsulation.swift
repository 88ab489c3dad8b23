/// What a rich text body holds.
public enum RTFContent: Hashable, Sendable {
    /// HTML that was wrapped into RTF (`\fromhtml1`), unwrapped; as text, whatever its `meta` says of a charset.
    case html(String)
    /// Plain text that was wrapped into RTF (`\fromtext`).
    case plainText(String)
    /// Genuine RTF, reduced to its text.
    case richText(String)
}

/// Reading of RTF bodies — [MS-OXRTFEX] 3.2, and the text of RTF that wraps nothing.
public enum RTFDeencapsulation {
    /// - Parameter rtf: uncompressed RTF. Damage costs what is damaged, not the rest.
    /// - Returns: nil when it is not RTF at all. Lines end with CRLF.
    public static func content(of rtf: [UInt8]) -> RTFContent? {
        rtf.withUnsafeBufferPointer { bytes in
            var reader = RTFReader(bytes)
            return reader.read()
        }
    }
}

private struct RTFReader {
    private enum Kind {
        case html, plainText, richText
    }

    private enum Destination {
        case body, htmlTag, fontTable, skipped
    }

    /// What a group inherits, and restores at its end.
    private struct State {
        var destination = Destination.body
        /// Inside `\htmlrtf`: the RTF rendering of what an `htmltag` says in HTML.
        var isRendering = false
        var isHidden = false
        /// Nil: the document's code page.
        var codePage: Int32?
        var unicodeSkip = 1
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var tokens: RTFTokenizer
    private var text = RTFTextBuffer()
    private var kind = Kind.richText
    private var state = State()
    private var stack: [State] = []
    /// Groups open beyond the bound of the stack.
    private var excessDepth = 0
    private var isRTF = false
    private var hasText = false
    private var documentCodePage = CodePage.windows1252
    private var defaultFont = 0
    private var fonts: [Int: Int32] = [:]
    private var definedFont = 0
    /// The last token was `\*`: an unknown destination that follows is to be skipped.
    private var isOptional = false
    /// Characters still to be skipped: they repeat a `\u` for old readers.
    private var skip = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        tokens = RTFTokenizer(bytes)
    }

    mutating func read() -> RTFContent? {
        reading: while true {
            let token = tokens.next()
            guard isRTF || isBeginning(token) else { return nil }
            switch token {
            case .openGroup: open()
            case .closeGroup:
                if stack.isEmpty { break reading }
                close()
            case .word(let key, let number): control(key, number)
            case .symbol(let symbol): self.symbol(symbol)
            case .byte(let byte): character(byte)
            case .text(let range): run(range)
            case .end: break reading
            }
        }
        guard isRTF else { return nil }
        text.flush()
        let result = String(decoding: text.output, as: UTF8.self)
        switch kind {
        case .html: return .html(result)
        case .plainText: return .plainText(result)
        case .richText: return .richText(result)
        }
    }

    /// Only `{\rtf` begins RTF.
    private func isBeginning(_ token: RTFTokenizer.Token) -> Bool {
        switch token {
        case .openGroup: stack.isEmpty
        case .word(let key, _): key == RTFTokenizer.key(of: "rtf".utf8) && stack.count == 1
        default: false
        }
    }

    private mutating func open() {
        skip = 0
        isOptional = false
        if stack.count < TextLimits.rtfGroupDepth { stack.append(state) } else { excessDepth += 1 }
    }

    private mutating func close() {
        skip = 0
        isOptional = false
        if excessDepth > 0 {
            excessDepth -= 1
        } else if let outer = stack.popLast() {
            state = outer
            // What follows the document is not part of it.
            if stack.isEmpty { state.destination = .skipped }
        }
    }

    private var isVisible: Bool {
        switch state.destination {
        case .htmlTag: true
        case .body: kind == .richText ? !state.isHidden : !state.isRendering
        case .fontTable, .skipped: false
        }
    }

    // MARK: Text

    private var codePage: Int32 {
        state.destination == .htmlTag ? documentCodePage : state.codePage ?? documentCodePage
    }

    private mutating func run(_ range: Range<Int>) {
        isOptional = false
        let skipped = min(skip, range.count)
        skip -= skipped
        let rest = bytes[(range.lowerBound + skipped)..<range.upperBound]
        guard isVisible, !rest.isEmpty else { return }
        hasText = true
        text.append(UnsafeBufferPointer(rebasing: rest), codePage: codePage)
    }

    private mutating func character(_ byte: UInt8) {
        isOptional = false
        guard skip == 0 else {
            skip -= 1
            return
        }
        guard isVisible else { return }
        hasText = true
        text.append(byte, codePage: codePage)
    }

    private mutating func literal(_ literal: StaticString) {
        guard skip == 0 else {
            skip -= 1
            return
        }
        guard isVisible else { return }
        hasText = true
        text.append(utf8: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    private mutating func special(_ scalar: Unicode.Scalar, html: StaticString) {
        guard kind != .html else { return literal(html) }
        guard skip == 0 else {
            skip -= 1
            return
        }
        guard isVisible else { return }
        hasText = true
        text.append(utf8: String(scalar).utf8)
    }

    // MARK: Controls

    private mutating func symbol(_ symbol: UInt8) {
        let wasOptional = isOptional
        isOptional = false
        switch symbol {
        case UInt8(ascii: "*"): isOptional = true
        case UInt8(ascii: "~"): special("\u{A0}", html: "&nbsp;")
        case UInt8(ascii: "_"): special("\u{2011}", html: "&shy;")
        case UInt8(ascii: "\\"): literal("\\")
        case UInt8(ascii: "{"): literal("{")
        case UInt8(ascii: "}"): literal("}")
        case 0x0A, 0x0D: literal("\r\n")
        case 0x09: literal("\t")
        default: isOptional = wasOptional
        }
    }

    private mutating func control(_ key: UInt64, _ number: Int?) {
        let wasOptional = isOptional
        isOptional = false
        guard let word = RTFWord.word(of: key) else {
            if wasOptional { state.destination = .skipped }
            return
        }
        switch word {
        case .rtf: isRTF = true
        case .htmlTag:
            // `{\*\htmltag84 <b>}`; the number only says what kind of tag it is.
            state.destination = kind == .html && state.destination != .skipped ? .htmlTag : .skipped
        case .fontTable: state.destination = .fontTable
        case .skippedDestination: state.destination = .skipped
        case .htmlRTF: state.isRendering = number != 0
        case .hidden: state.isHidden = number != 0
        case .fromHTML: if !hasText && number != 0 { kind = .html }
        case .fromText: if !hasText && number != 0 { kind = .plainText }
        case .unicodeSkip: state.unicodeSkip = min(max(number ?? 1, 0), 16)
        case .unicode: unicode(number)
        case .paragraph: literal("\r\n")
        case .tab, .cell: literal("\t")
        case .character(let scalar, let html): special(scalar, html: html)
        case .ansiCodePage, .mac, .pc, .pca, .defaultFont, .font, .plain, .fontCharset, .fontCodePage:
            font(word, number)
            if wasOptional { state.destination = .skipped }
        }
    }

    private mutating func unicode(_ number: Int?) {
        guard let number else { return }
        skip = state.unicodeSkip
        guard isVisible else { return }
        hasText = true
        // Units above 0x7FFF are written as negative numbers.
        text.append(unit: UInt16(truncatingIfNeeded: number))
    }

    /// Fonts, as far as they say what code page the bytes are in.
    private mutating func font(_ word: RTFWord, _ number: Int?) {
        switch word {
        case .ansiCodePage:
            if let number, number > 0, let page = Int32(exactly: number) { documentCodePage = page }
        case .mac: documentCodePage = 10000
        case .pc: documentCodePage = 437
        case .pca: documentCodePage = 850
        case .defaultFont: defaultFont = number ?? 0
        case .font:
            if state.destination == .fontTable {
                definedFont = number ?? 0
            } else {
                state.codePage = fonts[number ?? 0]
            }
        case .plain: state.codePage = fonts[defaultFont]
        case .fontCharset where state.destination == .fontTable: define(number.flatMap(RTFWord.codePage(ofCharset:)))
        case .fontCodePage where state.destination == .fontTable: define(number.flatMap { Int32(exactly: $0) })
        default: break
        }
    }

    private mutating func define(_ codePage: Int32?) {
        guard fonts.count < TextLimits.rtfFonts else { return }
        fonts[definedFont] = codePage
    }
}
