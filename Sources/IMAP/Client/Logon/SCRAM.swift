import BinaryIO
import Foundation

/// SCRAM-SHA-256 without channel binding — RFC 5802, RFC 7677. The password itself never leaves, and the server has to
/// prove that it knows it too.
struct SCRAM: SASLMechanism {
    let name = "SCRAM-SHA-256"
    private let header: String
    private let firstBare: String
    private let nonce: String
    private let password: [UInt8]
    private var step = Step.initial

    private enum Step {
        case initial
        case awaitingChallenge
        /// With what the server has to send.
        case awaitingProof([UInt8])
        case satisfied
    }

    /// - Parameter nonce: printable, without commas, never the same again.
    init(authorization: String, authentication: String, password: Secret, nonce: String) {
        let identity = authorization.isEmpty ? "" : "a=" + Self.escaped(authorization)
        header = "n,\(identity),"
        firstBare = "n=\(Self.escaped(authentication)),r=\(nonce)"
        self.nonce = nonce
        // SASLprep, RFC 4013, to the extent that it matters for passwords that people type.
        let text = String(decoding: password.bytes, as: UTF8.self)
        self.password = Array(text.precomposedStringWithCompatibilityMapping.utf8)
    }

    static func makeNonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return Base64.encoded((0..<18).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    /// saslname — RFC 5802 5.1.
    static func escaped(_ name: String) -> String {
        name.replacing("=", with: "=3D").replacing(",", with: "=2C")
    }

    var isSatisfied: Bool {
        if case .satisfied = step { true } else { false }
    }

    mutating func respond(to challenge: [UInt8]) -> [UInt8]? {
        switch step {
        case .initial:
            step = .awaitingChallenge
            return Array((header + firstBare).utf8)
        case .awaitingChallenge:
            return prove(String(decoding: challenge, as: UTF8.self))
        case .awaitingProof(let expected):
            let fields = Self.fields(String(decoding: challenge, as: UTF8.self))
            guard let proof = fields["v"].flatMap({ Base64.decoded($0.utf8) }), proof == expected else { return nil }
            step = .satisfied
            return []
        case .satisfied:
            return nil
        }
    }

    private mutating func prove(_ challenge: String) -> [UInt8]? {
        let fields = Self.fields(challenge)
        guard fields["m"] == nil, let combined = fields["r"], combined.hasPrefix(nonce), combined.count > nonce.count,
            let salt = fields["s"].flatMap({ Base64.decoded($0.utf8) }), !salt.isEmpty,
            let iterations = fields["i"].flatMap({ Int($0) }), ClientLimits.scramIterations.contains(iterations),
            let salted = KeyedDigest.pbkdf2SHA256(password: password, salt: salt, iterations: iterations)
        else { return nil }
        let finalBare = "c=\(Base64.encoded(Array(header.utf8))),r=\(combined)"
        let message = Array("\(firstBare),\(challenge),\(finalBare)".utf8)
        guard let clientKey = KeyedDigest.hmacSHA256(key: salted, Array("Client Key".utf8)),
            let clientSignature = KeyedDigest.hmacSHA256(key: Digest.sha256(clientKey), message),
            let serverKey = KeyedDigest.hmacSHA256(key: salted, Array("Server Key".utf8)),
            let serverSignature = KeyedDigest.hmacSHA256(key: serverKey, message)
        else { return nil }
        step = .awaitingProof(serverSignature)
        let proof = zip(clientKey, clientSignature).map { $0 ^ $1 }
        return Array("\(finalBare),p=\(Base64.encoded(proof))".utf8)
    }

    private static func fields(_ text: String) -> [String: String] {
        var fields: [String: String] = [:]
        for field in text.split(separator: ",") {
            let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            fields[String(parts[0])] = String(parts[1])
        }
        return fields
    }
}
