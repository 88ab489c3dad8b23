internal import MIME

/// An HTML body: bytes for PidTagHtml, the code page they are in, and the same as text — [MS-OXCMAIL] 2.2.3.3.1.
struct HTMLDocument {
    let bytes: [UInt8]
    let codePage: Int32
    let text: String
    /// Bytes that are no character of the charset.
    let replacedCount: Int

    /// The bytes stay as they are wherever Windows has a code page for their charset; otherwise they become UTF-8.
    /// - Parameter label: the charset that the part declares; it counts more than a `meta` element.
    init(_ bytes: [UInt8], label: String?) {
        let decoded = bytes.withUnsafeBytes { Self.decode($0, label: label) }
        text = decoded.text
        replacedCount = decoded.replacedCount
        if let number = Self.codePage(of: decoded.charset, declared: label) {
            self.bytes = bytes
            codePage = number
        } else {
            self.bytes = Array(decoded.text.utf8)
            codePage = 65001
        }
    }

    private static func decode(_ bytes: UnsafeRawBufferPointer, label: String?) -> DecodedText {
        guard Charset.isUndeclared(label) || !(label.map(Charset.isKnown) ?? false) else {
            return Charset.decode(bytes, label: label, fallback: metaCharset(bytes))
        }
        guard let meta = metaCharset(bytes), Charset.isKnown(meta) else { return Charset.decode(bytes, label: nil) }
        let sniffed = Charset.decode(bytes, label: nil, fallback: meta)
        // Seven-bit charsets such as ISO-2022-JP look like ASCII.
        guard sniffed.charset == "us-ascii", !meta.lowercased().hasPrefix("utf") else { return sniffed }
        let decoded = Charset.decode(bytes, label: meta)
        return decoded.replacedCount == 0 ? decoded : sniffed
    }

    /// nil where the bytes have to become UTF-8: no code page, or one in which Outlook does not expect HTML.
    private static func codePage(of charset: String, declared: String?) -> Int32? {
        if charset == "us-ascii" { return declared == nil ? 65001 : 20127 }
        guard let number = CodePage.number(ofCharset: charset) else { return nil }
        return [1200, 1201, 12000, 12001, 65000].contains(number) ? nil : number
    }

    /// The charset that a `meta` element in the first kilobytes names.
    static func metaCharset(_ bytes: UnsafeRawBufferPointer) -> String? {
        let head = bytes.prefix(4096)
        let key = Array("charset".utf8)
        var position = 0
        while position + key.count < head.count {
            guard head[position] | 0x20 == key[0],
                zip(head[position..<position + key.count], key).allSatisfy({ $0 | 0x20 == $1 })
            else {
                position += 1
                continue
            }
            position += key.count
            while position < head.count, head[position] == 0x20 { position += 1 }
            guard position < head.count, head[position] == UInt8(ascii: "=") else { continue }
            position += 1
            while position < head.count, [0x20, 0x22, 0x27].contains(head[position]) { position += 1 }
            let name = head[position...].prefix {
                $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 >= 0x30 && $0 <= 0x3A || $0 == 0x2D || $0 == 0x5F
            }
            if !name.isEmpty { return String(decoding: name, as: UTF8.self).lowercased() }
        }
        return nil
    }

    /// `after` goes before the end of the document's body, `before` behind its start.
    static func joined(before: [[UInt8]], _ document: [UInt8], after: [[UInt8]]) -> [UInt8] {
        let end = closingTag(document) ?? document.count
        let start = before.isEmpty ? 0 : bodyStart(document, end)
        var result = Array(document[..<start])
        for fragment in before { result.append(contentsOf: fragment) }
        result.append(contentsOf: document[start..<end])
        for fragment in after { result.append(contentsOf: fragment) }
        result.append(contentsOf: document[end...])
        return result
    }

    /// Where `</body` or `</html` begins, whichever comes last but first of the two.
    private static func closingTag(_ document: [UInt8]) -> Int? {
        lastIndex(of: "</body", in: document) ?? lastIndex(of: "</html", in: document)
    }

    private static func bodyStart(_ document: [UInt8], _ end: Int) -> Int {
        guard let tag = lastIndex(of: "<body", in: document), tag < end,
            let close = document[tag..<end].firstIndex(of: UInt8(ascii: ">"))
        else { return 0 }
        return close + 1
    }

    private static func lastIndex(of text: StaticString, in document: [UInt8]) -> Int? {
        text.withUTF8Buffer { key in
            var position = document.count - key.count
            while position >= 0 {
                if document[position] == key[0],
                    zip(document[position..<position + key.count], key).allSatisfy({ $0 | 0x20 == $1 | 0x20 })
                {
                    return position
                }
                position -= 1
            }
            return nil
        }
    }

    static func preformatted(_ text: String) -> [UInt8] {
        let markup: [Unicode.Scalar: String] = ["<": "&lt;", ">": "&gt;", "&": "&amp;"]
        return Array("<pre>".utf8) + asciiOnly(text, replacing: markup) + Array("</pre>\r\n".utf8)
    }

    /// Other characters become character references.
    static func asciiOnly(_ text: String, replacing markup: [Unicode.Scalar: String] = [:]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + 16)
        for scalar in text.unicodeScalars {
            if let reference = markup[scalar] {
                result.append(contentsOf: reference.utf8)
            } else if scalar.isASCII {
                result.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                result.append(contentsOf: "&#\(scalar.value);".utf8)
            }
        }
        return result
    }
}
