extension FrameReader {
    /// Passes over a value of any kind: what extensions add — tagged-ext-val, RFC 9051 9.
    mutating func skipValue(_ production: String, depth: Int = 0) throws(GrammarError) {
        guard depth < GrammarLimits.depth else { throw wrong(production) }
        if take("(") {
            while !take(")") {
                guard !isAtEnd else { throw wrong(production) }
                if take(" ") { continue }
                try skipValue(production, depth: depth + 1)
            }
            return
        }
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "{"): _ = try string(production)
        case UInt8(ascii: "~") where position + 1 < text.count && text[position + 1] == UInt8(ascii: "{"):
            _ = try string(production)
        default:
            let bytes = run { $0 > 0x20 && $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ")") }
            guard !bytes.isEmpty else { throw wrong(production) }
        }
    }
}
