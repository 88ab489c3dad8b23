/// Every bound of the import; what lies beyond is kept as an attachment, never dropped.
enum ImportLimits {
    /// Embedded messages inside embedded messages; a deeper one stays an `.eml` file.
    static let embeddedDepth = 20
    /// Raw bytes of a part above which its content is streamed instead of held.
    static let streamThreshold = 4 << 20
    /// Decoded bytes that one message, its embedded ones included, may hold in memory beside its bodies.
    static let memoryBudget = 16 << 20
    /// Parts below this many raw bytes are always held: a stream costs more than it saves.
    static let smallPart = 16 << 10
    /// Raw bytes of a text part that becomes a body; a larger one stays an attachment.
    static let bodyLength = 16 << 20
    /// Raw bytes of a text part that is appended to a body.
    static let appendedBodyLength = 1 << 20
    /// Text parts that make up a body.
    static let bodySegments = 100
    /// Raw bytes of an encoded `message/rfc822` that is decoded to be an embedded message.
    static let encodedMessageLength = 16 << 20
    /// Raw bytes of a TNEF part or report part that is interpreted.
    static let interpretedPartLength = 64 << 20
    /// Bytes outside the boundaries of a multipart that are only a remark.
    static let remarkLength = 1024
    /// Bytes of a message whose line ends are all CR that is read nevertheless, and up to where the first one is looked for.
    static let returnsLength = 32 << 20
    static let lineLength = 64 << 10
    /// Bytes of PidTagTransportMessageHeaders.
    static let headerLength = 4 << 20
    /// Recipient rows; the header block holds the rest.
    static let recipientCount = 20_000
    /// Bytes of a promoted header field.
    static let promotedLength = 16 << 10
    /// Bytes up to which the search key covers all of a message. The header and the end tell messages apart; what lies
    /// between may be a gigabyte.
    static let digestedLength = 64 << 10
    /// UTF-16 units of a file name.
    static let fileNameLength = 255
    /// Bytes of HTML that are searched for references to inline pictures.
    static let referenceSearchLength = 16 << 20
}
