/// A store that can let go of messages: the one exception to "the source is never changed", asked for by name
/// (`copy --archive`).
public protocol ArchivableStore: SynchronizingStore {
    /// Removes messages for good, each only where it is still the message that was proven to be kept elsewhere.
    /// - Returns: what became of each, in the order given.
    /// - Throws: where none of them can be removed and all are as they were: `.accessDenied`, `.configuration` where the
    ///   store has no way to remove single messages, `.vanished` where the folder is gone, or is another one by now.
    func remove(
        _ messages: [ProvenMessage], from folder: FolderInfo
    ) async throws(StoreError) -> [RemovalOutcome]
}

/// A message of which the very same bytes are kept elsewhere.
public struct ProvenMessage: Hashable, Sendable {
    public let row: ContentsRow
    /// SHA-256 of the bytes that are kept, 32 bytes.
    public let digest: [UInt8]

    public init(row: ContentsRow, digest: [UInt8]) {
        self.row = row
        self.digest = digest
    }
}

public enum RemovalOutcome: Sendable {
    case removed
    /// Somebody else has removed it.
    case vanished
    /// It is still there, for a reason.
    case kept(StoreError)
}

/// A store that can show that it holds the very bytes of a message.
public protocol ProvingStore: Sendable {
    /// SHA-256 of the message as it would be given back, read and made anew from what is stored: 32 bytes; nil where it
    /// would be composed from properties, or cannot be read.
    func digest(of message: MessageID, in folder: FolderID) async -> [UInt8]?
}
