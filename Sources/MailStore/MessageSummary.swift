public import MAPI

/// What people look for a message by, read from its content.
public struct MessageSummary: Hashable, Sendable {
    /// As people read it; empty where there is none.
    public var subject = ""
    /// The author as people read it: a name with an address, or what there is of them.
    public var from = ""
    /// With its angle brackets, as written; empty where there is none.
    public var messageID = ""
    /// When it was sent; nil where it does not say.
    public var date: FileTime?
    /// File names of attachments; "" for one without a name. Pictures shown within the text are no attachments.
    public var attachments: [String] = []

    public init() {}
}

/// Looks into opened messages. Stores hand out contents; this knows their formats.
public protocol MessageInspector: Sendable {
    func summary(of message: StoredMessage) -> MessageSummary
}
