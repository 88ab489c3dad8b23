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
        let text = id.rawValue.utf8
        guard let point = text.firstIndex(of: UInt8(ascii: ".")), let validity = Self.number(text[..<point]),
            let uid = Self.number(text[text.index(after: point)...])
        else { return nil }
        uidValidity = validity
        self.uid = UID(rawValue: uid)
    }

    /// The number that decimal digits stand for; nil where they are none, or too many.
    private static func number(_ digits: Substring.UTF8View) -> UInt32? {
        guard !digits.isEmpty else { return nil }
        var number: UInt32 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isAboveToo) = tens.addingReportingOverflow(UInt32(digit - 0x30))
            if isTooLarge || isAboveToo { return nil }
            number = sum
        }
        return number
    }
}
