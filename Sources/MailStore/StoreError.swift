/// What went wrong in a store, told so that a person can act on it.
public struct StoreError: Error, Hashable, Sendable {
    /// Decides the exit status (product contract, 3.5).
    public enum Code: Hashable, Sendable {
        /// 65: a file or message is damaged.
        case badData
        /// 66: what was named does not exist.
        case noInput
        /// 69: a server does not answer.
        case unavailable
        /// 73: the output cannot be created.
        case cannotCreate
        /// 74: reading or writing failed (disk full, …).
        case inputOutput
        /// 75: locked by another run, throttled: try again.
        case temporary
        /// 77: access to a folder, a message or a file is denied.
        case accessDenied
        /// 77: the account is not let in, or not any more. Nothing else of the store can be read, and to ask again may lock
        /// the account.
        case loginRefused
        /// 78: configuration.
        case configuration
        /// The message has gone since it was listed.
        case vanished
        /// The run was told to stop.
        case cancelled
    }

    public let code: Code
    /// One line, without a full stop, naming what it is about.
    public let message: String
    /// Folder, where one is concerned.
    public var folder: FolderPath?
    /// Message (file name, UID), where one is concerned.
    public var messageID: MessageID?

    public init(_ code: Code, _ message: String, folder: FolderPath? = nil, messageID: MessageID? = nil) {
        self.code = code
        self.message = message
        self.folder = folder
        self.messageID = messageID
    }
}
