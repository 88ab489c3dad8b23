/// Properties that only the import of internet mail writes.
extension PropertyTag {
    /// In reports the tag of PidTagInternetReturnPath has another meaning — [MS-OXOMSG] 2.2.2.
    public static let originalMessageId = PropertyTag(rawValue: 0x1046_001F)
    public static let recipientResourceState = PropertyTag(rawValue: 0x5FDE_0003)
}
