/// A message as libpst reads it.
public struct LibpstMessage: Sendable {
    /// Folder names from the top of the personal folders.
    public var folder: [String] = []
    /// libpst's type of item: 1 is a note, 14 a report, 8 an appointment.
    public var type: Int32 = 0
    public var messageClass = ""
    /// PidTagMessageFlags.
    public var flags: Int32 = 0
    public var subject = ""
    public var messageID = ""
    /// The one represented: name and address of From.
    public var fromName = ""
    public var fromAddress = ""
    public var senderName = ""
    public var senderAddress = ""
    public var displayTo = ""
    public var displayCc = ""
    public var displayBcc = ""
    /// Seconds since 1970.
    public var submitTime: Int?
    public var deliveryTime: Int?
    public var body: String?
    /// PidTagHtml as stored, and its code page.
    public var html: [UInt8]?
    public var codePage: Int32 = 0
    public var headers: String?
    public var attachments: [LibpstAttachment] = []

    public init() {}

    public var isRead: Bool { flags & 1 != 0 }
    public var isUnsent: Bool { flags & 8 != 0 }
}

/// An attachment as libpst reads it.
public struct LibpstAttachment: Sendable {
    public var name = ""
    public var mimeType = ""
    public var contentID = ""
    /// PidTagAttachMethod.
    public var method: Int32 = 0
    /// The bytes of an attachment by value.
    public var data: [UInt8] = []
    /// The embedded message of method 5.
    public var embedded: [LibpstMessage] = []

    public init() {}
}
