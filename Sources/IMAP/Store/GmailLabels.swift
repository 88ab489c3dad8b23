import IMAPGrammar
import MailStore

/// Gmail's labels: a message lies in every folder whose label it has, and in All Mail. One copy of it is kept, in the
/// first of its folders; the other labels become categories.
struct GmailLabels: Sendable {
    /// Labels as X-GM-LABELS names them, of the folders that come before the others, in their order; the last is All
    /// Mail, which has none.
    let order: [[UInt8]]
    /// The label of the folder that is read; nil for one in which labels count for nothing (trash, spam).
    let label: [UInt8]?
    /// Whether the folder is All Mail: home of what has no label of another folder.
    let isAllMail: Bool

    /// - Parameter others: labels of the message, without that of the folder itself.
    func isHome(of others: [[UInt8]]) -> Bool {
        if isAllMail { return !others.contains { order.contains($0) } }
        guard let label, let place = order.firstIndex(of: label) else { return true }
        return !order[..<place].contains { others.contains($0) }
    }

    /// Names of categories: labels that people made, without those of Gmail itself.
    func categories(_ labels: [[UInt8]]) -> [String] {
        labels.filter { $0.first != UInt8(ascii: "\\") && $0 != label }.map {
            MailboxName(encoded: $0).levels(delimiter: nil).joined()
        }
    }

    /// The label of a mailbox: \Inbox, \Sent, \Draft for those that Gmail has itself, else the name.
    static func label(of mailbox: Mailbox) -> [UInt8]? {
        if mailbox.name.isInbox { return Array("\\Inbox".utf8) }
        switch mailbox.markedRole {
        case .sent: return Array("\\Sent".utf8)
        case .drafts: return Array("\\Draft".utf8)
        case .trash, .junk: return nil
        default: return mailbox.isAllMail || mailbox.isView ? nil : mailbox.name.encoded
        }
    }
}
