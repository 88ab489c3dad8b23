extension FrameReader {
    /// number64 = 1*DIGIT, below 2^63 — RFC 9051 9.
    mutating func number64(_ production: String) throws(GrammarError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        while let byte = next, ASCII.isDigit(byte) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(byte - 0x30))
            guard !overflow, !carry, sum < 1 << 63 else { throw wrong(production) }
            value = sum
            skip()
        }
        guard position > start else { throw wrong(production) }
        return value
    }

    /// number = 1*DIGIT, below 2^32 — RFC 9051 9.
    mutating func number(_ production: String) throws(GrammarError) -> UInt32 {
        guard let value = UInt32(exactly: try number64(production)) else { throw wrong(production) }
        return value
    }
}
