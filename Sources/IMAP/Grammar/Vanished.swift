/// expunged-resp = "VANISHED" [SP "(EARLIER)"] SP known-uids — RFC 7162 7.
public struct Vanished: Hashable, Sendable {
    public let uids: UIDSet
    /// Gone before this session looked; otherwise just now.
    public let isEarlier: Bool
}

extension FrameReader {
    mutating func vanished() throws(GrammarError) -> Vanished {
        try space("VANISHED")
        var isEarlier = false
        if take("(") {
            guard takeWord("EARLIER") else { throw wrong("VANISHED") }
            try expect(")", "VANISHED")
            try space("VANISHED")
            isEarlier = true
        }
        return Vanished(uids: try uidSet("VANISHED"), isEarlier: isEarlier)
    }
}
