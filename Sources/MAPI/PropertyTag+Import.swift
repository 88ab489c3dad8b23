/// Properties that only the import of internet mail writes.
extension PropertyTag {
    public static let recipientResourceState = PropertyTag(rawValue: 0x5FDE_0003)
}
