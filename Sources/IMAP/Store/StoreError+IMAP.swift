import IMAP
import IMAPGrammar
import MailStore

extension StoreError {
    /// What happened at a server, for a person: with the account and the server it is about.
    init(_ error: IMAPError, at place: String, folder: FolderPath? = nil, messageID: MessageID? = nil) {
        self.init(Self.code(error), "\(place): \(error.message)", folder: folder, messageID: messageID)
    }

    private static func code(_ error: IMAPError) -> Code {
        let name = error.response?.code?.otherName
        switch error.code {
        case .unreachable, .closed, .timedOut, .protocolViolation, .notUnderstood, .security:
            let isLimited = ["LIMIT", "OVERQUOTA", "THROTTLED"].contains(name) || error.suggestedBackoff != nil
            return isLimited ? .temporary : .unavailable
        case .clearText, .configuration: return .configuration
        case .refused: return refusal(name) ?? .loginRefused
        case .rejected:
            if name == "NOPERM" || name == "AUTHORIZATIONFAILED" { return .accessDenied }
            // A mailbox that another program has to itself is one folder that cannot be read.
            return name == "INUSE" ? .inputOutput : refusal(name) ?? (name == "OVERQUOTA" ? .temporary : .inputOutput)
        case .spool: return .inputOutput
        case .cancelled: return .cancelled
        }
    }

    /// Codes of RFC 5530 that say "not now" rather than "no".
    private static func refusal(_ name: String?) -> Code? {
        switch name {
        case "UNAVAILABLE": .unavailable
        case "INUSE", "LIMIT", "THROTTLED": .temporary
        default: nil
        }
    }
}
