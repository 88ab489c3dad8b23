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
        let text = id.rawValue
        guard let point = text.utf8.firstIndex(of: UInt8(ascii: ".")), let validity = UInt32(text[..<point]),
            let uid = UInt32(text[text.utf8.index(after: point)...])
        else { return nil }
        uidValidity = validity
        self.uid = UID(rawValue: uid)
    }
}
