/// A message as MAPI sees it: properties, recipients, attachments — Message object, [MS-OXCMSG] 1.1.
public struct MessageObject: Sendable {
    public var properties = PropertyBag()
    public var recipients: [Recipient] = []
    public var attachments: [Attachment] = []

    public init() {}
}

/// One row of the recipient table — [MS-OXCMSG] 2.2.3, [MS-PST] 2.4.5.3.
public struct Recipient: Sendable {
    public var properties = PropertyBag()

    public init() {}
}

/// Attachment object — [MS-OXCMSG] 2.2.2. PidTagAttachMethod in `properties` agrees with `content`.
public struct Attachment: Sendable {
    public var properties = PropertyBag()
    public var content: AttachmentContent = .none

    public init() {}
}

/// What PidTagAttachDataBinary or PidTagAttachDataObject holds.
public indirect enum AttachmentContent: Sendable {
    /// No data (method 0, or by reference: 2, 3, 4, 7).
    case none
    /// By value (method 1), in memory.
    case bytes([UInt8])
    /// By value (method 1), too large to be held: read once, in order, when it is written.
    case stream(any AttachmentStream)
    /// An embedded message (method 5).
    case message(MessageObject)
    /// An OLE storage (method 6): the compound file's bytes.
    case storage([UInt8])
}

/// Content of unbounded size, produced piece by piece.
public protocol AttachmentStream: Sendable {
    /// Starts at the beginning each time it is called.
    func makeReader() -> any AttachmentReader
}

public protocol AttachmentReader {
    /// Fills the start of `buffer` and returns the number of bytes; 0 at the end, and only there.
    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}
