/// Encoded words — RFC 2047, read as leniently as mail writes them.
///
/// Not GMime's decoder: that one ends a word at the first byte its charset does not have, and the rest is lost.
enum EncodedWords {
    /// `text` with its encoded words decoded; what only resembles one stays.
    /// - Parameter fallback: see ``Charset/undeclared(_:fallback:)``, for what is outside of them.
    static func decoded(_ text: [UInt8], fallback: String? = nil) -> String {
        text.withUnsafeBytes { bytes in
            var result = ""
            var plainStart = 0
            var position = 0
            var run: Run?
            var terminators = Terminators(bytes: bytes)
            func flushRun() {
                if let run { result += run.text }
                run = nil
            }
            while position < bytes.count {
                guard bytes[position] == ASCII.equals, let word = Word(bytes, at: position, &terminators) else {
                    position += 1
                    continue
                }
                // White space between two encoded words is not part of the text.
                let between = bytes.slice(plainStart..<position)
                if run == nil || !between.allSatisfy(\.isWhiteSpace) {
                    flushRun()
                    result += Charset.undeclared(between, fallback: fallback)
                }
                if run?.append(word) != true {
                    flushRun()
                    run = Run(word)
                }
                position = word.end
                plainStart = position
            }
            flushRun()
            result += Charset.undeclared(bytes.slice(plainStart..<bytes.count), fallback: fallback)
            return result
        }
    }

    /// Neighbours in one charset are decoded together: writers cut characters in two.
    private struct Run {
        private let charset: String
        private var bytes: [UInt8]

        init(_ word: Word) {
            charset = word.charset
            bytes = word.content
        }

        mutating func append(_ word: Word) -> Bool {
            guard word.charset == charset else { return false }
            bytes.append(contentsOf: word.content)
            return true
        }

        var text: String { bytes.withUnsafeBytes { Charset.decode($0, label: charset) }.text }
    }
}

/// `=?charset?encoding?content?=`.
private struct Word {
    let charset: String
    let content: [UInt8]
    /// Behind the word.
    let end: Int

    init?(_ bytes: UnsafeRawBufferPointer, at start: Int, _ terminators: inout Terminators) {
        guard start + 6 < bytes.count, bytes[start + 1] == ASCII.question else { return nil }
        let head = bytes.slice(start + 2..<start + 80)
        guard let nameLength = head.firstIndex(of: ASCII.question), nameLength > 0 else { return nil }
        let name = head.slice(0..<nameLength)
        guard !name.contains(where: { $0 <= 0x20 || $0 == ASCII.equals }) else { return nil }
        let contentStart = start + 2 + nameLength + 3
        guard contentStart < bytes.count, bytes[contentStart - 1] == ASCII.question else { return nil }
        let encoding = bytes[contentStart - 2].asciiLowercased
        guard encoding == 0x62 || encoding == 0x71 else { return nil }
        // A question mark inside the content is forbidden and occurs, so the end is the first `?=`.
        guard let contentEnd = terminators.next(from: contentStart),
            contentEnd - start <= MIMELimits.encodedWordLength
        else { return nil }
        // A language after an asterisk: RFC 2231 5.
        charset = String(lowercasedASCII: name.slice(0..<(name.firstIndex(of: ASCII.asterisk) ?? name.count)))
        let raw = bytes.slice(contentStart..<contentEnd)
        content = encoding == 0x62 ? TransferDecoder.decode(raw, .base64) : Self.quoted(raw)
        end = contentEnd + 2
    }

    /// The Q encoding — RFC 2047 4.2.
    private static func quoted(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(raw.count)
        var position = 0
        while position < raw.count {
            let byte = raw[position]
            if byte == ASCII.equals, position + 2 < raw.count, let high = raw[position + 1].hexadecimalValue,
                let low = raw[position + 2].hexadecimalValue
            {
                result.append(high << 4 | low)
                position += 3
                continue
            }
            result.append(byte == 0x5F ? ASCII.space : byte)
            position += 1
        }
        return result
    }
}

/// Where `?=` stands: each place is looked at once, however many words begin and never end.
private struct Terminators {
    let bytes: UnsafeRawBufferPointer
    private var searched = 0
    private var found: Int?

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// - Parameter start: never less than in the call before.
    mutating func next(from start: Int) -> Int? {
        if let found, found >= start { return found }
        var position = max(start, searched)
        found = nil
        while position + 1 < bytes.count {
            if bytes[position] == ASCII.question, bytes[position + 1] == ASCII.equals {
                found = position
                break
            }
            position += 1
        }
        searched = position
        return found
    }
}
