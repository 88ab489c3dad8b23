/// A command, without its tag and final line end, in the pieces between which a client has to wait for the server to ask
/// for more — RFC 9051 4.3, 6.
public struct CommandText: Hashable, Sendable {
    /// Each but the last ends with the announcement of a literal and its line end; the next begins with its octets.
    public private(set) var pieces: [[UInt8]] = [[]]
    private let literals: Capabilities.NonSynchronizingLiterals

    public init(_ start: String, literals: Capabilities.NonSynchronizingLiterals = .none) {
        self.literals = literals
        pieces[0] = Array(start.utf8)
    }

    /// Appends text of the protocol: never anything that came from outside.
    public mutating func append(_ text: String) { pieces[pieces.count - 1] += Array(text.utf8) }

    /// Appends a space and an astring, in the shortest form that is safe: atom, quoted, or literal.
    public mutating func appendString(_ bytes: [UInt8], quotes8Bit: Bool = false) {
        append(" ")
        let isQuotable =
            bytes.count <= 1_000
            && bytes.allSatisfy {
                $0 != 0 && $0 != 0x0A && $0 != 0x0D && ($0 < 0x80 || quotes8Bit)
            }
        guard isQuotable else { return appendLiteral(bytes) }
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for byte in bytes {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(byte)
        }
        pieces[pieces.count - 1] += quoted + [UInt8(ascii: "\"")]
    }

    /// Appends the octets as a literal.
    package mutating func appendLiteral(_ bytes: [UInt8]) {
        let needsNoWaiting: Bool
        switch literals {
        case .any: needsNoWaiting = true
        case .upTo4096: needsNoWaiting = bytes.count <= 4_096
        case .none: needsNoWaiting = false
        }
        append("{\(bytes.count)\(needsNoWaiting ? "+" : "")}\r\n")
        if needsNoWaiting { pieces[pieces.count - 1] += bytes } else { pieces.append(bytes) }
    }
}

extension CommandText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The first word: what follows may be a secret.
    public var description: String {
        String(decoding: pieces.first?.prefix { $0 != 0x20 } ?? [], as: UTF8.self)
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
