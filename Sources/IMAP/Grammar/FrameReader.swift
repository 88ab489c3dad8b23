import BinaryIO

/// Reads the productions of RFC 9051 9 from one whole response. Each production is an extension in a file of its own.
///
/// It takes what servers send, which is a little more than the ABNF allows, but never what could be read in two ways.
struct FrameReader {
    let text: [UInt8]
    private(set) var position = 0
    private let literals: [MappedFile]
    private var literalsTaken = 0

    init(_ frame: ResponseFrame) {
        text = frame.text
        literals = frame.literals
    }

    var isAtEnd: Bool { position >= text.count }

    var next: UInt8? { position < text.count ? text[position] : nil }

    func wrong(_ production: String) -> GrammarError { GrammarError(production, at: position, in: text) }

    mutating func skip() {
        if position < text.count { position += 1 }
    }

    /// Takes `byte` where it comes next.
    mutating func take(_ byte: Unicode.Scalar) -> Bool {
        guard position < text.count, UInt32(text[position]) == byte.value else { return false }
        position += 1
        return true
    }

    mutating func expect(_ byte: Unicode.Scalar, _ production: String) throws(GrammarError) {
        guard take(byte) else { throw wrong(production) }
    }

    /// One space, or more where a server is generous.
    mutating func space(_ production: String) throws(GrammarError) {
        try expect(" ", production)
        while take(" ") {}
    }

    /// Takes the longest run of bytes that satisfy `isPart`.
    mutating func run(while isPart: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let start = position
        while position < text.count && isPart(text[position]) { position += 1 }
        return text[start..<position]
    }

    /// Takes `word`, given in capitals, in any case; a longer word does not count.
    mutating func takeWord(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard length <= text.count - position else { return false }
        let end = position + length
        guard ASCII.isWord(text[position..<end], word) else { return false }
        guard end == text.count || !Self.isAtomByte(text[end]) else { return false }
        position = end
        return true
    }

    mutating func rest() -> ArraySlice<UInt8> {
        defer { position = text.count }
        return text[position...]
    }

    /// The octets of the literal that was announced just before the line end at this place.
    mutating func takeLiteral() -> MappedFile? {
        guard literalsTaken < literals.count else { return nil }
        defer { literalsTaken += 1 }
        return literals[literalsTaken]
    }
}
