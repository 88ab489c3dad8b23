import IMAP
import IMAPGrammar
import MailStore

/// Reads the rows of a mailbox.
struct ContentsListing {
    let session: IMAPSession
    let selected: SelectedMailbox
    let attributes: RowAttributes
    let folder: FolderPath

    private struct Answer: Sendable {
        var messages: [UID: FetchedMessage] = [:]
        var vanished = UIDSet()

        mutating func take(_ response: Response) -> Bool {
            switch response {
            case .fetch(let message):
                // Without a UID it is news of another session, which shows in the next state.
                guard let uid = message.uid, messages.count < StoreLimits.messages else { return false }
                if messages[uid] == nil { messages[uid] = message } else { messages[uid]?.merge(message) }
                return true
            case .vanished(let gone):
                vanished.formUnion(gone.uids)
                return true
            default:
                return false
            }
        }
    }

    /// All rows, by UID, of messages that were there when the mailbox was opened; each that the server lists and tells
    /// nothing of as a problem.
    func all() async throws(IMAPError) -> ContentsTable {
        guard selected.exists > 0 else { return ContentsTable(rows: []) }
        var messages = try await fetch(["1:*"], attributes.items).messages
        if messages.count < Int(selected.exists) {
            let listed = try await MailboxSearch(session: session, mailbox: selected.name).all()
            let missing = UIDSet(listed.uids(below: selected.uidNext, isKnown: { isTold(messages[$0]) }))
            if !missing.isEmpty {
                for (uid, message) in try await fetch(missing, attributes.items).messages { messages[uid] = message }
            }
            return table(messages, listed: listed)
        }
        return table(messages, listed: nil)
    }

    /// Rows of these messages, as far as they are there.
    func rows(of uids: UIDSet) async throws(IMAPError) -> ContentsTable {
        guard !uids.isEmpty else { return ContentsTable(rows: []) }
        return table(try await fetch(uids, attributes.items).messages, listed: nil)
    }

    /// Flags of all messages.
    func flags() async throws(IMAPError) -> [UID: [String]] {
        guard selected.exists > 0 else { return [:] }
        return try await fetch(["1:*"], "(UID FLAGS)").messages.compactMapValues(\.flags)
            .filter { isOfNow($0.key) }
    }

    /// What changed since a modification sequence: rows, and UIDs that are gone where the server tells — RFC 7162 3.2.
    func changes(since sequence: UInt64) async throws(IMAPError) -> (table: ContentsTable, vanished: UIDSet) {
        let tellsVanished = session.enabled.contains("QRESYNC")
        let modifier = "(CHANGEDSINCE \(sequence)\(tellsVanished ? " VANISHED" : ""))"
        let answer = try await fetch(["1:*"], "\(attributes.items) \(modifier)")
        return (table(answer.messages, listed: nil), answer.vanished)
    }

    private func fetch(_ uids: UIDSet, _ items: String) async throws(IMAPError) -> Answer {
        try await fetch(uids.commandTexts(length: StoreLimits.setLength), items)
    }

    private func fetch(_ sets: [String], _ items: String) async throws(IMAPError) -> Answer {
        try await session.collect(
            in: selected.name, named: "UID FETCH", into: Answer(),
            commands: sets.map { CommandText("UID FETCH \($0) \(items)") }
        ) { $0.take($1) }
    }

    private func isOfNow(_ uid: UID) -> Bool { selected.uidNext == 0 || uid.rawValue < selected.uidNext }

    private func isTold(_ message: FetchedMessage?) -> Bool { message?.flags != nil }

    private func table(_ messages: [UID: FetchedMessage], listed: UIDSet?) -> ContentsTable {
        var table = ContentsTable(rows: [])
        let known = messages.filter { isOfNow($0.key) && isTold($0.value) }
        for uid in known.keys.sorted() {
            guard let message = known[uid], let row = attributes.row(uid, message) else { continue }
            table.rows.append(row)
        }
        for uid in listed?.uids(below: selected.uidNext, isKnown: { known[$0] != nil }) ?? [] {
            let id = MessageKey(uidValidity: attributes.uidValidity, uid: uid).id
            table.problems.append(
                StoreError(
                    .inputOutput, "the server lists the message, and tells nothing of it", folder: folder,
                    messageID: id))
        }
        return table
    }
}

extension UIDSet {
    /// The members, at most as many as a mailbox may have, that are not known.
    func uids(below end: UInt32, isKnown: (UID) -> Bool) -> [UID] {
        var uids: [UID] = []
        var seen = 0
        for range in ranges {
            for value in range {
                seen += 1
                if seen > StoreLimits.messages || (end > 0 && value >= end) { return uids }
                let uid = UID(rawValue: value)
                if !isKnown(uid) { uids.append(uid) }
            }
        }
        return uids
    }
}
