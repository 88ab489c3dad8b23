/// How often each byte stands in a quoted-printable text — RFC 2045 6.7 — as it is, and how often encoded.
struct QuotedPrintableCensus {
    private var verbatim = [Int](repeating: 0, count: 256)
    private var encoded = [Int](repeating: 0, count: 256)

    init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) {
        let range = range.clamped(to: 0..<bytes.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            if byte == UInt8(ascii: "="), position + 2 < range.upperBound {
                let high = QuotedPrintableDigits.values[Int(bytes[position + 1])]
                let low = QuotedPrintableDigits.values[Int(bytes[position + 2])]
                if (high | low) & QuotedPrintableDigits.none == 0 {
                    encoded[Int(high << 4 | low & 0xF)] += 1
                    position += 3
                    continue
                }
                // A soft line break is none of either.
                if bytes[position + 1] == 0x0A || bytes[position + 1] == 0x0D {
                    position += bytes[position + 1] == 0x0A ? 2 : 3
                    continue
                }
            }
            verbatim[Int(byte)] += 1
            position += 1
        }
    }

    /// Bytes that are more often written the other way than ``QuotedPrintableLayout/isEncoded(_:)`` says.
    var exceptions: [UInt8] {
        (0...UInt8.max).filter { byte in
            let (plain, coded) = (verbatim[Int(byte)], encoded[Int(byte)])
            return QuotedPrintableLayout.isEncoded(byte) ? plain > coded : coded > plain
        }
    }
}
