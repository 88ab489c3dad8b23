/// How a server is talked to.
public struct SessionOptions: Sendable {
    public var server: IMAPServer
    public var account: Account
    /// Secrets and mail may cross the network in clear text; asked for by name. Within this machine they always may.
    public var allowsPlaintext = false
    /// COMPRESS=DEFLATE where it is offered; nil: unless the server is on this machine.
    public var usesCompression: Bool?
    public var connectTimeout: Duration = .seconds(30)
    /// How long a server may be silent while something is awaited of it.
    public var readTimeout: Duration = .seconds(60)
    /// Capabilities, in capitals, to be treated as if the server did not have them.
    public var disabledExtensions: Set<String> = []

    public init(server: IMAPServer, account: Account) {
        self.server = server
        self.account = account
    }
}
