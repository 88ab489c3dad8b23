/// A 16-byte identifier in the byte order it has in a PST (first three fields little-endian) — PtypGuid.
public struct GUID: Hashable, Sendable {
    /// Eight bytes each, read little-endian: a value without heap storage, compared in two instructions.
    let low: UInt64
    let high: UInt64

    /// From the usual text fields, `{a-b-c-d…}`; `tail` are the last eight bytes in text order.
    public init(_ a: UInt32, _ b: UInt16, _ c: UInt16, tail: UInt64) {
        low = UInt64(a) | UInt64(b) << 32 | UInt64(c) << 48
        high = tail.byteSwapped
    }

    /// From 16 stored bytes; nil when there are not exactly 16.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (position, byte) in bytes.enumerated() {
            if position < 8 {
                words.0 |= UInt64(byte) << (8 * UInt64(position))
            } else {
                words.1 |= UInt64(byte) << (8 * UInt64(position - 8))
            }
        }
        (low, high) = words
    }

    /// The 16 bytes as stored.
    public var bytes: [UInt8] {
        [low, high].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) } }
    }
}

extension GUID: CustomStringConvertible {
    public var description: String {
        func hex(_ bytes: some Sequence<UInt8>) -> String {
            bytes.map { byte in
                let digits = String(byte, radix: 16)
                return byte < 16 ? "0" + digits : digits
            }.joined()
        }
        let all = bytes
        return [
            hex(all[0..<4].reversed()), hex(all[4..<6].reversed()), hex(all[6..<8].reversed()), hex(all[8..<10]),
            hex(all[10...]),
        ].joined(separator: "-")
    }
}
