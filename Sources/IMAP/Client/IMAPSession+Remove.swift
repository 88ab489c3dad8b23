public import IMAPGrammar

extension IMAPSession {
    /// Whether messages can be removed one by one: UIDPLUS — RFC 4315. Otherwise a server can only remove all that have the
    /// flag \\Deleted, also those that the user has marked.
    public var canRemoveMessages: Bool { capabilities.contains("UIDPLUS") || capabilities.contains("IMAP4REV2") }

    /// Removes messages of a mailbox for good.
    /// - Parameters:
    ///   - uidValidity: what it has to be; otherwise nothing is removed.
    ///   - sets: uid-sets as commands name them.
    public func remove(_ sets: [String], from mailbox: MailboxName, uidValidity: UInt32) async throws(IMAPError) {
        guard canRemoveMessages else {
            throw IMAPError(.configuration, "the server cannot remove single messages (it has no UIDPLUS)")
        }
        let selected = try await select(mailbox)
        guard selected.uidValidity == uidValidity else {
            throw IMAPError(.rejected, "the folder was made anew since it was read")
        }
        for set in sets {
            for command in ["UID STORE \(set) +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE \(set)"] {
                // EXPUNGE, VANISHED and FETCH may come with it, and are of no interest.
                _ = try await connection.run(CommandText(command), named: String(command.prefix(11)), into: ()) {
                    _, response in
                    switch response {
                    case .expunge, .vanished, .fetch: true
                    default: false
                    }
                }
            }
        }
    }
}
