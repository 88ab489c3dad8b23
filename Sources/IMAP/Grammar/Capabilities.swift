/// capability-data = "CAPABILITY" *(SP capability) — RFC 9051 7.2.2.
public struct Capabilities: Hashable, Sendable {
    /// In capitals, in the server's order.
    public let names: [String]
    private let set: Set<String>

    public init(_ names: [String]) {
        self.names = names.map { $0.uppercased() }
        set = Set(self.names)
    }

    /// - Parameter name: in capitals, for instance "CONDSTORE" or "AUTH=PLAIN".
    public func contains(_ name: String) -> Bool { set.contains(name) }

    /// Literals that need no waiting — RFC 7888; RFC 9051 4.3 for short ones.
    public var nonSynchronizingLiterals: NonSynchronizingLiterals {
        if contains("LITERAL+") { return .any }
        return contains("LITERAL-") || contains("IMAP4REV2") ? .upTo4096 : .none
    }

    public enum NonSynchronizingLiterals: Sendable {
        case any, upTo4096, none
    }

    /// RFC 7162: a server with QRESYNC has CONDSTORE too.
    public var hasConditionalStore: Bool { contains("CONDSTORE") || contains("QRESYNC") }

    public func without(_ names: Set<String>) -> Capabilities {
        Capabilities(self.names.filter { !names.contains($0) })
    }
}

extension FrameReader {
    mutating func capabilities() throws(GrammarError) -> Capabilities {
        var names: [String] = []
        while take(" ") {
            if isAtEnd || next == UInt8(ascii: "]") { break }
            guard names.count < 1_000 else { throw wrong("capability") }
            names.append(try word("capability"))
        }
        return Capabilities(names)
    }
}
