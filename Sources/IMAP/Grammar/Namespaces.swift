/// namespace-response: where one's own mailboxes lie, and those of others — RFC 9051 7.3.5, RFC 2342.
public struct Namespaces: Hashable, Sendable {
    public struct Namespace: Hashable, Sendable {
        /// As the server sent it, for instance "INBOX.".
        public let prefix: [UInt8]
        public let delimiter: UInt8?
    }

    public var personal: [Namespace]
    public var otherUsers: [Namespace]
    public var shared: [Namespace]
}

extension FrameReader {
    mutating func namespaces() throws(GrammarError) -> Namespaces {
        try space("namespace-response")
        let personal = try namespaceList()
        try space("namespace-response")
        let otherUsers = try namespaceList()
        try space("namespace-response")
        return Namespaces(personal: personal, otherUsers: otherUsers, shared: try namespaceList())
    }

    /// namespace = nil / "(" 1*namespace-descr ")".
    private mutating func namespaceList() throws(GrammarError) -> [Namespaces.Namespace] {
        if takeWord("NIL") { return [] }
        var list: [Namespaces.Namespace] = []
        try expect("(", "namespace")
        while !take(")") {
            if take(" ") { continue }
            guard list.count < 1_000 else { throw wrong("namespace") }
            try expect("(", "namespace-descr")
            let prefix = try stringBytes("namespace-descr")
            try space("namespace-descr")
            let delimiter = try nstringBytes("namespace-descr")
            guard (delimiter?.count ?? 0) <= 1 else { throw wrong("namespace-descr") }
            while !take(")") {
                if take(" ") { continue }
                try skipValue("namespace-descr")
            }
            list.append(Namespaces.Namespace(prefix: prefix, delimiter: delimiter?.first))
        }
        return list
    }
}
