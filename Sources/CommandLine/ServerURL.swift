import ArgumentParser
import IMAP

/// `imaps://HOST[:PORT]` or `imap://HOST[:PORT]`. Nobody's name and no secret is in it.
struct ServerURL: Hashable {
    let host: String
    /// nil: the usual one.
    let port: Int?
    let usesImplicitTLS: Bool

    /// nil where the text is no URL of a server.
    init?(_ text: String) throws {
        let lower = text.lowercased()
        guard let scheme = ["imaps://", "imap://"].first(where: { lower.hasPrefix($0) }) else { return nil }
        usesImplicitTLS = scheme == "imaps://"
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        guard !rest.contains("@") else {
            throw ValidationError(
                "'\(scheme)…': the user is given by --user, the login by --login, and no password here")
        }
        var number: Substring?
        if rest.first == "[", let end = rest.firstIndex(of: "]") {
            // IPv6, RFC 3986 3.2.2.
            let after = rest[rest.index(after: end)...]
            guard after.isEmpty || after.first == ":" else { throw ValidationError("'\(text)' names no server") }
            if !after.isEmpty { number = after.dropFirst() }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
        } else {
            let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw ValidationError("'\(text)' names no server") }
            host = String(parts[0])
            if parts.count == 2 { number = parts[1] }
        }
        guard !host.isEmpty, !host.contains("/") else { throw ValidationError("'\(text)' names no server") }
        port = try number.map { digits in
            guard let port = Int(digits), (1...65535).contains(port) else {
                throw ValidationError("'\(digits)' in '\(text)' is no port")
            }
            return port
        }
    }

    var server: IMAPServer {
        IMAPServer(host: host, port: port, transport: usesImplicitTLS ? .implicitTLS : .startTLS)
    }
}
