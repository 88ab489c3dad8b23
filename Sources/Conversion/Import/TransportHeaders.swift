internal import MAPI
internal import MIME

/// PidTagTransportMessageHeaders — [MS-OXCMAIL] 2.2.3.2.5: the header block as it is, lines ended by CRLF, one empty
/// line at its end.
extension MessageImport {
    mutating func setTransportHeaders() {
        var block = source.slice(structure.root.header.range)
        if block.count > ImportLimits.headerLength {
            record.report("the header is too large; only its beginning is in the Internet headers")
            block = UnsafeRawBufferPointer(rebasing: block[..<ImportLimits.headerLength])
        }
        let text = TransportHeaders.text(block)
        if !text.isEmpty { message.properties[.transportMessageHeaders] = .string(text) }
    }
}

enum TransportHeaders {
    /// Raw 8-bit bytes are UTF-8 where all of the block can be, windows-1252 otherwise.
    static func text(_ block: UnsafeRawBufferPointer) -> String {
        let lines = LineEnds.crlf(withoutMailboxLine(block))
        guard !lines.isEmpty else { return "" }
        var text = lines.withUnsafeBytes { Charset.undeclared($0) }
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
    private static func withoutMailboxLine(_ block: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let skip = block.first == UInt8(ascii: ">") ? 1 : 0
        guard block.count > 5, block.dropFirst(skip).prefix(5).elementsEqual("From ".utf8),
            let end = block.firstIndex(of: 0x0A)
        else { return block }
        return UnsafeRawBufferPointer(rebasing: block[(end + 1)...])
    }
}

enum LineEnds {
    /// Every LF that follows no CR becomes CRLF; NULs, at which a MAPI string would end, are left out. Lone CRs stay.
    static func crlf(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var extra = 0
        var previous: UInt8 = 0
        for byte in bytes {
            if byte == 0x0A, previous != 0x0D { extra += 1 }
            previous = byte
        }
        return [UInt8](unsafeUninitializedCapacity: bytes.count + extra) { target, count in
            var previous: UInt8 = 0
            for byte in bytes {
                if byte == 0x0A, previous != 0x0D {
                    target[count] = 0x0D
                    count += 1
                }
                previous = byte
                if byte == 0 { continue }
                target[count] = byte
                count += 1
            }
        }
    }

    static func crlf(_ text: String) -> String {
        var text = text
        return text.withUTF8 { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            if !raw.contains(0x0A) && !raw.contains(0) { return nil as [UInt8]? }
            return crlf(raw)
        }.map { String(decoding: $0, as: UTF8.self) } ?? text
    }
}
