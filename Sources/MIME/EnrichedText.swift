/// `text/enriched` (RFC 1896) and the older `text/richtext` (RFC 1341 7.1.3) to HTML.
///
/// Not GMime's filter: it calls itself once for every few tags and overflows the stack on a large text.
public enum EnrichedText {
    /// The HTML in the charset of `bytes`, which must be one that contains ASCII.
    public static func html(_ bytes: [UInt8], isRichText: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + bytes.count / 4)
        var nofill = 0
        /// Inside `<param>` or `<comment>`, which are not text.
        var hidden = 0
        var position = 0
        func write(_ text: StaticString) {
            if hidden == 0 { text.withUTF8Buffer { result.append(contentsOf: $0) } }
        }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case ASCII.less:
                if !isRichText, position < bytes.count, bytes[position] == ASCII.less {
                    write("&lt;")
                    position += 1
                    continue
                }
                guard let (name, isEnd, next) = tag(bytes, position) else {
                    write("&lt;")
                    continue
                }
                position = next
                switch name {
                case "param", "comment": hidden = max(0, hidden + (isEnd ? -1 : 1))
                case "nofill": nofill = max(0, nofill + (isEnd ? -1 : 1))
                case "lt": write("&lt;")
                default:
                    if let (start, end) = markup[name] { write(isEnd ? end : start) }
                }
            case ASCII.greater: write("&gt;")
            case 0x26: write("&amp;")
            case ASCII.carriageReturn: continue
            case ASCII.lineFeed:
                if isRichText {
                    write(" ")
                    continue
                }
                // One line end is a blank, each further one a line break.
                var breaks = nofill > 0 ? 1 : 0
                while position < bytes.count,
                    bytes[position] == ASCII.lineFeed || bytes[position] == ASCII.carriageReturn
                {
                    if bytes[position] == ASCII.lineFeed { breaks += 1 }
                    position += 1
                }
                if breaks == 0 { write(" ") }
                for _ in 0..<breaks { write("<br>\r\n") }
            default:
                if hidden == 0 { result.append(byte) }
            }
        }
        return result
    }

    /// The command that starts at `start`, lower case; nil where there is none.
    private static func tag(_ bytes: [UInt8], _ start: Int) -> (name: String, isEnd: Bool, next: Int)? {
        var position = start
        let isEnd = position < bytes.count && bytes[position] == ASCII.slash
        if isEnd { position += 1 }
        let nameStart = position
        while position < bytes.count, position - nameStart <= 60, bytes[position] != ASCII.greater {
            guard bytes[position] > 0x20, bytes[position] < 0x7F, bytes[position] != ASCII.less else { return nil }
            position += 1
        }
        guard position < bytes.count, bytes[position] == ASCII.greater, position > nameStart else { return nil }
        return (String(lowercasedASCII: bytes[nameStart..<position]), isEnd, position + 1)
    }

    private static let markup: [String: (StaticString, StaticString)] = [
        "bold": ("<b>", "</b>"), "italic": ("<i>", "</i>"), "underline": ("<u>", "</u>"),
        "fixed": ("<tt>", "</tt>"), "bigger": ("<big>", "</big>"), "smaller": ("<small>", "</small>"),
        "excerpt": ("<blockquote>", "</blockquote>"), "indent": ("<blockquote>", "</blockquote>"),
        "center": ("<center>", "</center>"), "flushleft": ("<div>", "</div>"),
        "flushright": ("<div align=\"right\">", "</div>"), "paragraph": ("<p>", "</p>"),
        "heading": ("<h3>", "</h3>"), "nl": ("<br>\r\n", ""), "subscript": ("<sub>", "</sub>"),
        "superscript": ("<sup>", "</sup>"),
    ]
}
