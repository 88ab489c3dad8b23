extension FrameReader {
    /// atom = 1*ATOM-CHAR — RFC 9051 9. Bytes above 0x7F, which some servers send, belong to it.
    mutating func atom(_ production: String) throws(GrammarError) -> ArraySlice<UInt8> {
        let bytes = run(while: Self.isAtomByte)
        guard !bytes.isEmpty, bytes.count <= GrammarLimits.atom else { throw wrong(production) }
        return bytes
    }

    static func isAtomByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F: false
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "%"), UInt8(ascii: "*"): false
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "]"): false
        default: true
        }
    }

    /// A word of the protocol, in capitals.
    mutating func word(_ production: String) throws(GrammarError) -> String {
        ASCII.capitals(try atom(production))
    }
}
