/// Whose mailbox is opened, and with whose rights.
public struct Account: Sendable {
    /// How an administrator names the user whose mailbox is wanted.
    public enum Access: Hashable, Sendable {
        /// The user logs on.
        case own
        /// SASL's authorization identity — RFC 4422 2: the administrator logs on, to act as the user.
        case authorizationIdentity(administrator: String)
        /// Dovecot's master users: "user*administrator".
        case masterUser(administrator: String, separator: String = "*")
        /// Exchange: "domain/administrator/user"; `administrator` holds the domain, where there is one.
        case exchange(administrator: String)
    }

    /// Asked for at each connection, because tokens expire.
    public enum Proof: Sendable {
        case password(@Sendable () async throws(IMAPError) -> Secret)
        /// OAuth 2: XOAUTH2 and OAUTHBEARER.
        case token(@Sendable () async throws(IMAPError) -> Secret)
    }

    public var user: String
    public var access: Access
    public var proof: Proof

    public init(user: String, access: Access = .own, proof: Proof) {
        self.user = user
        self.access = access
        self.proof = proof
    }

    /// Who proves to be who.
    var authenticationIdentity: String {
        switch access {
        case .own: user
        case .authorizationIdentity(let administrator): administrator
        case .masterUser(let administrator, let separator): user + separator + administrator
        case .exchange(let administrator): "\(administrator)/\(user)"
        }
    }

    /// Whom to act as; empty where that is the same one.
    var authorizationIdentity: String {
        if case .authorizationIdentity = access { user } else { "" }
    }

    /// For people.
    public var description: String {
        switch access {
        case .own: user
        case .authorizationIdentity(let administrator), .masterUser(let administrator, _),
            .exchange(let administrator):
            "\(user) (as \(administrator))"
        }
    }
}
