internal import MAPI
internal import MIME

/// Body properties — [MS-OXCMAIL] 2.2.3.3, [MS-OXBBODY].
extension MessageImport {
    /// Sets PidTagBody, PidTagHtml, PidTagNativeBody and PidTagInternetCodepage from the selected parts.
    /// - Returns: the HTML, in which inline pictures are looked up; nil where there is none.
    mutating func setBodies(_ segments: [BodySelection.Segment]) -> [UInt8]? {
        guard !segments.isEmpty else {
            message.properties[.internetCodepage] = .integer32(65001)
            return nil
        }
        noteBodies(segments)
        var reader = BodyReader(source: source, record: record)
        guard segments.contains(where: { !$0.rich.isEmpty }) else {
            let text = reader.joined(segments.flatMap(\.plain).map { reader.plain($0) })
            message.properties[.body] = .string(text)
            message.properties[.nativeBody] = .integer32(1)
            message.properties[.internetCodepage] = .integer32(reader.codePage ?? 65001)
            return nil
        }
        let html = reader.html(segments.flatMap { $0.rich.isEmpty ? $0.plain : $0.rich })
        let texts = segments.flatMap { segment in
            segment.plain.isEmpty ? segment.rich.map { reader.text($0) } : segment.plain.map { reader.text($0) }
        }
        message.properties[.body] = .string(reader.joined(texts))
        message.properties[.nativeBody] = .integer32(3)
        message.properties[.internetCodepage] = .integer32(html.codePage)
        // A property of no bytes reads as absent at best.
        if !html.bytes.isEmpty { message.properties[.html] = .binary(html.bytes) }
        return html.bytes
    }
}

/// Text of body parts, decoded once each.
struct BodyReader {
    let source: MessageSource
    let record: ImportRecord
    /// Code page of the first plain part.
    private(set) var codePage: Int32?
    private var documents: [Int: HTMLDocument] = [:]

    init(source: MessageSource, record: ImportRecord) {
        self.source = source
        self.record = record
    }

    /// Several texts, an empty line between them.
    func joined(_ texts: [String]) -> String {
        if texts.count == 1, let text = texts.first { return text }
        var result = ""
        for text in texts where !text.isEmpty {
            if !result.isEmpty { result += result.hasSuffix("\r\n") ? "\r\n" : "\r\n\r\n" }
            result += text
        }
        return result
    }

    /// A part as plain text, whatever it is.
    mutating func text(_ part: Part) -> String {
        part.isPlainText ? plain(part) : LineEnds.crlf(PlainTextFromHTML.text(of: document(part).text))
    }

    /// A plain part: CRLF line ends, `format=flowed` (RFC 3676) joined to lines.
    mutating func plain(_ part: Part) -> String {
        let label = part.isMultipart ? nil : part.type.parameters["charset"]
        let bytes = TransferDecoder.decode(source.slice(part.content), part.transferEncoding)
        let decoded = bytes.withUnsafeBytes { Charset.decode($0, label: label) }
        report(decoded, label: label)
        if codePage == nil { codePage = CodePage.number(ofCharset: decoded.charset) }
        var text = decoded.text
        if !part.isMultipart, part.type.parameters["format"]?.lowercased() == "flowed" {
            text = FlowedText.unflowed(text, deleteSpace: part.type.parameters["delsp"]?.lowercased() == "yes")
        }
        return LineEnds.crlf(text)
    }

    /// The parts as one HTML document: the first as it is, what follows put in before its end.
    mutating func html(_ parts: [Part]) -> (bytes: [UInt8], codePage: Int32) {
        guard let first = parts.firstIndex(where: { !$0.isPlainText }) else { return ([], 65001) }
        let document = document(parts[first])
        if parts.count == 1 { return (document.bytes, document.codePage) }
        let before = parts[..<first].map { fragment($0) }
        let after = parts[(first + 1)...].map { fragment($0) }
        return (HTMLDocument.joined(before: before, document.bytes, after: after), document.codePage)
    }

    /// ASCII only, so that it fits a document in whatever charset.
    private mutating func fragment(_ part: Part) -> [UInt8] {
        part.isPlainText
            ? HTMLDocument.preformatted(plain(part)) : HTMLDocument.asciiOnly(document(part).text)
    }

    private mutating func document(_ part: Part) -> HTMLDocument {
        if let known = documents[part.content.lowerBound] { return known }
        let label = part.type.parameters["charset"]
        var bytes = TransferDecoder.decode(source.slice(part.content), part.transferEncoding)
        if part.isEnriched { bytes = EnrichedText.html(bytes, isRichText: part.type.subtype == "richtext") }
        let document = HTMLDocument(bytes, label: label)
        if document.replacedCount > 0 {
            record.report("\(document.replacedCount) bytes of the HTML body are no characters of its charset")
        }
        documents[part.content.lowerBound] = document
        return document
    }

    private func report(_ decoded: DecodedText, label: String?) {
        if decoded.replacedCount > 0 {
            record.report("\(decoded.replacedCount) bytes of the text body are no characters of \(decoded.charset)")
        }
    }
}
