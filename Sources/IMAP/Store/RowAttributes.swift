import IMAP
import IMAPGrammar
import MAPI
import MailStore

/// What is asked of messages for a row of a contents table, and the row made of it.
struct RowAttributes: Sendable {
    let uidValidity: UInt32
    /// OBJECTID — RFC 8474.
    let hasEmailID: Bool
    /// Gmail's X-GM-EXT-1: who else has the message.
    let labels: GmailLabels?

    /// Items of a FETCH.
    var items: String {
        var items = "UID FLAGS INTERNALDATE RFC822.SIZE"
        if labels != nil { items += " X-GM-MSGID X-GM-LABELS" } else if hasEmailID { items += " EMAILID" }
        return "(\(items))"
    }

    static func time(_ unixSeconds: Int64) -> FileTime { FileTime(unixSeconds: unixSeconds) }

    /// nil where something is missing, or another folder is the message's home.
    func row(_ uid: UID, _ message: FetchedMessage) -> ContentsRow? {
        guard let flags = message.flags else { return nil }
        var state = MessageState(flags: flags)
        var persistentID = message.emailID
        if let labels {
            persistentID = message.gmailMessageID.map(String.init)
            guard labels.isHome(of: message.gmailLabels ?? []) else { return nil }
            state.keywords = Set(state.keywords + labels.categories(message.gmailLabels ?? [])).sorted()
        }
        return ContentsRow(
            id: MessageKey(uidValidity: uidValidity, uid: uid).id, state: state,
            deliveryTime: message.internalDate.map(Self.time),
            size: Int(clamping: message.size ?? 0), location: message.internalDate.map(String.init) ?? "",
            persistentID: persistentID)
    }
}

extension FetchedMessage {
    /// Adds what another response told about the same message.
    mutating func merge(_ other: FetchedMessage) {
        flags = other.flags ?? flags
        size = other.size ?? size
        internalDate = other.internalDate ?? internalDate
        modificationSequence = other.modificationSequence ?? modificationSequence
        emailID = other.emailID ?? emailID
        gmailMessageID = other.gmailMessageID ?? gmailMessageID
        gmailLabels = other.gmailLabels ?? gmailLabels
    }
}
