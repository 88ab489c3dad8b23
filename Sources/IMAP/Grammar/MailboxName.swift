import BinaryIO

/// A mailbox's name, independent of how a connection spells it (modified UTF-7, RFC 3501 5.1.3, or UTF-8, RFC 6855 3).
public struct MailboxName: Hashable, Sendable {
    /// In modified UTF-7: ASCII, and the same whichever way it came. A name that is neither is kept as it is.
    public let encoded: [UInt8]

    public enum Spelling: Sendable {
        case modifiedUTF7, utf8
    }

    /// A name as a server sent it. INBOX is one name however it is written.
    public init(wire: [UInt8], spelling: Spelling) {
        if String(decoding: wire.prefix(6), as: UTF8.self).uppercased() == "INBOX" {
            encoded = Array("INBOX".utf8)
        } else if spelling == .utf8, let text = String(validating: wire, as: UTF8.self) {
            encoded = ModifiedUTF7.encode(text)
        } else {
            encoded = wire
        }
    }

    public init(encoded: [UInt8]) {
        self.encoded = encoded
    }

    /// As a command has to spell it.
    public func wire(_ spelling: Spelling) -> [UInt8] {
        guard spelling == .utf8, let text = ModifiedUTF7.decode(encoded) else { return encoded }
        return Array(text.utf8)
    }

    /// The names of its levels as people read them. Bytes that are no modified UTF-7 are shown as UTF-8, else one by one
    /// as Latin-1, so that different names stay different.
    public func levels(delimiter: UInt8?) -> [String] {
        guard let delimiter else { return [Self.display(encoded[...])] }
        return encoded.split(separator: delimiter, omittingEmptySubsequences: true).map(Self.display)
    }

    private static func display(_ level: ArraySlice<UInt8>) -> String {
        ModifiedUTF7.decode(level) ?? String(validating: level, as: UTF8.self)
            ?? String(String.UnicodeScalarView(level.map { Unicode.Scalar($0) }))
    }
}
