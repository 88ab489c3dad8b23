import BinaryIO
import IMAPGrammar

/// Logs on to a connection: the first way that works.
struct Logon {
    let connection: IMAPConnection
    let server: IMAPServer
    let account: Account
    let capabilities: Capabilities

    /// - Returns: the answer that let us in.
    func perform() async throws(IMAPError) -> StatusResponse {
        let methods = LogonMethod.choices(for: account, capabilities)
        guard !methods.isEmpty else {
            throw IMAPError(.refused, "the server offers no way to log on as \(account.description)")
        }
        let secret: Secret
        switch account.proof {
        case .password(let ask), .token(let ask): secret = try await ask()
        }
        var refusal: IMAPError?
        for method in methods {
            do throws(IMAPError) {
                return try await connection.run("logon", command(method, secret))
            } catch {
                guard error.code == .rejected || error.code == .notUnderstood, let response = error.response else {
                    var failure = error
                    failure.isAtLogon = true
                    throw failure
                }
                refusal = IMAPError(
                    .refused, "logon as \(account.description) refused: \(response.text)", response: response)
                refusal?.isAtLogon = true
                // The server may know no SCRAM keys of a user whose password it knows. Other refusals are final: asking
                // twice would lock accounts.
                if method != .scram || error.isTransient { break }
            }
        }
        throw refusal ?? IMAPError(.refused, "logon as \(account.description) refused")
    }

    private func command(_ method: LogonMethod, _ secret: Secret) -> ClientCommand {
        let name = account.authenticationIdentity
        switch method {
        case .login:
            var text = CommandText("LOGIN", literals: capabilities.nonSynchronizingLiterals)
            text.appendString(Array(name.utf8))
            text.appendString(secret.bytes)
            return ClientCommand(text: text, secret: secret)
        case .plain:
            let mechanism = PlainMechanism(
                authorization: account.authorizationIdentity, authentication: name, password: secret)
            return authenticate(mechanism, secret)
        case .scram:
            let mechanism = SCRAM(
                authorization: account.authorizationIdentity, authentication: name, password: secret,
                nonce: SCRAM.makeNonce())
            return authenticate(mechanism, secret)
        case .oauthBearer:
            return authenticate(
                OAuthBearerMechanism(user: account.user, host: server.host, port: server.port, token: secret), secret)
        case .xoauth2:
            return authenticate(XOAuth2Mechanism(user: account.user, token: secret), secret)
        }
    }

    private func authenticate(_ mechanism: some SASLMechanism, _ secret: Secret) -> ClientCommand {
        var mechanism = mechanism
        var text = CommandText("AUTHENTICATE \(mechanism.name)")
        // SASL-IR, RFC 4959; obligatory in IMAP4rev2.
        if capabilities.contains("SASL-IR") || capabilities.contains("IMAP4REV2"),
            let initial = mechanism.respond(to: [])
        {
            text.append(" " + (initial.isEmpty ? "=" : Base64.encoded(initial)))
        }
        return ClientCommand(text: text, authentication: mechanism, secret: secret)
    }
}
