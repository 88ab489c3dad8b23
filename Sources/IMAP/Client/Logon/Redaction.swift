import BinaryIO
import IMAPGrammar

/// Takes secrets out of what a server says, before anybody sees it: some repeat what they were sent, and what they say
/// comes into logs and mails.
struct Redaction: Sendable {
    /// The secrets as they are, as quoted strings have them, as they are printed, and as they show in base64.
    private var needles: [[UInt8]] = []

    mutating func add(_ secret: Secret) {
        let bytes = secret.bytes
        guard !bytes.isEmpty else { return }
        var found = [bytes]
        let escaped = bytes.flatMap { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") ? [0x5C, $0] : [$0] }
        found += [escaped, Array(ServerText.printable(bytes).utf8)]
        for offset in 0..<3 {
            if let digits = Self.digits(of: bytes, after: offset) { found.append(digits) }
        }
        for needle in found where !needles.contains(needle) { needles.append(needle) }
    }

    /// The digits that base64 has for these bytes where others come before and after: `offset` before them, modulo 3.
    /// Digits that depend on the others too are left out.
    private static func digits(of bytes: [UInt8], after offset: Int) -> [UInt8]? {
        let encoded = Array(Base64.encoded(Array(repeating: 0, count: offset) + bytes).utf8)
        let first = (offset * 8 + 5) / 6
        let last = (offset + bytes.count) * 8 / 6
        // A few digits are in any text.
        return last - first >= 4 ? Array(encoded[first..<last]) : nil
    }

    /// Whether something of a secret is in it.
    func hides(_ bytes: [UInt8]) -> Bool { needles.contains { bytes.firstRange(of: $0) != nil } }

    func cleaned(_ response: consuming Response) -> Response {
        guard !needles.isEmpty else { return response }
        switch response {
        case .status(let status): return .status(cleaned(status))
        case .completion(let tag, let status): return .completion(tag: tag, cleaned(status))
        default: return response
        }
    }

    private func cleaned(_ status: StatusResponse) -> StatusResponse {
        var code = status.code
        if case .other(let name, let arguments)? = code { code = .other(cleaned(name), cleaned(arguments)) }
        return StatusResponse(status.condition, code: code, text: cleaned(status.text))
    }

    /// The text, with "(removed)" for each word that has something of a secret.
    func cleaned(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var hidden = [Bool](repeating: false, count: bytes.count)
        var isClean = true
        for needle in needles {
            var start = bytes.startIndex
            while let found = bytes[start...].firstRange(of: needle) {
                for place in found { hidden[place] = true }
                isClean = false
                start = found.lowerBound + 1
            }
        }
        guard !isClean else { return text }
        var cleaned: [UInt8] = []
        var place = 0
        while place < bytes.count {
            // A word ends at a blank, unless the blank is part of the secret.
            var end = place
            while end < bytes.count, bytes[end] != 0x20 || hidden[end] { end += 1 }
            cleaned += hidden[place..<end].contains(true) ? Array("(removed)".utf8) : Array(bytes[place..<end])
            if end < bytes.count { cleaned.append(0x20) }
            place = end + 1
        }
        return String(decoding: cleaned, as: UTF8.self)
    }
}
