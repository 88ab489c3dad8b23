import BinaryIO

/// One side of a SASL exchange, the client's — RFC 4422 3. All of these speak first.
protocol SASLMechanism: Sendable {
    var name: String { get }

    /// The answer to a challenge; the first one, which is empty, asks for the initial response. nil gives up.
    mutating func respond(to challenge: [UInt8]) -> [UInt8]?

    /// Whether the server has proved what the mechanism makes it prove.
    var isSatisfied: Bool { get }
}

/// PLAIN — RFC 4616.
struct PlainMechanism: SASLMechanism {
    let name = "PLAIN"
    let authorization: String
    let authentication: String
    let password: Secret
    let isSatisfied = true

    func respond(to challenge: [UInt8]) -> [UInt8]? {
        guard challenge.isEmpty else { return nil }
        return Array(authorization.utf8) + [0] + Array(authentication.utf8) + [0] + password.bytes
    }
}

/// XOAUTH2, as Google and Microsoft document it.
struct XOAuth2Mechanism: SASLMechanism {
    let name = "XOAUTH2"
    let user: String
    let token: Secret
    let isSatisfied = true
    private var hasSpoken = false

    init(user: String, token: Secret) {
        self.user = user
        self.token = token
    }

    /// After a challenge, which says in JSON what is wrong, an empty answer makes the server say NO.
    mutating func respond(to challenge: [UInt8]) -> [UInt8]? {
        if hasSpoken { return [] }
        hasSpoken = true
        return Array("user=\(user)\u{1}auth=Bearer ".utf8) + token.bytes + [1, 1]
    }
}

/// OAUTHBEARER — RFC 7628 3.1.
struct OAuthBearerMechanism: SASLMechanism {
    let name = "OAUTHBEARER"
    let user: String
    let host: String
    let port: Int
    let token: Secret
    let isSatisfied = true
    private var hasSpoken = false

    init(user: String, host: String, port: Int, token: Secret) {
        self.user = user
        self.host = host
        self.port = port
        self.token = token
    }

    mutating func respond(to challenge: [UInt8]) -> [UInt8]? {
        // RFC 7628 3.2.3: an error is acknowledged with one byte.
        if hasSpoken { return [1] }
        hasSpoken = true
        let name = SCRAM.escaped(user)
        return Array("n,a=\(name),\u{1}host=\(host)\u{1}port=\(port)\u{1}auth=Bearer ".utf8) + token.bytes + [1, 1]
    }
}
