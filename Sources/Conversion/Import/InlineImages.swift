internal import MIME

/// Which attachments the HTML shows in its text — [MS-OXCMAIL] 2.2.3.4.1.4.1. A hidden attachment that nothing shows
/// would be lost to its reader, so only a picture that the HTML refers to is inline.
struct InlineReferences {
    /// What stands behind `cid:`, percent-decoded; a second time in lower case.
    private var identifiers: Set<String> = []
    /// What `src=`, `background=` and `url(` name.
    private var locations: Set<String> = []
    /// What goes before a location that is no whole address — RFC 2557 5. The first one with an address counts.
    private var base: String?

    init(_ html: [UInt8]?) {
        guard let html else { return }
        html.withUnsafeBytes { bytes in
            let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(ImportLimits.referenceSearchLength))
            var position = 0
            while position + 4 < head.count {
                position += collect(head, position)
            }
        }
    }

    func isInline(_ part: Part, contentLocation: String?) -> Bool {
        guard part.type.type == "image", Self.subtypes.contains(part.type.subtype) else { return false }
        return contains(contentID: part.contentID, contentLocation: contentLocation)
    }

    /// Whether the HTML refers to one of the two.
    func contains(contentID: String?, contentLocation: String?) -> Bool {
        if let contentID, !identifiers.isEmpty {
            let decoded = Self.percentDecoded(Array(contentID.utf8)[...])
            if identifiers.contains(contentID) || identifiers.contains(decoded.lowercased()) { return true }
        }
        guard let contentLocation, !contentLocation.isEmpty else { return false }
        if locations.contains(contentLocation) { return true }
        guard let base, contentLocation.hasPrefix(base) else { return false }
        return locations.contains(String(contentLocation.dropFirst(base.count)))
    }

    private static let subtypes: Set<String> = [
        "jpeg", "jpg", "pjpeg", "gif", "bmp", "png", "x-png", "svg+xml", "webp", "tiff", "avif",
    ]

    /// Looks at one place; returns how far to go on.
    private mutating func collect(_ html: UnsafeRawBufferPointer, _ position: Int) -> Int {
        switch html[position] | 0x20 {
        case UInt8(ascii: "c") where Self.matches(html, position, "cid:"):
            let token = Self.token(html, position + 4)
            let text = Self.percentDecoded(Array(token)[...])
            if !text.isEmpty {
                identifiers.insert(text)
                identifiers.insert(text.lowercased())
            }
            return 4 + token.count
        case UInt8(ascii: "s") where Self.matches(html, position, "src="):
            return 4 + insertLocation(html, position + 4)
        case UInt8(ascii: "u") where Self.matches(html, position, "url("):
            return 4 + insertLocation(html, position + 4)
        case UInt8(ascii: "b") where Self.matches(html, position, "background="):
            return 11 + insertLocation(html, position + 11)
        case UInt8(ascii: "<") where base == nil && Self.matches(html, position, "<base"):
            base = Self.base(html, position + 5)
            return 5
        default:
            return 1
        }
    }

    /// Returns how many bytes need not be looked at again: none where the reference is a `cid:`.
    private mutating func insertLocation(_ html: UnsafeRawBufferPointer, _ position: Int) -> Int {
        let token = Self.token(html, position)
        guard !Self.matches(token, 0, "cid:") else { return 0 }
        if token.count > 3, !Self.matches(token, 0, "data:") {
            locations.insert(String(decoding: token, as: UTF8.self))
        }
        return token.count
    }

    /// The address in a BASE element without what follows its last slash; nil where it has none.
    private static func base(_ html: UnsafeRawBufferPointer, _ start: Int) -> String? {
        let end = min(start + 1000, html.count)
        var position = start
        // Up to the next "<", so that no byte is looked at twice.
        while position < end, html[position] != UInt8(ascii: ">"), html[position] != UInt8(ascii: "<") {
            if matches(html, position, "href=") {
                let address = String(decoding: token(html, position + 5), as: UTF8.self)
                guard let slash = address.lastIndex(of: "/") else { return nil }
                return String(address[...slash])
            }
            position += 1
        }
        return nil
    }

    /// The bytes of a reference: a quote before them is skipped, a delimiter ends them.
    private static func token(_ html: UnsafeRawBufferPointer, _ position: Int) -> UnsafeRawBufferPointer {
        var start = position
        if start < html.count, html[start] == UInt8(ascii: "\"") || html[start] == UInt8(ascii: "'") { start += 1 }
        var end = start
        while end < html.count, end - start < 1000 {
            switch html[end] {
            case 0...0x20, UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ">"), UInt8(ascii: ")"),
                UInt8(ascii: "&"):
                return UnsafeRawBufferPointer(rebasing: html[start..<end])
            default: end += 1
            }
        }
        return UnsafeRawBufferPointer(rebasing: html[min(start, end)..<end])
    }

    private static func matches(_ html: UnsafeRawBufferPointer, _ position: Int, _ key: StaticString) -> Bool {
        key.withUTF8Buffer { key in
            guard position + key.count <= html.count else { return false }
            for index in 0..<key.count {
                var byte = html[position + index]
                if byte >= 0x41 && byte <= 0x5A { byte |= 0x20 }
                if byte != key[index] { return false }
            }
            return true
        }
    }

    static func percentDecoded(_ bytes: ArraySlice<UInt8>) -> String {
        func digit(_ byte: UInt8) -> UInt8? {
            switch byte {
            case 0x30...0x39: byte - 0x30
            case 0x41...0x46: byte - 0x37
            case 0x61...0x66: byte - 0x57
            default: nil
            }
        }
        var result: [UInt8] = []
        var position = bytes.startIndex
        while position < bytes.endIndex {
            if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.endIndex,
                let high = digit(bytes[position + 1]),
                let low = digit(bytes[position + 2])
            {
                result.append(high << 4 | low)
                position += 3
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
