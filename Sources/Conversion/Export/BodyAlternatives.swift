internal import MAPI
internal import MIME

/// One form of a message's text.
struct BodyAlternative {
    let entity: OutgoingEntity
    /// The HTML, in which inline pictures are looked up.
    var html: [UInt8]?
}

/// Which bodies are written — [MS-OXBBODY] 2.1, [MS-OXCMAIL] 2.1.3.3.
extension MessageExport {
    /// From the plainest to the richest; empty where there is none.
    func bodyAlternatives() -> [BodyAlternative] {
        let texts = BodyTexts(properties, record: record)
        var result: [BodyAlternative] = []
        // A message that was nothing but HTML becomes that again: its plain text was derived.
        let wasHTMLOnly = texts.html != nil && rootType == "text/html"
        if let plain = texts.plain, !wasHTMLOnly {
            result.append(BodyAlternative(entity: .text(plain, type: "text/plain")))
        }
        if let html = texts.html {
            result.append(
                BodyAlternative(
                    entity: .text(html.bytes, type: "text/html", parameters: [("charset", html.charset)]),
                    html: html.bytes))
        }
        if let rtf = texts.rtf {
            result.append(BodyAlternative(entity: .text(rtf, type: "text/rtf", parameters: [])))
        }
        return result
    }

    /// The type that the message had as it came; nil where that is not known.
    var rootType: String? { rootContentType.map { String($0.prefix { !"; \t".contains($0) }).lowercased() } }

    /// The whole value.
    var rootContentType: String? {
        if let field = transport?.first("content-type") {
            return field.value.withUnsafeBytes { HeaderText.literal($0) }
        }
        return properties.text(NamedProperty.contentType)?.singleLine
    }
}

struct BodyTexts {
    var plain: String?
    var html: (bytes: [UInt8], charset: String)?
    /// Genuine RTF.
    var rtf: [UInt8]?

    init(_ properties: PropertyBag, record: ExportRecord) {
        plain = properties.text(.body).map { $0.filter { $0 != "\0" } }
        let codePage = properties.integer32(.internetCodepage)
        if let bytes = properties.binary(.html), !bytes.isEmpty {
            html = Self.labelled(bytes, codePage: codePage)
        } else if let text = properties.text(.bodyHTML) {
            html = (Array(text.utf8), "utf-8")
        }
        guard let compressed = properties.binary(.rtfCompressed), compressed.count > 16 else { return }
        let isNativeRTF = properties.integer32(.nativeBody) == 2
        let isPlainNative = properties.integer32(.nativeBody) == 1 && plain != nil
        if html != nil && !isNativeRTF || isPlainNative { return }
        read(compressed, record: record)
    }

    private mutating func read(_ compressed: [UInt8], record: ExportRecord) {
        var bytes: [UInt8]
        do {
            bytes = try CompressedRTF.decompress(compressed)
        } catch {
            guard let damaged = try? CompressedRTF.decompress(compressed, verifyingChecksum: false) else {
                record.report("the rich text of the message is damaged and was left out")
                return
            }
            record.report("the rich text of the message is damaged")
            bytes = damaged
        }
        while bytes.last == 0 { bytes.removeLast() }
        guard bytes.count <= ExportLimits.richTextLength, let content = RTFDeencapsulation.content(of: bytes) else {
            if plain == nil && html == nil { record.report("the rich text of the message could not be read") }
            return
        }
        switch content {
        case .html(let text):
            if html == nil { html = (Array(text.utf8), "utf-8") }
        case .plainText(let text):
            if plain == nil { plain = text }
        case .richText(let text):
            if plain == nil { plain = text }
            if html == nil { rtf = bytes }
        }
    }

    /// The charset that the bytes are really in, as near to the stored code page as that is true.
    private static func labelled(_ bytes: [UInt8], codePage: Int32?) -> (bytes: [UInt8], charset: String) {
        let number = codePage ?? 0
        if [1200, 1201, 12000, 12001, 65000].contains(number) {
            return (Array(CodePage.text(bytes, codePage: number).utf8), "utf-8")
        }
        let isASCII = bytes.allSatisfy { $0 < 0x80 }
        let name = CodePage.charsetName(of: number)
        if isASCII { return (bytes, name ?? "us-ascii") }
        switch number {
        case 0, CodePage.ascii, CodePage.utf8:
            let isUTF8 = bytes.withUnsafeBytes { Charset.strictUTF8($0) } != nil
            return (bytes, isUTF8 || number == CodePage.utf8 ? "utf-8" : "windows-1252")
        case 28591:
            // What stands between 0x80 and 0x9F is no control but punctuation.
            return (bytes, bytes.contains { (0x80..<0xA0).contains($0) } ? "windows-1252" : "iso-8859-1")
        default:
            guard let name else { return (Array(CodePage.text(bytes, codePage: number).utf8), "utf-8") }
            return (bytes, name)
        }
    }
}

extension PropertyTag {
    /// PidTagBodyHtml, the HTML as a Unicode string — [MS-OXCMSG] 2.2.1.58.3.
    static let bodyHTML = PropertyTag(rawValue: 0x1013_001F)
}
