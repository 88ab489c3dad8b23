/// What a server sent is no IMAP: the production that was expected, and where.
public struct GrammarError: Error, Hashable, Sendable, CustomStringConvertible {
    /// As the ABNF of RFC 9051 9 names it.
    public let production: String
    /// In the response without its literals, from 0.
    public let position: Int
    /// What stands there, control characters replaced; at most ``GrammarLimits/excerpt`` bytes.
    public let excerpt: String

    init(_ production: String, at position: Int, in text: [UInt8]) {
        self.production = production
        self.position = position
        let start = min(max(position, 0), text.count)
        excerpt = ServerText.printable(text[start..<min(start + GrammarLimits.excerpt, text.count)])
    }

    public var description: String {
        "not IMAP: \(production) expected at byte \(position)\(excerpt.isEmpty ? "" : ", '\(excerpt)' found")"
    }
}
