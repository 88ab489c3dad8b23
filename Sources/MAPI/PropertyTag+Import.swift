/// Properties that only the import of internet mail writes.
extension PropertyTag {
    /// Shares its id with PidTagInternetReturnPath: on reports it is the id of the message reported on.
    public static let originalMessageId = PropertyTag(rawValue: 0x1046_001F)
    public static let recipientResourceState = PropertyTag(rawValue: 0x5FDE_0003)
}
