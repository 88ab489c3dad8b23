import ArgumentParser
import IMAP
import IMAPStore
import MailStore

/// How a mailbox on a server is opened.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Log on as this account, with its rights, to the mailbox of USER. Default: USER.", valueName: "account"))
    var login: String?

    @Option(
        help: ArgumentHelp(
            "How LOGIN acts for USER: authzid (SASL authorization identity), master-user (user*admin) or exchange"
                + " (domain/admin/user).", valueName: "authzid|master-user|exchange"))
    var admin = Administration.authzid

    @Option(help: ArgumentHelp("A command that prints the password on its first line.", valueName: "command"))
    var passwordCommand: String?

    @Option(help: ArgumentHelp("A file with the password on its first line; mode 600.", valueName: "file"))
    var passwordFile: String?

    @Option(help: ArgumentHelp("The password is the systemd credential of this name.", valueName: "name"))
    var passwordCredential: String?

    @Option(
        help: ArgumentHelp(
            "A command that prints an OAuth 2 access token; asked again at each connection.", valueName: "command"))
    var oauthTokenCommand: String?

    @Option(help: ArgumentHelp("Trust the certificates of this PEM file instead of the system's.", valueName: "file"))
    var caFile: String?

    @Option(
        help: ArgumentHelp(
            "Trust only the server certificate of this SHA-256 (repeatable).", valueName: "sha256:hex"),
        transform: { try Fingerprint($0) })
    var fingerprint: [Fingerprint] = []

    @Option(help: ArgumentHelp("A client certificate in PEM.", valueName: "file"))
    var clientCertificate: String?

    @Option(help: ArgumentHelp("The key of the client certificate in PEM.", valueName: "file"))
    var clientKey: String?

    @Flag(help: "Let password and mail cross the network in clear text where the server has no TLS.")
    var insecurePlaintext = false

    @Option(
        help: ArgumentHelp("Fetch no more than this in one run, for servers with a daily bound.", valueName: "size"),
        transform: SelectionOptions.size)
    var maxDownload: ByteSize?

    enum Administration: String, ExpressibleByArgument, CaseIterable {
        case authzid
        case masterUser = "master-user"
        case exchange
    }

    /// SHA-256 of a certificate.
    struct Fingerprint: Hashable {
        let bytes: [UInt8]

        init(_ text: String) throws {
            var digits = text.lowercased()[...]
            if digits.hasPrefix("sha256:") { digits = digits.dropFirst(7) }
            let hexadecimal = digits.filter { $0 != ":" }
            guard hexadecimal.count == 64, hexadecimal.allSatisfy(\.isHexDigit) else {
                throw ValidationError("'\(text)' is no fingerprint: sha256: and 64 hexadecimal digits")
            }
            let values = hexadecimal.compactMap { $0.hexDigitValue }
            bytes = stride(from: 0, to: 64, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
        }
    }

    func validate() throws {
        let secrets = [passwordCommand, passwordFile, passwordCredential, oauthTokenCommand].compactMap(\.self)
        guard secrets.count <= 1 else { throw ValidationError("more than one way to the password") }
        guard (clientCertificate == nil) == (clientKey == nil) else {
            throw ValidationError("--client-certificate and --client-key go together")
        }
    }

    /// - Throws: where options for servers are given, and the source is none.
    func validate(for source: SourceURL?) throws {
        if case .server? = source { return }
        let isGiven =
            [login, passwordCommand, passwordFile, passwordCredential, oauthTokenCommand, caFile, clientCertificate]
            .contains { $0 != nil } || !fingerprint.isEmpty || insecurePlaintext || maxDownload != nil
        if isGiven { throw ValidationError("options for servers are given, and --source is no server") }
    }

    func imapOptions(_ url: ServerURL, user: String?) throws(StoreError) -> IMAPOptions {
        guard let user = user ?? login, !user.isEmpty else {
            throw StoreError(.configuration, "\(url.server.description): whose mailbox? Give --user")
        }
        var server = url.server
        server.security.authorityFile = caFile
        server.security.fingerprints = fingerprint.map(\.bytes)
        server.security.clientCertificateFile = clientCertificate
        server.security.clientKeyFile = clientKey
        let account = Account(user: user, access: access(to: user), proof: try proof(for: server))
        var session = SessionOptions(server: server, account: account)
        session.allowsPlaintext = insecurePlaintext
        var options = IMAPOptions(session: session)
        options.maximumDownload = maxDownload?.bytes
        return options
    }

    private func access(to user: String) -> Account.Access {
        guard let login, login != user else { return .own }
        return switch admin {
        case .authzid: .authorizationIdentity(administrator: login)
        case .masterUser: .masterUser(administrator: login)
        case .exchange: .exchange(administrator: login)
        }
    }

    private func proof(for server: IMAPServer) throws(StoreError) -> Account.Proof {
        let place: SecretPlace
        if let oauthTokenCommand {
            let token = SecretPlace.command(oauthTokenCommand)
            return .token { () async throws(IMAPError) in try await token.readAside() }
        }
        if let passwordCommand {
            place = .command(passwordCommand)
        } else if let passwordFile {
            place = .file(passwordFile)
        } else if let passwordCredential {
            place = .credential(passwordCredential)
        } else {
            throw StoreError(
                .configuration,
                "\(server.description): no password: give --password-command, --password-file, --password-credential or"
                    + " --oauth-token-command")
        }
        return .password { () async throws(IMAPError) in try await place.readAside() }
    }
}
