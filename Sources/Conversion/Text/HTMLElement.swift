/// What an HTML element means for its plain text; elements that only style text are `.inline`.
enum HTMLElement {
    case inline
    case unknown
    case body
    case head
    case metadata
    case block
    case paragraph
    case heading
    case lineBreak
    case rule
    case preformatted
    case unorderedList
    case orderedList
    case listItem
    case tableRow
    case tableCell
    case anchor
    case image
    /// Content that is never shown; it ends only at the end tag of the same name.
    case hidden

    /// The element of a tag name.
    init(name: UnsafeBufferPointer<UInt8>) {
        guard name.count <= Self.longestName else {
            self = .unknown
            return
        }
        // `blockquote` and `figcaption` are the only names of interest longer than eight bytes; no other element
        // has the same first eight and at most ten.
        var key: UInt64 = 0
        for (position, byte) in name.prefix(8).enumerated() {
            let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte + 32 : byte
            key |= UInt64(lower) << (8 * UInt64(position))
        }
        self = Self.elements[key] ?? .unknown
    }

    private static let longestName = 10

    private static let elements: [UInt64: HTMLElement] = {
        let names: [(HTMLElement, String)] = [
            (.inline, "span font b i u s em strong small big sup sub tt code kbd samp var cite q abbr acronym del ins"),
            (.inline, "strike label bdo bdi mark time button input select option map area nobr wbr"),
            (.body, "body"),
            (.head, "head"),
            (.metadata, "meta link base basefont bgsound html noscript"),
            (.block, "div table thead tbody tfoot caption blockquo dl dt dd center address section article header"),
            (.block, "footer main nav aside figure figcapti form fieldset legend details summary hgroup"),
            (.paragraph, "p"),
            (.heading, "h1 h2 h3 h4 h5 h6"),
            (.lineBreak, "br"),
            (.rule, "hr"),
            (.preformatted, "pre listing"),
            (.unorderedList, "ul menu dir"),
            (.orderedList, "ol"),
            (.listItem, "li"),
            (.tableRow, "tr"),
            (.tableCell, "td th"),
            (.anchor, "a"),
            (.image, "img"),
            (.hidden, "script style title xml template iframe noembed noframes"),
        ]
        var result: [UInt64: HTMLElement] = [:]
        for (element, list) in names {
            for name in list.split(separator: " ") {
                var key: UInt64 = 0
                for byte in name.utf8.reversed() { key = key << 8 | UInt64(byte) }
                result[key] = element
            }
        }
        return result
    }()
}
