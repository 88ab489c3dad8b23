public import IMAP

/// How a mailbox on a server is read.
public struct IMAPOptions: Sendable {
    public var session: SessionOptions
    /// Connections that fetch messages at the same time, at most.
    public var connections = 1
    /// Each further connection is opened when so many bytes more were asked for: to log on takes time, and pays only where
    /// there is much to fetch.
    public var bytesPerConnection = 8 << 20
    /// Folders that others own or share belong to somebody else's backup.
    public var includesSharedFolders = false
    /// Views on messages that lie in other folders: \All, \Flagged, \Important.
    public var includesVirtualFolders = false
    /// Bytes of messages to be fetched at most; nil: no bound.
    public var maximumDownload: Int?
    /// What may be fetched from this mailbox and others together; nil: no such bound.
    public var sharedBudget: DownloadBudget?
    /// Tries of one thing without any progress, the first included.
    public var attempts = 7
    /// Waits; tests wait for nothing.
    public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

    public init(session: SessionOptions) {
        self.session = session
    }
}
