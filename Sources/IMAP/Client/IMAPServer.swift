/// Where a server is, and how safely it is talked to.
public struct IMAPServer: Sendable {
    public enum Transport: Hashable, Sendable {
        /// TLS from the first byte: imaps.
        case implicitTLS
        /// STARTTLS: imap. Required, but for a server on this machine that does not offer it.
        case startTLS
        /// No TLS at all: only when asked for by name.
        case plaintext
    }

    public var host: String
    public var port: Int
    public var transport: Transport
    public var security = TransportSecurity()

    /// - Parameter port: nil for the usual one.
    public init(host: String, port: Int? = nil, transport: Transport = .implicitTLS) {
        self.host = host
        self.transport = transport
        self.port = port ?? (transport == .implicitTLS ? 993 : 143)
    }

    /// As a URL, without the port where it is the usual one.
    public var description: String {
        let scheme = transport == .implicitTLS ? "imaps" : "imap"
        let name = host.contains(":") ? "[\(host)]" : host
        let isUsual = port == (transport == .implicitTLS ? 993 : 143)
        return "\(scheme)://\(name)\(isUsual ? "" : ":\(port)")"
    }
}
