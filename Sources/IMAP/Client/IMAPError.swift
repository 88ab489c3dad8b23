public import IMAPGrammar

/// What went wrong between this client and a server.
public struct IMAPError: Error, Hashable, Sendable {
    public enum Code: Hashable, Sendable {
        /// No connection could be made.
        case unreachable
        /// The connection ended, with or without a goodbye.
        case closed
        /// Nothing useful came for too long.
        case timedOut
        /// TLS failed: a certificate that is not trusted, no common version.
        case security
        /// What was asked for would send secrets in clear text.
        case clearText
        /// What the server sent is no IMAP, or above a bound.
        case protocolViolation
        /// The logon was refused.
        case refused
        /// NO: the server will not.
        case rejected
        /// BAD: the server does not understand.
        case notUnderstood
        /// A temporary file could not be written.
        case spool
        /// A file of the configuration (CA, certificate, key) or a secret cannot be read.
        case configuration
        case cancelled
    }

    public let code: Code
    /// One line, without a full stop and without secrets.
    public let message: String
    /// What the server said, where it said something.
    public let response: StatusResponse?
    /// The secret was sent, and we were not let in.
    public var isAtLogon = false
    /// The connection ended while the server was at another command, given before this one: this one is not to blame.
    public var isBehind = false
    /// The connection had ended before this command was sent.
    public var isLate = false

    public init(_ code: Code, _ message: String, response: StatusResponse? = nil) {
        self.code = code
        self.message = message
        self.response = response
    }

    /// A command that was answered with NO or BAD.
    package init(_ command: String, failed response: StatusResponse) {
        self.init(
            response.condition == .bad ? .notUnderstood : .rejected,
            "\(command): \(response.condition.rawValue) \(response.text)", response: response)
    }

    /// Whether another try, on a new connection, may succeed.
    public var isTransient: Bool {
        switch code {
        case .unreachable, .closed, .timedOut, .protocolViolation: true
        case .rejected, .refused: isBusy
        case .security, .clearText, .notUnderstood, .spool, .configuration, .cancelled: false
        }
    }

    /// Whether the server says "not now" rather than "no": codes of RFC 5530, and how Exchange Online says it.
    public var isBusy: Bool {
        ["UNAVAILABLE", "INUSE", "LIMIT", "THROTTLED"].contains(response?.code?.otherName) || suggestedBackoff != nil
    }

    /// How long the server asks to be left alone ("Suggested Backoff Time: 12345 milliseconds", as Exchange Online says
    /// it); nil where it says nothing of the kind.
    public var suggestedBackoff: Duration? {
        guard let text = response?.text, let start = text.firstRange(of: "Suggested Backoff Time:")?.upperBound
        else { return nil }
        let digits = text[start...].drop { $0 == " " }.prefix { $0.isASCII && $0.isNumber }
        return Int64(digits).map { .milliseconds(min($0, 3_600_000)) }
    }
}
