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
        let collector = ResponseCollector(Answer()) { $0.take($1) }
        let hasStates = isExtended && has("LIST-STATUS")
        let texts = hasStates ? statusItems.map { listing(asking: $0) } : [listing(asking: nil)]
        let commands = texts.map { ClientCommand(text: $0, receiver: collector) }
        for command in commands { session.connection.submit(command) }
        for command in commands {
            let answer = try await command.completion.outcome().get()
            guard answer.condition == .ok else { throw IMAPError("LIST", failed: answer) }
        }
        var mailboxes = merged(collector.value)
        if !hasStates { try await addStates(to: &mailboxes) }
        return mailboxes
    }

    private func has(_ capability: String) -> Bool {
        session.capabilities.contains(capability) || session.capabilities.contains("IMAP4REV2")
    }

    private var isExtended: Bool { has("LIST-EXTENDED") }

    private func listing(asking items: String?) -> CommandText {
        var options: [String] = []
        if isExtended && has("SPECIAL-USE") { options.append("SPECIAL-USE") }
        if let items { options.append("STATUS (\(items))") }
        guard options.isEmpty else { return CommandText("LIST \"\" \"*\" RETURN (\(options.joined(separator: " ")))") }
        let isOld = session.capabilities.contains("XLIST") && !has("SPECIAL-USE")
        return CommandText("\(isOld ? "XLIST" : "LIST") \"\" \"*\"")
    }

    /// What to ask for, in requests that follow each other without waiting. MAILBOXID has one of its own: asked together with
    /// HIGHESTMODSEQ, Cyrus 3.6 answers with bytes of its memory.
    private var statusItems: [String] {
        let states = "MESSAGES UIDNEXT UIDVALIDITY" + (session.capabilities.hasConditionalStore ? " HIGHESTMODSEQ" : "")
        return session.capabilities.contains("OBJECTID") ? [states, "MAILBOXID"] : [states]
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
            guard let place = places[name] else { continue }
            if mailboxes[place].status == nil {
                mailboxes[place].status = status
            } else {
                mailboxes[place].status?.merge(status)
            }
        }
        return mailboxes
    }

    /// STATUS for each, all on their way at once. A mailbox that has none is found out when it is read.
    private func addStates(to mailboxes: inout [Mailbox]) async throws(IMAPError) {
        var pending: [(Int, ResponseCollector<MailboxStatus?>, ClientCommand)] = []
        for (place, mailbox) in mailboxes.enumerated() where mailbox.holdsMessages {
            for items in statusItems {
                var text = session.command("STATUS", mailbox: mailbox.name)
                text.append(" (\(items))")
                let collector = ResponseCollector<MailboxStatus?>(nil) { found, response in
                    guard found == nil, case .mailboxStatus(let status) = response else { return false }
                    found = status
                    return true
                }
                let command = ClientCommand(text: text, receiver: collector)
                session.connection.submit(command)
                pending.append((place, collector, command))
            }
        }
        for (place, collector, command) in pending {
            _ = try await command.completion.outcome().get()
            guard let status = collector.value else { continue }
            if mailboxes[place].status == nil {
                mailboxes[place].status = status
            } else {
                mailboxes[place].status?.merge(status)
            }
        }
    }
}

extension MailboxStatus {
    /// Adds what another response told of the same mailbox.
    mutating func merge(_ other: MailboxStatus) {
        messages = other.messages ?? messages
        uidNext = other.uidNext ?? uidNext
        uidValidity = other.uidValidity ?? uidValidity
        highestModificationSequence = other.highestModificationSequence ?? highestModificationSequence
        mailboxID = other.mailboxID ?? mailboxID
    }
}
