/// The name of a header field, compared without regard to ASCII case — RFC 5322 2.2.
public struct FieldName: Sendable {
    /// As usually written, for messages to people.
    public let text: StaticString
    let hash: UInt32

    public init(_ text: StaticString) {
        self.text = text
        hash = text.withUTF8Buffer { Self.hash(of: UnsafeRawBufferPointer($0)) }
    }

    /// FNV-1a over the lower-case bytes: one number to compare for the many names of a header that do not match.
    static func hash(of name: UnsafeRawBufferPointer) -> UInt32 {
        var hash: UInt32 = 0x811C_9DC5
        for byte in name { hash = (hash ^ UInt32(byte.asciiLowercased)) &* 0x0100_0193 }
        return hash
    }

    func matches(_ name: UnsafeRawBufferPointer) -> Bool {
        text.withUTF8Buffer { own in
            own.count == name.count && zip(own, name).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
        }
    }
}

extension FieldName {
    public static let contentType = FieldName("Content-Type")
    public static let contentTransferEncoding = FieldName("Content-Transfer-Encoding")
    public static let contentDisposition = FieldName("Content-Disposition")
    public static let contentID = FieldName("Content-ID")
    public static let contentLocation = FieldName("Content-Location")
    public static let contentBase = FieldName("Content-Base")
    public static let contentDescription = FieldName("Content-Description")
    public static let from = FieldName("From")
    public static let sender = FieldName("Sender")
    public static let replyTo = FieldName("Reply-To")
    public static let to = FieldName("To")
    public static let cc = FieldName("Cc")
    public static let bcc = FieldName("Bcc")
    public static let subject = FieldName("Subject")
    public static let date = FieldName("Date")
    public static let received = FieldName("Received")
    public static let messageID = FieldName("Message-ID")
    public static let inReplyTo = FieldName("In-Reply-To")
    public static let references = FieldName("References")
}
