import IMAP
import IMAPGrammar
import MailStore

/// Finds what happened in a mailbox since a state — RFC 7162 where the server keeps modification sequences, the flags of
/// all messages where it does not.
struct ChangeDetection {
    let listing: ContentsListing
    let given: [GivenMessage]
    /// Looks again whether messages are there, on a new connection where the claim is a large one.
    let existing: (UIDSet, Bool) async throws(IMAPError) -> UIDSet

    private var selected: SelectedMailbox { listing.selected }

    func changes(since state: FolderState?) async throws(IMAPError) -> ContentsChanges {
        let now = FolderState(selected)
        var known: [UID: GivenMessage] = [:]
        var foreign: [GivenMessage] = []
        for message in given {
            if let key = MessageKey(message.id), key.uidValidity == selected.uidValidity {
                known[key.uid] = message
            } else {
                foreign.append(message)
            }
        }
        if foreign.isEmpty, let state, canUse(state, now),
            let changes = try await recentChanges(since: state, now, known)
        {
            return changes
        }
        // Labels decide which messages belong to the folder, so all of them are needed.
        if listing.attributes.labels != nil || !foreign.isEmpty || known.isEmpty {
            return try await compareRows(known, foreign, now)
        }
        return try await compareFlags(known, now)
    }

    private func canUse(_ state: FolderState, _ now: FolderState) -> Bool {
        state.isConclusive && now.isConclusive && state.uidValidity == now.uidValidity
            && listing.attributes.labels == nil && state.highestModificationSequence <= now.highestModificationSequence
    }

    /// - Returns: nil where what the server told does not add up.
    private func recentChanges(
        since state: FolderState, _ now: FolderState, _ known: [UID: GivenMessage]
    ) async throws(IMAPError) -> ContentsChanges? {
        var changes = ContentsChanges(state: now.state)
        var gone = UIDSet()
        if state != now {
            let (table, vanished) = try await listing.changes(since: state.highestModificationSequence)
            sort(table.rows, known, into: &changes)
            changes.problems = table.problems
            gone = UIDSet(known.keys.filter(vanished.contains))
        }
        if !gone.isEmpty { try await setGone(gone, known, &changes) }
        changes.count = known.count - changes.gone.count + changes.new.count
        return changes.count == Int(selected.exists) ? changes : nil
    }

    /// Every message's flags, and the rows of those that are new.
    private func compareFlags(
        _ known: [UID: GivenMessage], _ now: FolderState
    ) async throws(IMAPError) -> ContentsChanges {
        var changes = ContentsChanges(state: now.state)
        let flags = try await listing.flags()
        for (uid, flags) in flags {
            guard let message = known[uid] else { continue }
            let state = MessageState(flags: flags)
            if state != message.state { changes.changed.append(row(of: message, state)) }
        }
        changes.changed.sort { MessageKey.precedes($0.id, $1.id) }
        let table = try await listing.rows(of: UIDSet(flags.keys.filter { known[$0] == nil }))
        changes.new = table.rows
        changes.problems = table.problems
        let gone = UIDSet(known.keys.filter { flags[$0] == nil })
        if !gone.isEmpty { try await setGone(gone, known, &changes) }
        changes.count = known.count - changes.gone.count + changes.new.count
        return changes
    }

    /// The row of a message of which only the flags were looked at.
    private func row(of message: GivenMessage, _ state: MessageState) -> ContentsRow {
        ContentsRow(
            id: message.id, state: state, deliveryTime: Int64(message.location).map(RowAttributes.time),
            size: message.size, location: message.location, persistentID: message.persistentID)
    }

    /// All rows; messages with ids of another UIDVALIDITY are known again by what stays, or by size and time where these
    /// are those of one message only.
    private func compareRows(
        _ known: [UID: GivenMessage], _ foreign: [GivenMessage], _ now: FolderState
    ) async throws(IMAPError) -> ContentsChanges {
        var changes = ContentsChanges(state: now.state)
        let table = try await listing.all()
        changes.problems = table.problems
        sort(table.rows, known, into: &changes)
        let renumbering = Renumbering(given: foreign, rows: changes.new)
        changes.renumbered = renumbering.pairs
        changes.new = renumbering.unmatchedRows
        let present = Set(table.rows.map(\.id))
        let gone = UIDSet(known.filter { !present.contains($0.value.id) }.keys)
        if !gone.isEmpty {
            if listing.attributes.labels == nil {
                try await setGone(gone, known, &changes)
            } else {
                // They may be in the mailbox, and have another home now.
                changes.gone = known.filter { gone.contains($0.key) }.map(\.value.id).sorted(by: MessageKey.precedes)
            }
        }
        changes.gone += renumbering.unmatchedGiven
        changes.count = given.count - changes.gone.count + changes.new.count
        return changes
    }

    private func sort(_ rows: [ContentsRow], _ known: [UID: GivenMessage], into changes: inout ContentsChanges) {
        for row in rows {
            guard let key = MessageKey(row.id) else { continue }
            if let message = known[key.uid] {
                if message.state != row.state || message.location != row.location { changes.changed.append(row) }
            } else {
                changes.new.append(row)
            }
        }
    }

    /// Believes that messages are gone once a second look has not found them either.
    private func setGone(
        _ claim: UIDSet, _ known: [UID: GivenMessage], _ changes: inout ContentsChanges
    ) async throws(IMAPError) {
        let claimed = known.filter { claim.contains($0.key) }
        let isSuspicious = claimed.count > StoreLimits.suspiciouslyMany && claimed.count * 4 > known.count
        let there = try await existing(claim, isSuspicious)
        changes.gone = claimed.filter { !there.contains($0.key) }.map(\.value.id).sorted(by: MessageKey.precedes)
    }
}

extension MessageKey {
    static func precedes(_ left: MessageID, _ right: MessageID) -> Bool {
        guard let left = MessageKey(left), let right = MessageKey(right) else { return left.rawValue < right.rawValue }
        return (left.uidValidity, left.uid) < (right.uidValidity, right.uid)
    }
}
