/// mailbox-data "STATUS": the state of a mailbox that need not be selected — RFC 9051 7.3.4; RFC 5819; RFC 7162; RFC 8474.
public struct MailboxStatus: Hashable, Sendable {
    /// As the server sent it.
    public let name: [UInt8]
    public var messages: UInt64?
    public var uidNext: UInt64?
    public var uidValidity: UInt64?
    public var unseen: UInt64?
    /// 0: the mailbox has no modification sequences.
    public var highestModificationSequence: UInt64?
    public var mailboxID: String?
}

extension FrameReader {
    mutating func mailboxStatus() throws(GrammarError) -> MailboxStatus {
        try space("STATUS")
        var status = MailboxStatus(name: try astring("mailbox"))
        try space("STATUS")
        try expect("(", "status-att-list")
        while !take(")") {
            if take(" ") { continue }
            let name = try word("status-att")
            try space(name)
            switch name {
            case "MESSAGES": status.messages = try number64(name)
            case "UIDNEXT": status.uidNext = try number64(name)
            case "UIDVALIDITY": status.uidValidity = try number64(name)
            case "UNSEEN": status.unseen = try number64(name)
            case "HIGHESTMODSEQ": status.highestModificationSequence = try number64(name)
            case "MAILBOXID": status.mailboxID = try objectID(name)
            default: try skipValue(name)
            }
        }
        return status
    }
}
