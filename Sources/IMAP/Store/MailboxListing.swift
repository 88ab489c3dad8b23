import IMAP
import IMAPGrammar

/// Asks a server for all mailboxes and their states: in one round trip where it can — RFC 5258, RFC 5819, RFC 6154.
struct MailboxListing {
    let session: IMAPSession

    private struct Answer: Sendable {
        var listed: [ListedMailbox] = []
        var states: [MailboxStatus] = []

        mutating func take(_ response: Response) -> Bool {
            switch response {
            case .list(let mailbox) where listed.count < StoreLimits.mailboxes: listed.append(mailbox)
            case .mailboxStatus(let status) where states.count < StoreLimits.mailboxes: states.append(status)
            default: return false
            }
            return true
        }
    }

    func read() async throws(IMAPError) -> [Mailbox] {
        // STATUS of an open mailbox may be out of date.
        try await session.unselect()
        let capabilities = session.capabilities
        let isExtended = capabilities.contains("LIST-EXTENDED") || capabilities.contains("IMAP4REV2")
        var command = CommandText("LIST \"\" \"*\"")
        var hasStates = false
        if isExtended {
            var options: [String] = []
            if capabilities.contains("SPECIAL-USE") || capabilities.contains("IMAP4REV2") {
                options.append("SPECIAL-USE")
            }
            if capabilities.contains("LIST-STATUS") || capabilities.contains("IMAP4REV2") {
                options.append("STATUS (\(statusItems))")
                hasStates = true
            }
            if !options.isEmpty { command.append(" RETURN (\(options.joined(separator: " ")))") }
        } else if capabilities.contains("XLIST") && !capabilities.contains("SPECIAL-USE") {
            command = CommandText("XLIST \"\" \"*\"")
        }
        let (answer, _) = try await session.connection.run(command, named: "LIST", into: Answer()) { $0.take($1) }
        var mailboxes = merged(answer)
        if !hasStates { try await addStates(to: &mailboxes) }
        return mailboxes
    }

    private var statusItems: String {
        var items = "MESSAGES UIDNEXT UIDVALIDITY"
        if session.capabilities.hasConditionalStore { items += " HIGHESTMODSEQ" }
        if session.capabilities.contains("OBJECTID") { items += " MAILBOXID" }
        return items
    }

    /// A mailbox may be listed more than once (RFC 5258 lists matching parents again).
    private func merged(_ answer: Answer) -> [Mailbox] {
        var mailboxes: [Mailbox] = []
        var places: [MailboxName: Int] = [:]
        for listed in answer.listed {
            var wire = listed.name
            // Cyrus and others list a parent with a final separator.
            if let delimiter = listed.delimiter, wire.count > 1, wire.last == delimiter { wire.removeLast() }
            let name = MailboxName(wire: wire, spelling: session.spelling)
            guard !name.encoded.isEmpty else { continue }
            if let place = places[name] {
                mailboxes[place].attributes.formUnion(listed.attributes)
                continue
            }
            places[name] = mailboxes.count
            mailboxes.append(Mailbox(name: name, delimiter: listed.delimiter, attributes: listed.attributes))
        }
        for status in answer.states {
            let name = MailboxName(wire: status.name, spelling: session.spelling)
            if let place = places[name] { mailboxes[place].status = status }
        }
        return mailboxes
    }

    /// STATUS for each, all on their way at once. A mailbox that has none is found out when it is read.
    private func addStates(to mailboxes: inout [Mailbox]) async throws(IMAPError) {
        var pending: [(Int, ResponseCollector<MailboxStatus?>, ClientCommand)] = []
        for (place, mailbox) in mailboxes.enumerated() where mailbox.holdsMessages {
            var text = session.command("STATUS", mailbox: mailbox.name)
            text.append(" (\(statusItems))")
            let collector = ResponseCollector<MailboxStatus?>(nil) { found, response in
                guard found == nil, case .mailboxStatus(let status) = response else { return false }
                found = status
                return true
            }
            let command = ClientCommand(text: text, receiver: collector)
            session.connection.submit(command)
            pending.append((place, collector, command))
        }
        for (place, collector, command) in pending {
            _ = try await command.completion.outcome().get()
            mailboxes[place].status = collector.value
        }
    }
}
