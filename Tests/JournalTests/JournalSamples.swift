import Journal
import MailStore

/// Messages and texts that are hard to keep.
enum JournalSamples {
    /// Ids, locations, keywords: numbers that are no numbers, zeros, line ends, spellings of one letter.
    static let texts = [
        "", "0", "7", "42", "042", "-1", "+1", " 1", "1.0", "999999999999999999", "1000000000000000000",
        "18446744073709551616", "1764000000.M123456P99.mail,S=2345", "INBOX/a\\b\nc", "a\0b", "\0", "\u{E9}",
        "e\u{301}", "\u{1F4E7}", "x''", "NULL", "\\n", "\\", "/", "a/b\\/c", "DFPRST", "\r\n", "\n", "\u{FEFF}x",
        String(repeating: "long ", count: 2_000),
    ]

    static let states: [MessageState] = {
        var states = (0..<64).map { bits in
            var state = MessageState()
            state.seen = bits & 1 != 0
            state.answered = bits & 2 != 0
            state.flagged = bits & 4 != 0
            state.draft = bits & 8 != 0
            state.deleted = bits & 16 != 0
            state.forwarded = bits & 32 != 0
            return state
        }
        for text in texts {
            var state = MessageState()
            state.seen = true
            state.keywords = [text]
            states.append(state)
            state.keywords = [text, "$label1", text]
            states.append(state)
        }
        return states
    }()

    static let messages: [NewJournalMessage] =
        texts.map { text in
            NewJournalMessage(
                id: MessageID(rawValue: text), persistentID: text, digest: nil, size: 0, state: MessageState(),
                location: text, destination: MessageID(rawValue: text))
        }
        + texts.map { text in
            NewJournalMessage(
                id: MessageID(rawValue: "other"), persistentID: text, digest: [UInt8](repeating: 0xFF, count: 32),
                size: .max, state: MessageState(), location: "", destination: MessageID(rawValue: text))
        }
        + states.map { state in
            NewJournalMessage(
                id: MessageID(rawValue: "8"), persistentID: nil, digest: [], size: 1, state: state, location: "cur",
                destination: MessageID(rawValue: "2097188"))
        }
        + [
            // One letter, spelled in two ways: equal for Swift, not the same.
            NewJournalMessage(
                id: MessageID(rawValue: "\u{E9}"), persistentID: "e\u{301}", digest: nil, size: 1,
                state: MessageState(), location: "", destination: MessageID(rawValue: "1"))
        ]

    /// Every text of a message by its bytes, because strings of one look are equal.
    static func spelling(_ message: NewJournalMessage) -> [[UInt8]] {
        spelling(
            [message.id.rawValue, message.persistentID, message.location, message.destination.rawValue],
            message.state, message.digest, message.size)
    }

    static func spelling(_ message: JournalMessage) -> [[UInt8]] {
        spelling(
            [message.id.rawValue, message.persistentID, message.location, message.destination.rawValue],
            message.state, message.digest, message.size)
    }

    private static func spelling(
        _ texts: [String?], _ state: MessageState, _ digest: [UInt8]?, _ size: Int
    ) -> [[UInt8]] {
        var flags = state
        flags.keywords = []
        let all =
            texts.map { $0 ?? "nil\u{FFFF}" } + state.keywords + [
                "\(flags)", "\(String(describing: digest))", "\(size)",
            ]
        return all.map { Array($0.utf8) }
    }
}
