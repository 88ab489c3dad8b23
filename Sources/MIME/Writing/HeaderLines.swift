/// A header while it is written — RFC 5322 2.2: lines end with LF, and no value can end a line or a field.
public struct HeaderLines: Sendable {
    public private(set) var bytes: [UInt8] = []
    /// Bytes above 0x7F, as in RFC 6532.
    public private(set) var is8Bit = false

    public init() {}

    /// Where lines are folded; the limit of a line is 998 (RFC 5322 2.1.1).
    private static let preferredLength = 76
    /// What is not folded any more has to be encoded.
    static let longestWord = 900

    /// Free text, encoded where it is not plain ASCII.
    public mutating func add(_ name: String, text: String) {
        let text = text.singleLine
        guard Self.isPlain(text) else {
            add(name, tokens: EncodedWordWriter.words(text, firstRoom: Self.preferredLength - name.utf8.count - 2))
            return
        }
        append("\(name):")
        if !text.isEmpty { append(" ") }
        var column = name.utf8.count + 2
        var isFirst = true
        var word: [UInt8] = []
        func isComplete(_ next: UInt8) -> Bool { next == ASCII.space && word.last.map { $0 != ASCII.space } ?? false }
        // A word takes the blanks before it along, so that unfolding gives them back.
        for byte in text.utf8 {
            if isComplete(byte) { place(&word, &column, &isFirst) }
            word.append(byte)
        }
        place(&word, &column, &isFirst)
        append("\n")
    }

    private mutating func place(_ word: inout [UInt8], _ column: inout Int, _ isFirst: inout Bool) {
        if !isFirst, column + word.count > Self.preferredLength, word.contains(where: { $0 != ASCII.space }) {
            append("\n")
            column = 0
        }
        bytes.append(contentsOf: word)
        column += word.count
        isFirst = false
        word.removeAll(keepingCapacity: true)
    }

    /// Words of a structured field, one blank between them; the caller has encoded them. Words that would make a line
    /// too long are left out, as are line ends.
    public mutating func add(_ name: String, tokens: [String]) {
        append("\(name):")
        var column = name.utf8.count + 1
        for token in tokens {
            let token = token.singleLine
            guard token.utf8.count <= Self.longestWord, !token.isEmpty else { continue }
            if column + 1 + token.utf8.count > Self.preferredLength, column > name.utf8.count + 1 {
                append("\n")
                column = 0
            }
            append(" ")
            append(token)
            column += 1 + token.utf8.count
        }
        append("\n")
    }

    /// `name: value; parameter=…` — RFC 2045 5.1, RFC 2231.
    public mutating func add(_ name: String, value: String, parameters: [(name: String, value: String)]) {
        var tokens = [value]
        for parameter in parameters {
            for written in ParameterText.written(parameter.name, parameter.value.singleLine) {
                tokens[tokens.count - 1] += ";"
                tokens.append(written)
            }
        }
        add(name, tokens: tokens)
    }

    public mutating func add(_ name: String, mailboxes: [AddressText]) {
        var tokens: [String] = []
        for (index, mailbox) in mailboxes.enumerated() {
            let words = mailbox.words(firstRoom: Self.preferredLength - (index == 0 ? name.utf8.count + 2 : 1))
            tokens.append(contentsOf: words)
            if index < mailboxes.count - 1, !tokens.isEmpty { tokens[tokens.count - 1] += "," }
        }
        add(name, tokens: tokens)
    }

    /// A complete field as it was: name, colon, value, folding; every line ends with LF.
    public mutating func addVerbatim(_ field: some Collection<UInt8>) {
        bytes.append(contentsOf: field)
        if !is8Bit, field.contains(where: { $0 >= 0x80 }) { is8Bit = true }
    }

    public mutating func append(_ other: HeaderLines) {
        bytes.append(contentsOf: other.bytes)
        is8Bit = is8Bit || other.is8Bit
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
        if !is8Bit, text.utf8.contains(where: { $0 >= 0x80 }) { is8Bit = true }
    }

    /// ASCII that stands for itself: nothing that looks like an encoded word, no word too long for a line.
    private static func isPlain(_ text: String) -> Bool {
        var previous: UInt8 = 0
        var length = 0
        for byte in text.utf8 {
            if byte < 0x20 || byte > 0x7E { return false }
            if byte == ASCII.question, previous == ASCII.equals { return false }
            length = byte == ASCII.space ? 0 : length + 1
            if length > longestWord { return false }
            previous = byte
        }
        return true
    }
}

extension String {
    /// Controls, line and paragraph separators as blanks; nothing at either end.
    public var singleLine: String {
        let isClean = utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && first != " " && last != " "
        if isClean { return self }
        var scalars: [Unicode.Scalar] = []
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: scalars.append(" ")
            default: scalars.append(scalar)
            }
        }
        let trimmed = scalars.drop { $0 == " " }
        let end = trimmed.lastIndex { $0 != " " }.map { $0 + 1 } ?? trimmed.startIndex
        var result = String.UnicodeScalarView()
        result.append(contentsOf: trimmed[trimmed.startIndex..<end])
        return String(result)
    }
}
