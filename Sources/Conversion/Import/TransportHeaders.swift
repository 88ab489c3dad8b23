internal import MAPI
internal import MIME

/// PidTagTransportMessageHeaders — [MS-OXCMAIL] 2.2.3.2.5: the header block as it is, lines ended by CRLF, one empty
/// line at its end.
extension MessageImport {
    mutating func setTransportHeaders() {
        let range = structure.root.header.range
        var block = source.slice(range)
        if block.count > ImportLimits.headerLength {
            record.report("the header is too large; only its beginning is in the Internet headers")
            block = UnsafeRawBufferPointer(rebasing: block[..<ImportLimits.headerLength])
        }
        let text = TransportHeaders.text(block, fallback: header.fallbackCharset)
        if !text.isEmpty { message.properties[.transportMessageHeaders] = .string(text) }
        noteHeaders(
            range.upperBound - TransportHeaders.withoutMailboxLine(source.slice(range)).count..<range.upperBound)
    }

    /// A header that does not fit the property is a file too. Not beside S/MIME, which has room for one attachment only.
    mutating func keepOversizedHeader() {
        let range = structure.root.header.range
        guard range.count > ImportLimits.headerLength, SMIMEForm(structure.root) == nil else { return }
        var attachment = Attachment()
        attachment.setCommon(isInline: false)
        attachment.setName("headers.txt", description: nil, mimeType: "text/plain")
        attachment.properties[.attachMimeTag] = .string("text/plain")
        attachment.properties[.attachTag] = .binary(Attachment.mimeTagIdentifier)
        attachment.content = content(PartStream(file: source.file, range: range, encoding: .identity))
        message.attachments.append(attachment)
    }
}

enum TransportHeaders {
    /// Raw 8-bit bytes are UTF-8 where all of the block can be, `fallback` or windows-1252 otherwise.
    static func text(_ block: UnsafeRawBufferPointer, fallback: String? = nil) -> String {
        let lines = LineEnds.crlf(withoutMailboxLine(block))
        guard !lines.isEmpty else { return "" }
        var text = lines.withUnsafeBytes { Charset.undeclared($0, fallback: fallback) }
        if !text.utf8.elementsEqual("\r\n".utf8) {
            // A block that the end of the file cut short.
            if !text.hasSuffix("\r\n") { text += "\r\n" }
            if !endsWithEmptyLine(text) { text += "\r\n" }
        }
        return text
    }

    private static func endsWithEmptyLine(_ text: String) -> Bool {
        text.utf8.suffix(4).elementsEqual("\r\n\r\n".utf8)
    }

    /// An mbox's `From ` line is no header field.
    fileprivate static func withoutMailboxLine(_ block: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let skip = block.first == UInt8(ascii: ">") ? 1 : 0
        guard block.count > 5, block.dropFirst(skip).prefix(5).elementsEqual("From ".utf8),
            let end = block.firstIndex(of: 0x0A)
        else { return block }
        return UnsafeRawBufferPointer(rebasing: block[(end + 1)...])
    }
}
