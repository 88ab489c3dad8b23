/// One response of a server — RFC 9051 7; RFC 3501 7 for those that revision 2 has dropped.
public enum Response: Sendable {
    /// "+": the rest of the line.
    case continuation([UInt8])
    case completion(tag: String, StatusResponse)
    case status(StatusResponse)
    case capability(Capabilities)
    /// ENABLED — RFC 5161: names in capitals.
    case enabled([String])
    case list(ListedMailbox)
    case mailboxStatus(MailboxStatus)
    case namespace(Namespaces)
    case serverID([String: String])
    case search(SearchResult)
    case flags([String])
    case exists(UInt32)
    case recent(UInt32)
    case expunge(UInt32)
    case vanished(Vanished)
    case fetch(FetchedMessage)
    /// Of an extension that nobody asked for, by its first word.
    case other(String)

    public init(_ frame: ResponseFrame) throws(GrammarError) {
        var reader = FrameReader(frame)
        self = try reader.response()
        guard reader.isAtEnd else { throw reader.wrong("end of the response") }
    }
}

extension FrameReader {
    mutating func response() throws(GrammarError) -> Response {
        if take("+") {
            while take(" ") {}
            return .continuation(Array(rest()))
        }
        if take("*") {
            try space("response-data")
            return try untagged()
        }
        let tag = String(decoding: try atom("tag"), as: UTF8.self)
        try space("response-tagged")
        guard let status = try statusResponse(), [.ok, .no, .bad].contains(status.condition) else {
            throw wrong("resp-cond-state")
        }
        return .completion(tag: tag, status)
    }

    private mutating func untagged() throws(GrammarError) -> Response {
        if let byte = next, ASCII.isDigit(byte) { return try numbered() }
        if let status = try statusResponse() { return .status(status) }
        let response = try data(named: word("response-data"))
        // Some servers end lines with a space.
        while take(" ") {}
        return response
    }

    private mutating func data(named name: String) throws(GrammarError) -> Response {
        switch name {
        case "CAPABILITY": return .capability(try capabilities())
        case "ENABLED": return .enabled(try capabilities().names)
        case "LIST", "XLIST":
            let mailbox = try listedMailbox()
            _ = rest()
            return .list(mailbox)
        case "STATUS": return .mailboxStatus(try mailboxStatus())
        case "NAMESPACE": return .namespace(try namespaces())
        case "ID": return .serverID(try serverID())
        case "SEARCH": return .search(try searchResult())
        case "ESEARCH": return .search(try extendedSearchResult())
        case "FLAGS":
            try space(name)
            return .flags(try flagList())
        case "VANISHED": return .vanished(try vanished())
        default:
            _ = rest()
            return .other(name)
        }
    }

    /// message-data, and the numbered kinds of mailbox-data.
    private mutating func numbered() throws(GrammarError) -> Response {
        let number = try number("message-data")
        try space("message-data")
        let name = try word("message-data")
        let response: Response
        switch name {
        case "EXISTS": response = .exists(number)
        case "RECENT": response = .recent(number)
        case "EXPUNGE": response = .expunge(number)
        case "FETCH":
            try space(name)
            response = .fetch(try fetchedMessage(sequenceNumber: number))
        case "UIDFETCH":
            try space(name)
            var message = try fetchedMessage(sequenceNumber: 0)
            message.uid = UID(rawValue: number)
            response = .fetch(message)
        default:
            _ = rest()
            response = .other(name)
        }
        while take(" ") {}
        return response
    }
}
