extension CompressedRTF {
    /// `rtf` in LZFu form with its header; never longer than 9/8 of it plus 20 bytes.
    /// - Returns: nil for more than 2 GB, which the header cannot say.
    public static func compress(_ rtf: [UInt8]) -> [UInt8]? {
        guard rtf.count < Int(Int32.max) else { return nil }
        var body = Encoder(rtf)
        let content = body.encode()
        guard content.count < Int(Int32.max) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(headerSize + content.count)
        let words = [
            UInt32(content.count + headerSize - 4), UInt32(rtf.count), compressed, RTFChecksum.value(of: content[...]),
        ]
        for word in words {
            for shift in [0, 8, 16, 24] as [UInt32] { result.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        result.append(contentsOf: content)
        return result
    }

    /// Greedy search over chains of equal byte pairs, the longest of a bounded number of candidates.
    private struct Encoder {
        /// The dictionary and the RTF: what the window shows of at any time is 4096 bytes of this.
        private let text: [UInt8]
        private var output: [UInt8] = []
        private var controlOffset = 0
        private var controlBits: UInt8 = 8
        /// Last position of a byte pair, and of each position the one before it with the same pair; −1 none.
        private var heads = [Int32](repeating: -1, count: 65536)
        private var chain: [Int32]

        private static let candidates = 32

        init(_ rtf: [UInt8]) {
            text = CompressedRTF.dictionary + rtf
            chain = [Int32](repeating: -1, count: text.count)
            output.reserveCapacity(rtf.count / 2 + 64)
        }

        mutating func encode() -> [UInt8] {
            var position = CompressedRTF.dictionary.count
            for start in 0..<position { remember(start) }
            while position < text.count {
                let (start, length) = longestMatch(at: position)
                if length >= 2 {
                    reference(to: start, length: length)
                    for offset in 0..<length { remember(position + offset) }
                    position += length
                } else {
                    beginToken(isReference: false)
                    output.append(text[position])
                    remember(position)
                    position += 1
                }
            }
            // The end: a reference to the position that would be written next.
            reference(to: position, length: 2)
            return output
        }

        private mutating func remember(_ position: Int) {
            guard position + 1 < text.count else { return }
            let pair = Int(text[position]) << 8 | Int(text[position + 1])
            chain[position] = heads[pair]
            heads[pair] = Int32(truncatingIfNeeded: position)
        }

        private func longestMatch(at position: Int) -> (start: Int, length: Int) {
            guard position + 1 < text.count else { return (0, 0) }
            let limit = min(CompressedRTF.longestReference, text.count - position)
            var best = (start: 0, length: 0)
            var candidate = Int(heads[Int(text[position]) << 8 | Int(text[position + 1])])
            for _ in 0..<Self.candidates {
                // At 4096 the reference would be to the write position, which means the end.
                guard candidate >= 0, position - candidate < CompressedRTF.windowSize else { break }
                var length = 2
                while length < limit && text[candidate + length] == text[position + length] { length += 1 }
                if length > best.length { best = (candidate, length) }
                if length == limit { break }
                candidate = Int(chain[candidate])
            }
            return best
        }

        private mutating func reference(to start: Int, length: Int) {
            beginToken(isReference: true)
            let word = (start % CompressedRTF.windowSize) << 4 | (length - 2)
            output.append(UInt8(truncatingIfNeeded: word >> 8))
            output.append(UInt8(truncatingIfNeeded: word))
        }

        private mutating func beginToken(isReference: Bool) {
            if controlBits == 8 {
                controlOffset = output.count
                output.append(0)
                controlBits = 0
            }
            if isReference { output[controlOffset] |= 1 << controlBits }
            controlBits += 1
        }
    }
}
