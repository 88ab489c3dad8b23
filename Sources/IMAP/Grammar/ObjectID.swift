extension FrameReader {
    /// "(" objectid ")"; objectid = 1*255(ALPHA / DIGIT / "_" / "-") — RFC 8474 7. nil for NIL, and for what is no objectid:
    /// Cyrus 3.6 sends bytes of its memory in some answers.
    mutating func objectID(_ production: String) throws(GrammarError) -> String? {
        if takeWord("NIL") { return nil }
        try expect("(", production)
        let bytes = run { $0 != UInt8(ascii: ")") }
        try expect(")", production)
        guard (1...255).contains(bytes.count), bytes.allSatisfy(Self.isObjectIDByte) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isObjectIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
