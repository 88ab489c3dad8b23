import IMAP
import IMAPGrammar

/// Which messages are in a mailbox: UID SEARCH — RFC 9051 6.4.4; in short form where the server has one, RFC 4731.
struct MailboxSearch {
    let session: IMAPSession
    let mailbox: MailboxName

    /// All of them.
    func all() async throws(IMAPError) -> UIDSet { try await search(["ALL"]) }

    /// Those of `uids` that are there.
    func existing(_ uids: UIDSet) async throws(IMAPError) -> UIDSet {
        guard !uids.isEmpty else { return uids }
        return try await search(uids.commandTexts(length: StoreLimits.setLength).map { "UID \($0)" })
    }

    private func search(_ criteria: [String]) async throws(IMAPError) -> UIDSet {
        let isExtended =
            session.capabilities.contains("ESEARCH") || session.capabilities.contains("IMAP4REV2")
        let commands = criteria.map { CommandText("UID SEARCH \(isExtended ? "RETURN (ALL) " : "")\($0)") }
        return try await session.collect(in: mailbox, named: "UID SEARCH", into: UIDSet(), commands: commands) {
            found, response in
            guard case .search(let result) = response else { return false }
            found.formUnion(result.uids)
            return true
        }
    }
}
