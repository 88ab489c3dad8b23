import MailStore

/// A message's state as text: Maildir's letters for the flags (DFPRST), then each keyword on a line of its own. In
/// keywords a backslash is written `\\` and a line feed `\n`.
enum StoredState {
    static func encode(_ state: MessageState) -> String {
        var text = ""
        if state.draft { text += "D" }
        if state.flagged { text += "F" }
        if state.forwarded { text += "P" }
        if state.answered { text += "R" }
        if state.seen { text += "S" }
        if state.deleted { text += "T" }
        for keyword in state.keywords {
            text.unicodeScalars.append("\n")
            for scalar in keyword.unicodeScalars {
                switch scalar {
                case "\\": text += "\\\\"
                case "\n": text += "\\n"
                default: text.unicodeScalars.append(scalar)
                }
            }
        }
        return text
    }

    /// - Returns: nil where there is anything but letters of flags.
    static func flags(_ letters: UnsafeBufferPointer<UInt8>) -> MessageState? {
        var state = MessageState()
        for letter in letters {
            guard set(letter, in: &state) else { return nil }
        }
        return state
    }

    private static func set(_ letter: UInt8, in state: inout MessageState) -> Bool {
        switch letter {
        case UInt8(ascii: "D"): state.draft = true
        case UInt8(ascii: "F"): state.flagged = true
        case UInt8(ascii: "P"): state.forwarded = true
        case UInt8(ascii: "R"): state.answered = true
        case UInt8(ascii: "S"): state.seen = true
        case UInt8(ascii: "T"): state.deleted = true
        default: return false
        }
        return true
    }

    /// - Returns: nil where the text is none of ours.
    static func decode(_ text: String) -> MessageState? {
        var state = MessageState()
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.first, scalar != "\n" {
            guard let letter = UInt8(exactly: scalar.value), set(letter, in: &state) else { return nil }
            rest.removeFirst()
        }
        while rest.popFirst() != nil {
            var keyword = String.UnicodeScalarView()
            while let scalar = rest.first, scalar != "\n" {
                rest.removeFirst()
                guard scalar == "\\" else {
                    keyword.append(scalar)
                    continue
                }
                switch rest.popFirst() {
                case "\\": keyword.append("\\")
                case "n": keyword.append("\n")
                default: return nil
                }
            }
            state.keywords.append(String(keyword))
        }
        return state
    }
}

extension SQLStatement {
    /// A state as ``StoredState`` writes it. Nearly all have flags only, which are read without making a text of them.
    func state(_ column: Int32) throws(SQLFailure) -> MessageState {
        if let bytes = bytes(column), let state = StoredState.flags(bytes) { return state }
        guard let state = StoredState.decode(try text(column)) else { throw .damaged("unexpected state of a message") }
        return state
    }
}
