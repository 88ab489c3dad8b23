import BinaryIO

/// A message as a flat list of fields, in the form in which two readers of it can be compared: whole values where they
/// are short, digests of the others. Both sides are made by the same rules, so that a difference is one of content.
public struct ReadbackItem: Sendable, Equatable {
    public struct Field: Sendable, Hashable {
        /// For instance "subject", or "attachment 2 > subject" in an embedded message.
        public let name: String
        public let value: String
    }

    /// The NID in the PST; 0 for an item that is not from one.
    public var node: UInt32 = 0
    /// Folder names from the top of the mail tree.
    public var folder: [String] = []
    public private(set) var fields: [Field] = []

    init() {}

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    mutating func add(_ name: String, _ value: String) {
        // The two readers disagree on whether what is empty is there.
        if !value.isEmpty { fields.append(Field(name: name, value: value)) }
    }

    mutating func add(_ name: String, digestOf bytes: [UInt8]) {
        if !bytes.isEmpty { add(name, Self.digest(bytes)) }
    }

    /// A size and the first half of a SHA-256.
    static func digest(_ bytes: [UInt8]) -> String {
        let digits = Digest.sha256(bytes).prefix(16).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }
        return "\(bytes.count) bytes " + digits.joined()
    }

    /// A digest of all fields, for matching.
    var fingerprint: [UInt8] {
        var bytes: [UInt8] = []
        for field in fields {
            bytes += field.name.utf8
            bytes.append(0)
            bytes += field.value.utf8
            bytes.append(0)
        }
        return Array(Digest.sha256(bytes).prefix(16))
    }
}

/// Text as both readers can give it.
enum ComparableText {
    /// Text up to the first NUL, where libpst ends it.
    static func utf8(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { upToNUL($0) }
    }

    static func upToNUL(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBufferPointer { upToNUL($0) } }

    private static func upToNUL(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        Array(bytes[..<(bytes.firstIndex(of: 0) ?? bytes.count)])
    }
}
