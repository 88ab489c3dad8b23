import BinaryIO

extension FrameReader {
    /// string = quoted / literal; literal = "{" number64 ["+"] "}" CRLF *CHAR8; literal8 = "~" literal — RFC 9051 4.3.
    mutating func string(_ production: String) throws(GrammarError) -> MappedFile {
        if next == UInt8(ascii: "\"") {
            return try quoted(production).withUnsafeBytes { MappedFile(copying: $0) }
        }
        _ = take("~")
        try expect("{", production)
        let size = try number64(production)
        _ = take("+")
        try expect("}", production)
        _ = take("\r")
        try expect("\n", production)
        guard let literal = takeLiteral(), UInt64(literal.count) == size else { throw wrong(production) }
        return literal
    }

    /// quoted = DQUOTE *QUOTED-CHAR DQUOTE — RFC 9051 9; any byte but a line end stands for itself.
    mutating func quoted(_ production: String) throws(GrammarError) -> [UInt8] {
        try expect("\"", production)
        var bytes = Array(run { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        while let byte = next {
            skip()
            if byte == UInt8(ascii: "\"") { return bytes }
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let escaped = next else { break }
            bytes.append(escaped)
            skip()
        }
        throw wrong(production)
    }

    /// The bytes of a string that is no message.
    mutating func stringBytes(_ production: String) throws(GrammarError) -> [UInt8] {
        if next == UInt8(ascii: "\"") { return try quoted(production) }
        let literal = try string(production)
        guard literal.count <= GrammarLimits.literalSizeOutsideFetch else { throw wrong(production) }
        return literal.withUnsafeBytes { Array($0) }
    }

    /// astring = 1*ASTRING-CHAR / string; ASTRING-CHAR = ATOM-CHAR / "]" — RFC 9051 9. List wildcards are taken too:
    /// servers send such mailbox names without quotes.
    mutating func astring(_ production: String) throws(GrammarError) -> [UInt8] {
        if next == UInt8(ascii: "\"") || next == UInt8(ascii: "{") || (next == UInt8(ascii: "~") && isLiteral8) {
            return try stringBytes(production)
        }
        let bytes = run {
            Self.isAtomByte($0) || $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "*")
                || $0 == UInt8(ascii: "\\")
        }
        guard !bytes.isEmpty, bytes.count <= GrammarLimits.atom else { throw wrong(production) }
        return Array(bytes)
    }

    private var isLiteral8: Bool { position + 1 < text.count && text[position + 1] == UInt8(ascii: "{") }

    /// nstring = string / "NIL" — RFC 9051 9.
    mutating func nstring(_ production: String) throws(GrammarError) -> MappedFile? {
        if takeWord("NIL") { return nil }
        return try string(production)
    }

    mutating func nstringBytes(_ production: String) throws(GrammarError) -> [UInt8]? {
        if takeWord("NIL") { return nil }
        return try stringBytes(production)
    }
}
