/// PidTagMessageFlags — [MS-OXCMSG] 2.2.1.6.
public struct MessageFlags: OptionSet, Hashable, Sendable {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    public static let read = MessageFlags(rawValue: 0x1)
    public static let unsent = MessageFlags(rawValue: 0x8)
    public static let hasAttachment = MessageFlags(rawValue: 0x10)
    public static let fromMe = MessageFlags(rawValue: 0x20)
    /// Only on folder-associated items.
    public static let associated = MessageFlags(rawValue: 0x40)
    public static let notifyRead = MessageFlags(rawValue: 0x100)
    /// Set by Outlook on mail that came through a transport other than Exchange.
    public static let internet = MessageFlags(rawValue: 0x1_0000)
}
