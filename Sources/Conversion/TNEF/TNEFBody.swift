internal import MAPI

/// The bodies that a TNEF stream leaves to be derived: it often has compressed RTF and nothing else.
enum TNEFBody {
    /// Adds PidTagBody, and PidTagHtml where the RTF wraps HTML, if they are missing; the RTF itself stays.
    /// - Returns: what went wrong, for people.
    static func complete(_ properties: inout PropertyBag, codePage: Int32) -> [String] {
        var problems: [String] = []
        if let compressed = properties.binary(.rtfCompressed), !compressed.isEmpty {
            properties[.rtfInSync] = .boolean(true)
            if properties.string(.body) == nil && properties.binary(.html) == nil {
                problems = derive(from: compressed, &properties)
            }
        }
        if case .string(let html)? = properties[PropertyTag(id: PropertyTag.html.id, type: .string)] {
            properties[.html] = .binary(Array(html.utf8))
            properties[.internetCodepage] = .integer32(CodePage.utf8)
        }
        if let html = properties.binary(.html) {
            let page = properties.integer32(.internetCodepage) ?? codePage
            properties[.internetCodepage] = .integer32(page)
            if properties.string(.body) == nil {
                properties[.body] = .string(PlainTextFromHTML.text(of: CodePage.text(html, codePage: page)))
            }
        }
        return problems
    }

    private static func derive(from compressed: [UInt8], _ properties: inout PropertyBag) -> [String] {
        var problems: [String] = []
        var rtf: [UInt8]
        do {
            rtf = try CompressedRTF.decompress(compressed)
        } catch {
            problems.append("compressed RTF is damaged (\(error.field), offset \(error.offset))")
            guard let damaged = try? CompressedRTF.decompress(compressed, verifyingChecksum: false) else {
                return problems
            }
            rtf = damaged
        }
        switch RTFDeencapsulation.content(of: rtf) {
        case .html(let html)?:
            properties[.html] = .binary(Array(html.utf8))
            properties[.internetCodepage] = .integer32(CodePage.utf8)
            properties[.body] = .string(PlainTextFromHTML.text(of: html))
        case .plainText(let text)?, .richText(let text)?:
            properties[.body] = .string(text)
        case nil:
            problems.append("the RTF body is not RTF")
        }
        return problems
    }
}
