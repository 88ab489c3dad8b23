import Journal
import MailStore

/// Messages of the destination that are not where they were at the source. Until the run knows that they are nowhere, each
/// is taken for what a new message elsewhere may be: moved, not copied and deleted.
struct MoveCandidates {
    struct Candidate {
        let message: JournalMessage
        /// The folder of the destination that it lies in; nil where the destination does not have it.
        let destination: FolderID?
    }

    private var candidates: [MessageRowID: Candidate] = [:]
    /// Copies of one message in several folders have one persistent id, and one digest.
    private var byPersistentID: [String: [MessageRowID]] = [:]
    private var byDigest: [[UInt8]: [MessageRowID]] = [:]

    var isEmpty: Bool { candidates.isEmpty }

    mutating func add(_ message: JournalMessage, in folder: JournalFolder) {
        candidates[message.rowID] = Candidate(message: message, destination: folder.destination)
        if let id = message.persistentID { byPersistentID[id, default: []].append(message.rowID) }
        if let digest = message.digest { byDigest[digest, default: []].append(message.rowID) }
    }

    /// The message that a row is of, by the id that survives every move, if it is one of these; it is none any more.
    /// One of another size is another message: some programs give names by folder, and not by mailbox.
    mutating func take(persistentID: String, size: Int) -> Candidate? {
        byPersistentID[persistentID]?.first { candidates[$0]?.message.size == size }.flatMap { take($0) }
    }

    /// A message of the same bytes, if one of these has them; it is none any more.
    mutating func take(digest: [UInt8]) -> Candidate? {
        byDigest[digest]?.first.flatMap { take($0) }
    }

    private mutating func take(_ rowID: MessageRowID) -> Candidate? {
        guard let candidate = candidates.removeValue(forKey: rowID) else { return nil }
        if let id = candidate.message.persistentID { byPersistentID[id]?.removeAll { $0 == rowID } }
        if let digest = candidate.message.digest { byDigest[digest]?.removeAll { $0 == rowID } }
        return candidate
    }

    /// What nothing was found for, in the order in which it was copied.
    var remaining: [Candidate] {
        candidates.values.sorted {
            ($0.message.rowID.folder, $0.message.rowID.number) < ($1.message.rowID.folder, $1.message.rowID.number)
        }
    }
}
