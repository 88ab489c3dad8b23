/// resp-text-code: what a status response means, for programs — RFC 9051 7.1; RFC 5530; RFC 7162; RFC 8474.
public enum ResponseCode: Hashable, Sendable {
    case capability(Capabilities)
    case permanentFlags([String])
    case readOnly
    case readWrite
    case uidNext(UInt32)
    case uidValidity(UInt32)
    case highestModificationSequence(UInt64)
    case noModificationSequences
    case mailboxID(String)
    case closed
    /// Everything else by its name in capitals, with what follows it.
    case other(String, String)

    /// Its name in capitals, where it is none that this client has a case for.
    public var otherName: String? {
        if case .other(let name, _) = self { name } else { nil }
    }
}

extension FrameReader {
    /// "[" resp-text-code "]"; nil where there is none, or what stands there is text after all ("[Gmail] is closed").
    mutating func responseCode() -> ResponseCode? {
        let start = self
        guard take("["), let name = try? word("resp-text-code"), let code = try? responseCode(named: name), take("]")
        else {
            self = start
            return nil
        }
        return code
    }

    private mutating func responseCode(named name: String) throws(GrammarError) -> ResponseCode {
        switch name {
        case "CAPABILITY": return .capability(try capabilities())
        case "PERMANENTFLAGS":
            try space(name)
            return .permanentFlags(try flagList())
        case "READ-ONLY": return .readOnly
        case "READ-WRITE": return .readWrite
        case "CLOSED": return .closed
        case "NOMODSEQ": return .noModificationSequences
        case "UIDNEXT":
            try space(name)
            return .uidNext(try number(name))
        case "UIDVALIDITY":
            try space(name)
            return .uidValidity(try number(name))
        case "HIGHESTMODSEQ":
            try space(name)
            return .highestModificationSequence(try number64(name))
        case "MAILBOXID":
            try space(name)
            guard let id = try objectID(name) else { throw wrong(name) }
            return .mailboxID(id)
        default:
            let arguments = run { $0 != UInt8(ascii: "]") }
            return .other(name, ServerText.printable(arguments.drop { $0 == 0x20 }))
        }
    }
}
