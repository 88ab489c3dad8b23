extension FrameReader {
    /// id-response = "ID" SP id-params-list — RFC 2971 4: field names in small letters, values as people read them.
    mutating func serverID() throws(GrammarError) -> [String: String] {
        try space("ID")
        var fields: [String: String] = [:]
        if takeWord("NIL") { return fields }
        try expect("(", "id-params-list")
        while !take(")") {
            if take(" ") { continue }
            guard fields.count < 100 else { throw wrong("id-params-list") }
            let name = ServerText.printable(try stringBytes("id-params-list")).lowercased()
            try space("id-params-list")
            if let value = try nstringBytes("id-params-list") {
                fields[name] = ServerText.printable(value.prefix(1_000))
            }
        }
        return fields
    }
}
