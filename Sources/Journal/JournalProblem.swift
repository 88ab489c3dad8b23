public import MailStore

/// What was wrong with something, in one run.
public struct JournalProblem: Hashable, Sendable {
    public var path: FolderPath?
    public var messageID: MessageID?
    public var text: String

    public init(path: FolderPath?, messageID: MessageID?, text: String) {
        self.path = path
        self.messageID = messageID
        self.text = text
    }
}

/// A message that could not be copied, and is tried again.
public struct JournalFailure: Hashable, Sendable {
    /// ``JournalFolder/id``.
    public let folder: Int64
    /// Where that folder stands at the source.
    public let path: FolderPath
    public let messageID: MessageID
    /// Runs that have tried.
    public let attempts: Int
    public let firstRun: Int
    public let lastRun: Int
    /// What the last one said.
    public let text: String
}
