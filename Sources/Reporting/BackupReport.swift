public import MAPI

/// All mailboxes at one time: what ``ReportPage`` shows and ``MetricsText`` tells.
public struct BackupReport: Hashable, Sendable {
    public var title: String
    /// When the journals were read.
    public var time: FileTime
    /// Those that need attention first.
    public private(set) var mailboxes: [MailboxReport]
    /// Seconds after which a mailbox without a run that went through is overdue.
    public var overdueAfter: Int

    public init(
        title: String = "Mailbox backups", time: FileTime, mailboxes: [MailboxReport],
        overdueAfter: Int = Self.twoDays
    ) {
        self.title = title
        self.time = time
        self.overdueAfter = overdueAfter
        self.mailboxes = mailboxes
        // By what only the report can tell: the worst first, of equals the one that was left longest.
        let keyed = mailboxes.map { ($0, rank($0), $0.lastSuccess?.started.rawValue ?? 0) }
        self.mailboxes =
            keyed.sorted { left, right in
                (left.1, left.2, left.0.user) < (right.1, right.2, right.0.user)
            }.map(\.0)
    }

    /// A night that was missed is noticed, a long one is not.
    public static let twoDays = 2 * 86_400

    /// Seconds since the last run that went through; nil where there is none. A clock that was set back gives 0.
    public func age(of mailbox: MailboxReport) -> Int? {
        mailbox.lastSuccess.map { max(0, Int(time.unixSeconds - $0.started.unixSeconds)) }
    }

    /// Whether nothing went through for too long. A mailbox that was never backed up is overdue too.
    public func isOverdue(_ mailbox: MailboxReport) -> Bool {
        guard mailbox.damage == nil else { return false }
        return age(of: mailbox).map { $0 > overdueAfter } ?? true
    }

    public func needsAttention(_ mailbox: MailboxReport) -> Bool {
        mailbox.condition.needsAttention || isOverdue(mailbox) || !mailbox.missingStores.isEmpty
    }

    public var attention: [MailboxReport] { mailboxes.filter(needsAttention) }

    private func rank(_ mailbox: MailboxReport) -> Int {
        switch mailbox.condition {
        case .damaged: 0
        case .run(.failed): 1
        case .run(.brokenOff): 2
        case .run(.interrupted): 3
        case .never: 4
        case .run(.problems): 5
        case .run(.running), .run(.complete): isOverdue(mailbox) || !mailbox.missingStores.isEmpty ? 4 : 6
        }
    }
}
