public import MAPI

/// Which item a message is, and which version of it: for items that people change where they are.
public struct ItemVersion: Hashable, Sendable {
    /// PidTagSearchKey, which an item keeps when it is changed; nil where it has none.
    public let searchKey: [UInt8]?
    public let messageID: String?
    public let messageClass: String
    public let modified: FileTime
    /// The same where nothing but the state differs; of no meaning in another process.
    public let content: Int

    public init(searchKey: [UInt8]?, messageID: String?, messageClass: String, modified: FileTime, content: Int) {
        self.searchKey = searchKey
        self.messageID = messageID
        self.messageClass = messageClass
        self.modified = modified
        self.content = content
    }
}
