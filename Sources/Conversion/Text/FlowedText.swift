/// Text of `format=flowed`, joined to paragraphs — RFC 3676, section 4.
public enum FlowedText {
    /// The text with each flowed paragraph on one line, CRLF between lines.
    ///
    /// Space-stuffing is removed, lines that end with a blank are joined with the next one of the same quote
    /// depth, and the signature separator `-- ` is never flowed. Quoted paragraphs keep their `>` marks.
    /// - Parameter deleteSpace: the value of the `DelSp` parameter: the blank that marks a flowed line is not
    ///   part of the text.
    public static func unflowed(_ text: String, deleteSpace: Bool) -> String {
        var text = text
        return text.withUTF8 { bytes in
            var joined = Paragraphs(deleteSpace: deleteSpace, capacity: bytes.count + bytes.count / 16 + 16)
            var start = 0
            while start < bytes.count {
                var end = start
                while end < bytes.count && bytes[end] != 0x0A { end += 1 }
                let hasEnd = end < bytes.count
                let next = hasEnd ? end + 1 : end
                if hasEnd && end > start && bytes[end - 1] == 0x0D { end -= 1 }
                joined.add(UnsafeBufferPointer(rebasing: bytes[start..<end]), endsLine: hasEnd)
                start = next
            }
            joined.finish()
            return String(decoding: joined.output, as: UTF8.self)
        }
    }

    private struct Paragraphs {
        let deleteSpace: Bool
        var output: [UInt8] = []
        /// Quote depth of the paragraph that waits for its next line; nil between paragraphs.
        private var openDepth: Int?
        private var lastHadEnd = false

        init(deleteSpace: Bool, capacity: Int) {
            self.deleteSpace = deleteSpace
            output.reserveCapacity(capacity)
        }

        mutating func add(_ line: UnsafeBufferPointer<UInt8>, endsLine: Bool) {
            var start = 0
            while start < line.count && line[start] == UInt8(ascii: ">") { start += 1 }
            let depth = start
            if start < line.count && line[start] == 0x20 { start += 1 }
            var end = line.count
            let isSignature =
                end - start == 3 && line[start] == 0x2D && line[start + 1] == 0x2D && line[end - 1] == 0x20
            let isFlowed = end > start && line[end - 1] == 0x20 && !isSignature
            // A change of depth or a signature ends a paragraph even if its last line was flowed (4.5).
            if let open = openDepth, open != depth || isSignature {
                breakLine()
                openDepth = nil
            }
            if openDepth == nil && depth > 0 {
                output.append(contentsOf: repeatElement(UInt8(ascii: ">"), count: depth))
                if end > start { output.append(0x20) }
            }
            if isFlowed && deleteSpace { end -= 1 }
            if end > start { output.append(contentsOf: line[start..<end]) }
            lastHadEnd = endsLine
            if isFlowed {
                openDepth = depth
            } else {
                openDepth = nil
                if endsLine { breakLine() }
            }
        }

        /// A paragraph whose last line is flowed ends with the text.
        mutating func finish() {
            if openDepth != nil && lastHadEnd { breakLine() }
        }

        private mutating func breakLine() {
            output.append(0x0D)
            output.append(0x0A)
        }
    }
}
