public import MailStore

/// A folder of the account that is not copied, and why.
public struct LeftOutFolder: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// Of another user, who has a backup of his own.
        case otherUsers
        /// Shared by several, and nobody's own.
        case shared
        /// A view on messages that lie in other folders.
        case view
        /// All messages once more; with Gmail's labels it is copied, for what has no other label.
        case allMail
    }

    public let path: FolderPath
    public let reason: Reason

    public init(path: FolderPath, reason: Reason) {
        self.path = path
        self.reason = reason
    }
}
