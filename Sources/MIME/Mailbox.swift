/// Someone a message is from or to — mailbox, RFC 5322 3.4.
public struct Mailbox: Hashable, Sendable {
    /// Decoded, without quotes; empty where none was written.
    public let displayName: String
    /// The addr-spec as written; empty where there is only a name.
    public let address: String

    public init(displayName: String, address: String) {
        self.displayName = displayName
        self.address = address
    }
}
