/// mailbox-list: one line of LIST — RFC 9051 7.3.1, RFC 5258.
public struct ListedMailbox: Hashable, Sendable {
    /// In capitals, each with its backslash: \NOSELECT, \NONEXISTENT, \HASCHILDREN, and the special uses of RFC 6154.
    public let attributes: Set<String>
    /// nil: names have no levels.
    public let delimiter: UInt8?
    /// As the server sent it.
    public let name: [UInt8]
}

extension FrameReader {
    mutating func listedMailbox() throws(GrammarError) -> ListedMailbox {
        try space("mailbox-list")
        let attributes = Set(try flagList().map { $0.uppercased() })
        try space("mailbox-list")
        let delimiter = try nstringBytes("mailbox-list")
        guard (delimiter?.count ?? 0) <= 1 else { throw wrong("mailbox-list") }
        try space("mailbox-list")
        // What follows are extensions (RFC 5258): nothing that this client asks for.
        return ListedMailbox(attributes: attributes, delimiter: delimiter?.first, name: try astring("mailbox"))
    }
}
