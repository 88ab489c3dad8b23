import IMAP
import IMAPGrammar
public import MailStore

/// UID EXPUNGE — RFC 4315 (UIDPLUS): without it a server can only remove all messages with the flag \Deleted, also those
/// that the user has marked.
extension IMAPStore: ArchivableStore {
    /// A UID never stands for another message while UIDVALIDITY is the same (RFC 9051 2.3.1.1): that it does is checked.
    public func remove(
        _ messages: [ProvenMessage], from folder: FolderInfo
    ) async throws(StoreError) -> [RemovalOutcome] {
        let keys = messages.map { MessageKey($0.row.id) }
        guard let validity = keys.lazy.compactMap({ $0?.uidValidity }).first else {
            return messages.map { _ in .vanished }
        }
        let uids = UIDSet(keys.compactMap { $0?.uidValidity == validity ? $0?.uid : nil })
        let (before, left) = try await remove(uids, validity, folder)
        return zip(messages, keys).map { message, key in
            guard let key, key.uidValidity == validity, before.contains(key.uid) else { return .vanished }
            guard left.contains(key.uid) else { return .removed }
            return .kept(
                StoreError(
                    .temporary, "the server has not removed it", folder: folder.path, messageID: message.row.id))
        }
    }

    /// - Returns: which of the messages were there before, and which are left.
    private func remove(
        _ uids: UIDSet, _ validity: UInt32, _ folder: FolderInfo
    ) async throws(StoreError) -> (before: UIDSet, left: UIDSet) {
        let name = MailboxName(folder.id)
        do throws(IMAPError) {
            return try await main.performAside { session throws(IMAPError) in
                let search = MailboxSearch(session: session, mailbox: name)
                let before = try await search.existing(uids)
                try await session.remove(
                    uids.commandTexts(length: StoreLimits.setLength), from: name, uidValidity: validity)
                return (before, try await search.existing(uids))
            }
        } catch {
            throw failure(error, folder)
        }
    }
}
