internal import CGMime

/// Text in the form in which it travels — RFC 2045 6.
public struct TransferText: Sendable {
    /// The value of Content-Transfer-Encoding.
    public let encoding: String
    /// Encoded ASCII lines that end with LF; for `base64` the text that is yet to be encoded, lines with CRLF.
    public let bytes: [UInt8]

    public var isBase64: Bool { encoding == "base64" }

    /// Lines longer than this are not sent as they are, RFC 5322 2.1.1.
    private static let longestLine = 998

    /// - Parameter text: in any charset that contains ASCII; lines end with LF or CRLF.
    public init(_ text: [UInt8]) {
        let lines = Self.withoutReturns(text)
        let survey = Survey(lines)
        if survey.isPlain {
            encoding = "7bit"
            bytes = lines
        } else if survey.escaped * 5 <= lines.count || survey.escaped < 8 {
            encoding = "quoted-printable"
            bytes = Self.quotedPrintable(lines)
        } else {
            encoding = "base64"
            bytes = Self.withReturns(lines)
        }
    }

    private struct Survey {
        var isPlain = true
        /// Bytes that quoted-printable would write as three.
        var escaped = 0

        init(_ lines: [UInt8]) {
            var start = 0
            var previous: UInt8 = 0
            for (position, byte) in lines.enumerated() {
                switch byte {
                case ASCII.lineFeed:
                    if position - start > TransferText.longestLine { isPlain = false }
                    start = position + 1
                case 0x80..., ASCII.carriageReturn, 0:
                    isPlain = false
                    escaped += 1
                case ASCII.equals: escaped += 1
                // `=_` is how our boundaries begin.
                case 0x5F where previous == ASCII.equals: isPlain = false
                case ASCII.space where position - start == 4 && lines[start..<position].elementsEqual("From".utf8):
                    isPlain = false
                default: break
                }
                previous = byte
            }
            if lines.count - start > TransferText.longestLine { isPlain = false }
        }
    }

    /// CRLF as LF; a CR elsewhere stays.
    private static func withoutReturns(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(ASCII.carriageReturn) else { return text }
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        for (position, byte) in text.enumerated() {
            if byte == ASCII.carriageReturn, position + 1 < text.count, text[position + 1] == ASCII.lineFeed {
                continue
            }
            result.append(byte)
        }
        return result
    }

    private static func withReturns(_ lines: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(lines.count + lines.count / 32)
        for byte in lines {
            if byte == ASCII.lineFeed { result.append(ASCII.carriageReturn) }
            result.append(byte)
        }
        return result
    }

    /// By GMime; `From ` at the start of a line is escaped besides, for mail in mbox files.
    private static func quotedPrintable(_ lines: [UInt8]) -> [UInt8] {
        GMime.ready
        guard let filter = g_mime_filter_basic_new(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, 1) else { return [] }
        defer { g_object_unref(filter) }
        var input = lines
        let encoded: [UInt8] = input.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return [] }
            var output: UnsafeMutablePointer<CChar>?
            var length = 0
            var room = 0
            g_mime_filter_complete(
                filter, base.assumingMemoryBound(to: CChar.self), buffer.count, 0, &output, &length, &room)
            guard let output, length > 0 else { return [] }
            return Array(UnsafeRawBufferPointer(start: output, count: length))
        }
        return escapingMailboxLines(encoded)
    }

    private static func escapingMailboxLines(_ lines: [UInt8]) -> [UInt8] {
        let key = Array("From ".utf8)
        var result: [UInt8] = []
        result.reserveCapacity(lines.count + 16)
        var isStart = true
        for (position, byte) in lines.enumerated() {
            if isStart, byte == key[0], lines[position...].starts(with: key) {
                result.append(contentsOf: "=46".utf8)
            } else {
                result.append(byte)
            }
            isStart = byte == ASCII.lineFeed
        }
        return result
    }
}
