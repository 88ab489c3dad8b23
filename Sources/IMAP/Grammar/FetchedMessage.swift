public import BinaryIO

/// message-data: what a FETCH response tells about one message — RFC 9051 7.5.2; RFC 7162; RFC 8474; Gmail's X-GM-EXT-1.
public struct FetchedMessage: Sendable {
    /// Message sequence number; 0 in a UIDFETCH response, which has the UID instead (RFC 9586).
    public var sequenceNumber: UInt32
    public var uid: UID?
    public var flags: [String]?
    /// Bytes, as the server estimates them.
    public var size: UInt64?
    /// Seconds since 1970-01-01 UTC; nil where the server sent no date, or none that can be read.
    public var internalDate: Int64?
    public var modificationSequence: UInt64?
    /// RFC 8474 5.1.
    public var emailID: String?
    public var gmailMessageID: UInt64?
    public var gmailLabels: [[UInt8]]?
    /// BODY[...] and RFC822: what stands between the brackets in capitals ("" for the whole message), and its octets,
    /// nil where the server has none.
    public var sections: [String: MappedFile?] = [:]

    public init(sequenceNumber: UInt32) {
        self.sequenceNumber = sequenceNumber
    }
}

extension FrameReader {
    /// msg-att = "(" msg-att-item *(SP msg-att-item) ")".
    mutating func fetchedMessage(sequenceNumber: UInt32) throws(GrammarError) -> FetchedMessage {
        var message = FetchedMessage(sequenceNumber: sequenceNumber)
        try expect("(", "msg-att")
        var count = 0
        while !take(")") {
            if take(" ") { continue }
            count += 1
            guard count <= 1_000 else { throw wrong("msg-att") }
            try fetchItem(&message)
        }
        return message
    }

    private mutating func fetchItem(_ message: inout FetchedMessage) throws(GrammarError) {
        let name = ASCII.capitals(run(while: Self.isItemNameByte))
        guard !name.isEmpty else { throw wrong("msg-att-item") }
        if next == UInt8(ascii: "[") {
            let section = try self.section()
            try space("section")
            message.sections[section] = try nstring(name)
            return
        }
        try space(name)
        switch name {
        case "UID": message.uid = UID(rawValue: try number(name))
        case "FLAGS": message.flags = try flagList()
        case "RFC822.SIZE": message.size = try number64(name)
        case "INTERNALDATE": message.internalDate = try nstringBytes(name).flatMap(InternalDate.unixSeconds)
        case "MODSEQ":
            try expect("(", name)
            message.modificationSequence = try number64(name)
            try expect(")", name)
        case "EMAILID": message.emailID = try objectID(name)
        case "X-GM-MSGID": message.gmailMessageID = try number64(name)
        case "X-GM-LABELS": message.gmailLabels = try gmailLabels()
        case "RFC822": message.sections[""] = try nstring(name)
        default: try skipValue(name)
        }
    }

    private static func isItemNameByte(_ byte: UInt8) -> Bool {
        isAtomByte(byte) && byte != UInt8(ascii: "[") && byte != UInt8(ascii: "<")
    }

    /// section = "[" [section-spec] "]" ["<" number ">"] — RFC 9051 9.
    private mutating func section() throws(GrammarError) -> String {
        try expect("[", "section")
        let specification = run { $0 != UInt8(ascii: "]") }
        try expect("]", "section")
        if take("<") {
            _ = try number("section")
            try expect(">", "section")
        }
        return ASCII.capitals(specification)
    }

    /// "(" [label *(SP label)] ")", a label being an astring or a flag such as \Inbox.
    private mutating func gmailLabels() throws(GrammarError) -> [[UInt8]] {
        var labels: [[UInt8]] = []
        if takeWord("NIL") { return labels }
        try expect("(", "X-GM-LABELS")
        while !take(")") {
            if take(" ") { continue }
            guard labels.count < 10_000 else { throw wrong("X-GM-LABELS") }
            labels.append(try astring("X-GM-LABELS"))
        }
        return labels
    }
}
