internal import MAPI
internal import MIME

/// Subject and topic — [MS-OXCMAIL] 2.2.3.2.6, 2.2.3.2.7.
extension MessageImport {
    /// A missing subject is an empty one, not an absent property.
    mutating func setSubject() {
        let subject = header.text(.subject) ?? ""
        message.properties[.subject] = .string(subject)
        let topic = header.text(.threadTopic).flatMap { $0.isEmpty ? nil : $0 }
        message.properties[.conversationTopic] = .string(topic ?? SubjectPrefix.normalized(subject))
    }
}

enum SubjectPrefix {
    /// The subject behind one prefix of one to three characters, colon and blank ([MS-OXCMSG] 2.2.1.10). A colon
    /// that no blank follows makes no prefix: the prefix must be a leading part of the stored subject.
    static func normalized(_ subject: String) -> String {
        let characters = subject.unicodeScalars
        guard let colon = characters.prefix(4).firstIndex(of: ":"), colon != characters.startIndex else {
            return subject
        }
        let prefix = characters[..<colon]
        let blank = characters.index(after: colon)
        guard blank < characters.endIndex, characters[blank] == " ",
            prefix.allSatisfy({ $0 != " " && !("0"..."9").contains($0) })
        else { return subject }
        return String(characters[characters.index(after: blank)...])
    }
}
