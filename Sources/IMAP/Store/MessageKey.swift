import IMAPGrammar
import MailStore

/// A message's identity: UIDVALIDITY and UID — RFC 9051 2.3.1.1.
struct MessageKey: Hashable {
    let uidValidity: UInt32
    let uid: UID

    var id: MessageID { MessageID(rawValue: "\(uidValidity).\(uid.rawValue)") }

    init(uidValidity: UInt32, uid: UID) {
        self.uidValidity = uidValidity
        self.uid = uid
    }

    init?(_ id: MessageID) {
        let parts = id.rawValue.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let validity = UInt32(parts[0]), let uid = UInt32(parts[1]) else { return nil }
        uidValidity = validity
        self.uid = UID(rawValue: uid)
    }
}
