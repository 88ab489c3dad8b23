public import IMAPGrammar

/// What a server tells of a mailbox when it is opened for reading: EXAMINE — RFC 9051 6.3.3.
public struct SelectedMailbox: Hashable, Sendable {
    public let name: MailboxName
    public var exists: UInt32 = 0
    public var uidValidity: UInt32 = 0
    public var uidNext: UInt32 = 0
    /// 0: there are no modification sequences.
    public var highestModificationSequence: UInt64 = 0
    public var mailboxID: String?

    init(name: MailboxName) {
        self.name = name
    }

    mutating func take(_ response: Response) -> Bool {
        switch response {
        case .exists(let count):
            exists = count
            return true
        case .status(let status):
            switch status.code {
            case .uidValidity(let value): uidValidity = value
            case .uidNext(let value): uidNext = value
            case .highestModificationSequence(let value): highestModificationSequence = value
            case .noModificationSequences: highestModificationSequence = 0
            case .mailboxID(let id): mailboxID = id
            default: break
            }
            return true
        case .flags, .recent: return true
        default: return false
        }
    }
}
