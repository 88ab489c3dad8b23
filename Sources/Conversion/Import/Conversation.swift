internal import BinaryIO
internal import MAPI
internal import MIME

/// Threading — [MS-OXOMSG] 2.2.1.3, in the form that Outlook gives internet mail: the conversation is the MD5 of the
/// thread's root Message-ID, and the sender's `Thread-Index` stays in the transport headers.
extension MessageImport {
    mutating func setConversation() {
        guard let root = ConversationRoot.identifier(header) else { return }
        let digest = Digest.md5(Array(root.utf8))
        guard digest.count == 16 else { return }
        let time = (times.submit ?? times.delivery).rawValue >> 24
        var index: [UInt8] = [0x01]
        for shift in [32, 24, 16, 8, 0] as [UInt64] { index.append(UInt8(truncatingIfNeeded: time >> shift)) }
        message.properties[.conversationIndex] = .binary(index + digest)
        message.properties[.conversationIndexTracking] = .boolean(true)
    }
}

enum ConversationRoot {
    /// The first id of `References`, else of `In-Reply-To`, else the own one, with angle brackets.
    static func identifier(_ header: HeaderView) -> String? {
        for name in [FieldName.references, .inReplyTo] {
            if let identifier = header.literal(name).flatMap({ MessageIdentifiers.first(in: $0) }) {
                return identifier
            }
        }
        return header.literal(.messageID).flatMap { $0.isEmpty ? nil : MessageIdentifiers.first(in: $0) ?? $0 }
    }
}

enum MessageIdentifiers {
    /// Every `<…>` of a field, in order, brackets included.
    static func all(in text: String) -> [String] { some(in: text, atMost: .max) }

    static func first(in text: String) -> String? { some(in: text, atMost: 1).first }

    private static func some(in text: String, atMost limit: Int) -> [String] {
        var found: [String] = []
        var start: String.UTF8View.Index?
        let bytes = text.utf8
        for position in bytes.indices where found.count < limit {
            if bytes[position] == UInt8(ascii: "<") {
                start = position
            } else if bytes[position] == UInt8(ascii: ">"), let open = start {
                let next = bytes.index(after: position)
                if bytes.distance(from: open, to: next) > 2 { found.append(String(text[open..<next])) }
                start = nil
            }
        }
        return found
    }
}
