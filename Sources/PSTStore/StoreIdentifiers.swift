import MailStore
import PSTNDB

/// The ids that a PST store gives out are node ids, written as "0x" and hexadecimal digits.
extension NodeID {
    init?(_ text: String) {
        guard text.hasPrefix("0x"), let value = UInt32(text.dropFirst(2), radix: 16) else { return nil }
        self.init(rawValue: value)
    }

    init?(_ folder: FolderID) { self.init(folder.rawValue) }
    init?(_ message: MessageID) { self.init(message.rawValue) }
}

extension FolderID {
    init(_ node: NodeID) { self.init(rawValue: node.description) }
}

extension MessageID {
    init(_ node: NodeID) { self.init(rawValue: node.description) }
}
