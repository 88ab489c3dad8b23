import Glibc

/// Finds how much of a text in the message is what is stored of it: headers and bodies often stand in both alike, but for
/// their line ends.
enum TextScan {
    struct Match: Equatable {
        /// Where in the message.
        let text: Range<Int>
        /// How many stored bytes it takes, from the first on.
        let length: Int
        let form: StoredForm
    }

    /// The beginning that both have in common; nil where it is too short to be worth a reference.
    static func match(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ stored: UnsafeRawBufferPointer) -> Match?
    {
        let range = range.clamped(to: 0..<bytes.count)
        let text = UnsafeRawBufferPointer(rebasing: bytes[range])
        let dropsReturns = hasReturn(stored) && !hasReturn(text)
        let (count, length): (Int, Int)
        if dropsReturns {
            (count, length) = commonLines(text, stored)
        } else {
            count = common(text, stored)
            length = count
        }
        // What follows a short beginning is better compressed with all of what is stored at hand.
        guard count >= OriginalLimits.referenceLength, count >= range.count / 4 * 3 else { return nil }
        return Match(
            text: range.lowerBound..<range.lowerBound + count, length: length,
            form: StoredForm(dropsReturns: dropsReturns))
    }

    /// Whether the first line ends with CRLF.
    private static func hasReturn(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let feed = position(of: 0x0A, in: text, from: 0), feed > 0 else { return false }
        return text[feed - 1] == 0x0D
    }

    private static func position(of byte: UInt8, in text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = text.baseAddress, start < text.count,
            let found = memchr(base + start, Int32(byte), text.count - start)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// How many bytes from the first on are the same.
    private static func common(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Int {
        let count = min(first.count, second.count)
        guard let one = first.baseAddress, let other = second.baseAddress else { return 0 }
        var position = 0
        let step = 256
        while position + step <= count, memcmp(one + position, other + position, step) == 0 { position += step }
        while position < count, first[position] == second[position] { position += 1 }
        return position
    }

    /// Lines that are the same, those of `text` ended by LF, those of `stored` by CRLF; what follows the last one too, where
    /// it is the same.
    /// - Returns: bytes of the text and of what is stored.
    private static func commonLines(
        _ text: UnsafeRawBufferPointer, _ stored: UnsafeRawBufferPointer
    ) -> (count: Int, length: Int) {
        guard let base = text.baseAddress, let other = stored.baseAddress else { return (0, 0) }
        var (count, length) = (0, 0)
        while let feed = position(of: 0x0A, in: text, from: count) {
            let line = feed - count
            guard line + 2 <= stored.count - length, memcmp(base + count, other + length, line) == 0,
                stored[length + line] == 0x0D, stored[length + line + 1] == 0x0A
            else { return (count, length) }
            count = feed + 1
            length += line + 2
        }
        let rest = text.count - count
        // A CR at the end would be held back until an LF came.
        guard rest > 0, rest <= stored.count - length, text[text.count - 1] != 0x0D,
            memcmp(base + count, other + length, rest) == 0
        else { return (count, length) }
        return (count + rest, length + rest)
    }
}
