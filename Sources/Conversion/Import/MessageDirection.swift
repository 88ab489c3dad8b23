internal import MAPI
internal import MIME
internal import MailStore

/// Which way a message went; Outlook treats the three differently.
enum MessageDirection {
    case received, sent, draft

    /// A draft is what the store calls one, unless it was delivered and lies elsewhere than among the drafts:
    /// Outlook opens drafts for editing.
    init(header: HeaderView, placement: Placement) {
        guard case .stored(let row, let role) = placement else {
            self = .received
            return
        }
        let wasDelivered = header.contains(.received)
        if row.state.draft && (role == .drafts || !wasDelivered) || role == .drafts && !wasDelivered {
            self = .draft
        } else {
            self = role == .sent ? .sent : .received
        }
    }
}
