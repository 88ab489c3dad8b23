public import BinaryIO
public import MAPI

/// Message state as IMAP and Maildir know it — RFC 9051 2.3.2; Maildir info flags.
public struct MessageState: Hashable, Sendable {
    public var seen = false
    public var answered = false
    public var flagged = false
    public var draft = false
    public var deleted = false
    /// `$Forwarded`, Maildir's P(assed).
    public var forwarded = false
    /// Other keywords, as the store spells them, in its order.
    public var keywords: [String] = []

    public init() {}
}

/// One row of a contents table.
public struct ContentsRow: Hashable, Sendable {
    public let id: MessageID
    public let state: MessageState
    /// When the store received it (INTERNALDATE, a Maildir file's mtime).
    public let deliveryTime: FileTime?
    /// Size in bytes as stored, where known without opening the message.
    public let size: Int
    /// Where the store last saw the message, for the store's own use: a hint that may be out of date, no
    /// part of the identity.
    public let location: String
    /// What stays when the message is moved to another folder (IMAP's EMAILID, a Maildir's unique name); nil where the
    /// store has nothing of the kind.
    public let persistentID: String?

    public init(
        id: MessageID, state: MessageState, deliveryTime: FileTime?, size: Int, location: String = "",
        persistentID: String? = nil
    ) {
        self.id = id
        self.state = state
        self.deliveryTime = deliveryTime
        self.size = size
        self.location = location
        self.persistentID = persistentID
    }
}

/// The messages of a folder, and the files in it that could not be read as messages.
public struct ContentsTable: Sendable {
    public var rows: [ContentsRow]
    /// What stands in the folder and could not be listed, each told in one line.
    public var problems: [StoreError]

    public init(rows: [ContentsRow], problems: [StoreError] = []) {
        self.rows = rows
        self.problems = problems
    }
}

/// An opened message: its row, where it lies, and its content in the form native to its store.
public struct StoredMessage: Sendable {
    public enum Content: Sendable {
        /// RFC 5322 bytes exactly as stored.
        case internet(MappedFile)
        case mapi(MessageObject)
        /// RFC 5322 bytes that are made when they are asked for.
        case produced(any MessageContentProducer)
    }

    public let row: ContentsRow
    public let folder: FolderInfo
    public let content: Content
    /// What the store found wrong while reading it (a damaged compressed file, kept as it is): one line each.
    public let problems: [String]

    public init(row: ContentsRow, folder: FolderInfo, content: Content, problems: [String] = []) {
        self.row = row
        self.folder = folder
        self.content = content
        self.problems = problems
    }
}
