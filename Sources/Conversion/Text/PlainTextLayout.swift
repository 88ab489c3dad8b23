/// Lines of plain text, built from runs, breaks and list marks. White space is held back until text follows, so
/// that blanks at line ends and surplus empty lines never get written.
struct PlainTextLayout {
    private(set) var output: [UInt8] = []
    /// Line breaks wanted before the next text.
    private var lineBreaks = 0
    private var tabs = 0
    private var hardSpaces = 0
    private var hasSoftSpace = false
    private var mark: [UInt8] = []
    /// Anything that makes the next text more than an append.
    private var isPending = false
    private var isCellStart = false
    private var isInCell = false
    private var cellHasBreaks = false
    /// Offset of the first text after ``noteTextStart()``.
    private(set) var textStart: Int?
    private var wantsTextStart = false

    /// At most two empty lines in a row.
    private static let mostLineBreaks = 3

    init(capacity: Int) {
        output.reserveCapacity(capacity)
    }

    private var isAtLineStart: Bool { lineBreaks > 0 || output.isEmpty }

    mutating func text(_ run: UnsafeBufferPointer<UInt8>) {
        if isPending { flush() }
        output.append(contentsOf: run)
    }

    mutating func byte(_ byte: UInt8) {
        if isPending { flush() }
        output.append(byte)
    }

    mutating func space() {
        hasSoftSpace = true
        isPending = true
    }

    /// A blank that is kept: of `&nbsp;` and preformatted text.
    mutating func hardSpace() {
        hardSpaces += 1
        isPending = true
    }

    /// `br`, and a line end in preformatted text.
    mutating func lineBreak() {
        dropSpaces()
        isCellStart = false
        lineBreaks += 1
        isPending = true
    }

    /// The start or end of a block: what follows stands on a line of its own.
    mutating func block() {
        breakLines(1)
    }

    /// The end of a paragraph: an empty line follows.
    mutating func emptyLine() {
        breakLines(2)
    }

    private mutating func breakLines(_ count: Int) {
        // The first block of a table cell does not break the row.
        guard !isCellStart else { return }
        // A block of nothing but a hard blank is how mail programs write an empty line.
        if hardSpaces > 0 && isAtLineStart { lineBreaks += 1 }
        dropSpaces()
        lineBreaks = max(lineBreaks, count)
        isPending = true
    }

    private mutating func dropSpaces() {
        hardSpaces = 0
        hasSoftSpace = false
        tabs = 0
    }

    mutating func row() {
        isCellStart = false
        isInCell = false
        block()
    }

    mutating func beginCell() {
        endCell()
        tabs += 1
        isCellStart = true
        isInCell = true
        cellHasBreaks = false
        isPending = true
    }

    /// A cell of one line does not end the row's line, whatever blocks it is made of.
    mutating func endCell() {
        isCellStart = false
        guard isInCell else { return }
        isInCell = false
        hardSpaces = 0
        hasSoftSpace = false
        if !cellHasBreaks && !output.isEmpty && tabs == 0 { lineBreaks = 0 }
    }

    mutating func listItem(mark: [UInt8]) {
        isCellStart = false
        block()
        self.mark = mark
    }

    /// The item had no text.
    mutating func dropMark() {
        mark.removeAll(keepingCapacity: true)
    }

    mutating func noteTextStart() {
        textStart = nil
        wantsTextStart = true
        isPending = true
    }

    mutating func forgetTextStart() {
        textStart = nil
        wantsTextStart = false
    }

    private mutating func flush() {
        isPending = false
        let startsLine = isAtLineStart
        if startsLine {
            if !output.isEmpty { writeLineBreaks() }
            lineBreaks = 0
            output.append(contentsOf: mark)
            mark.removeAll(keepingCapacity: true)
        } else if tabs > 0 {
            output.append(contentsOf: repeatElement(0x09, count: tabs))
            hasSoftSpace = false
        }
        if hardSpaces > 0 { output.append(contentsOf: repeatElement(0x20, count: hardSpaces)) }
        if hasSoftSpace && !startsLine { output.append(0x20) }
        dropSpaces()
        isCellStart = false
        if wantsTextStart {
            wantsTextStart = false
            textStart = output.count
        }
    }

    private mutating func writeLineBreaks() {
        if !isCellStart { cellHasBreaks = true }
        for _ in 0..<min(lineBreaks, Self.mostLineBreaks) {
            output.append(0x0D)
            output.append(0x0A)
        }
    }

    /// The text, ended with one line break if the last thing in it was a block.
    mutating func finish() -> [UInt8] {
        if lineBreaks > 0 && !output.isEmpty {
            output.append(0x0D)
            output.append(0x0A)
        }
        return output
    }
}
