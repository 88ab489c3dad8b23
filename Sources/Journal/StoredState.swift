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

    /// - Returns: nil where the text is none of ours.
    static func decode(_ text: String) -> MessageState? {
        var state = MessageState()
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.first, scalar != "\n" {
            switch scalar {
            case "D": state.draft = true
            case "F": state.flagged = true
            case "P": state.forwarded = true
            case "R": state.answered = true
            case "S": state.seen = true
            case "T": state.deleted = true
            default: return nil
            }
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

/// A state that was decoded before is not decoded again: most messages of a folder share a few.
struct StateCache {
    private var text: [UInt8] = []
    private var state: MessageState? = MessageState()

    mutating func state(_ statement: borrowing SQLStatement, _ column: Int32) throws(SQLFailure) -> MessageState {
        if let bytes = statement.bytes(column), let state, bytes.elementsEqual(text) { return state }
        let value = try statement.text(column)
        guard let decoded = StoredState.decode(value) else { throw .damaged("unexpected state of a message") }
        text = Array(value.utf8)
        state = decoded
        return decoded
    }
}
