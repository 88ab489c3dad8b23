import IMAPGrammar
import MailStore

/// A mailbox of the account, as it was listed.
struct Mailbox {
    let name: MailboxName
    let delimiter: UInt8?
    /// In capitals, with their backslash.
    var attributes: Set<String>
    var status: MailboxStatus?

    var holdsMessages: Bool { attributes.isDisjoint(with: ["\\NOSELECT", "\\NONEXISTENT"]) }

    /// Special-use attributes — RFC 6154.
    var markedRole: FolderRole? {
        if name.isInbox { return .inbox }
        for (attribute, role) in Self.roles where attributes.contains(attribute) { return role }
        return nil
    }

    private static let roles: [(String, FolderRole)] = [
        ("\\SENT", .sent), ("\\DRAFTS", .drafts), ("\\TRASH", .trash), ("\\JUNK", .junk), ("\\SPAM", .junk),
        ("\\ARCHIVE", .archive),
    ]

    var isAllMail: Bool { attributes.contains("\\ALL") || attributes.contains("\\ALLMAIL") }
    var isView: Bool { !attributes.isDisjoint(with: ["\\FLAGGED", "\\STARRED", "\\IMPORTANT"]) }
}

extension MailboxName {
    var isInbox: Bool { encoded == Array("INBOX".utf8) }

    /// ASCII text that gives the name back.
    var id: FolderID {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        for byte in encoded {
            if byte < 0x80 && byte != UInt8(ascii: "%") {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return FolderID(rawValue: String(decoding: text, as: UTF8.self))
    }

    init(_ id: FolderID) {
        var bytes: [UInt8] = []
        var rest = id.rawValue.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                rest = rest.dropFirst(2)
                bytes.append(value)
            } else {
                bytes.append(byte)
            }
        }
        self.init(encoded: bytes)
    }
}
