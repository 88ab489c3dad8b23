import IMAP
import IMAPGrammar
import MailStore

/// What tells whether anything changed in a mailbox: RFC 9051 2.3.1.1, RFC 7162 3.1, RFC 8474 4.
struct FolderState: Hashable {
    var uidValidity: UInt64
    var uidNext: UInt64
    /// 0: the server keeps none, and changed flags do not show.
    var highestModificationSequence: UInt64
    var messages: UInt64
    var mailboxID: String?

    /// Whether an equal state means that nothing changed.
    var isConclusive: Bool { highestModificationSequence > 0 && uidValidity > 0 && uidNext > 0 }

    init?(_ status: MailboxStatus) {
        guard let validity = status.uidValidity, let next = status.uidNext, let messages = status.messages
        else { return nil }
        uidValidity = validity
        uidNext = next
        highestModificationSequence = status.highestModificationSequence ?? 0
        self.messages = messages
        mailboxID = status.mailboxID
    }

    init(_ mailbox: SelectedMailbox) {
        uidValidity = UInt64(mailbox.uidValidity)
        uidNext = UInt64(mailbox.uidNext)
        highestModificationSequence = mailbox.highestModificationSequence
        messages = UInt64(mailbox.exists)
        mailboxID = mailbox.mailboxID
    }

    private static let version = "imap1"

    init?(_ state: SynchronizationState) {
        let fields = state.rawValue.split(separator: " ")
        guard fields.count == 6, fields[0] == Self.version, let validity = UInt64(fields[1]),
            let next = UInt64(fields[2]), let sequence = UInt64(fields[3]), let messages = UInt64(fields[4])
        else { return nil }
        uidValidity = validity
        uidNext = next
        highestModificationSequence = sequence
        self.messages = messages
        mailboxID = fields[5] == "-" ? nil : String(fields[5])
    }

    var state: SynchronizationState {
        SynchronizationState(
            rawValue: "\(Self.version) \(uidValidity) \(uidNext) \(highestModificationSequence) \(messages) "
                + (mailboxID ?? "-"))
    }
}
