public import BinaryIO

/// One whole response, not yet looked into: its text without the final line end, and the octets of its literals, which
/// the text announces ("{5}" at the end of an inner line) but does not hold — RFC 9051 4.3.
public struct ResponseFrame: Sendable {
    public var text: [UInt8]
    public var literals: [MappedFile]

    public init(text: [UInt8], literals: [MappedFile] = []) {
        self.text = text
        self.literals = literals
    }
}
