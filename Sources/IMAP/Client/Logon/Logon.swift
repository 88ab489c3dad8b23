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
                    throw error
                }
                refusal = refused(response, secret)
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
            return ClientCommand(text: text)
        case .plain:
            return authenticate(
                PlainMechanism(authorization: account.authorizationIdentity, authentication: name, password: secret))
        case .scram:
            return authenticate(
                SCRAM(
                    authorization: account.authorizationIdentity, authentication: name, password: secret,
                    nonce: SCRAM.makeNonce()))
        case .oauthBearer:
            return authenticate(
                OAuthBearerMechanism(user: account.user, host: server.host, port: server.port, token: secret))
        case .xoauth2:
            return authenticate(XOAuth2Mechanism(user: account.user, token: secret))
        }
    }

    private func authenticate(_ mechanism: some SASLMechanism) -> ClientCommand {
        var mechanism = mechanism
        var text = CommandText("AUTHENTICATE \(mechanism.name)")
        // SASL-IR, RFC 4959; obligatory in IMAP4rev2.
        if capabilities.contains("SASL-IR") || capabilities.contains("IMAP4REV2"),
            let initial = mechanism.respond(to: [])
        {
            text.append(" " + (initial.isEmpty ? "=" : Base64.encoded(initial)))
        }
        return ClientCommand(
            text: text, authentication: mechanism)
    }

    /// A server that repeats what it was sent must not bring the secret into a log.
    private func refused(_ response: StatusResponse, _ secret: Secret) -> IMAPError {
        let words = response.text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            secret.isIn(word) ? "(removed)" : String(word)
        }
        var text = words.joined(separator: " ")
        if secret.isIn(text[...]) { text = "(removed)" }
        let clean = StatusResponse(response.condition, code: response.code, text: text)
        return IMAPError(.refused, "logon as \(account.description) refused: \(text)", response: clean)
    }
}
