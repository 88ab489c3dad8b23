extension FrameReader {
    /// flag-list = "(" [flag *(SP flag)] ")" — RFC 9051 9; flags with bytes that atoms cannot have are taken as they
    /// are.
    mutating func flagList() throws(GrammarError) -> [String] {
        try expect("(", "flag-list")
        var flags: [String] = []
        while !take(")") {
            if take(" ") { continue }
            let flag = run { $0 > 0x20 && $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ")") }
            guard !flag.isEmpty, flag.count <= GrammarLimits.atom, flags.count < 10_000 else { throw wrong("flag") }
            flags.append(String(decoding: flag, as: UTF8.self))
        }
        return flags
    }
}
