import BinaryIO
import Foundation
import MailServers
import TestSupport
import Testing

/// Ways to be let in that need a server of their own kind.
@Suite("Logon", .enabled(if: MailServer.dovecot != nil, MailServer.skipReason))
struct ServerLogonTests {
    private static let signingKey = "signing key of the tests"

    /// A JSON Web Token — RFC 7519, signed with HMAC SHA-256.
    private static func token(for user: String, key: String = signingKey) throws -> String {
        func encoded(_ bytes: [UInt8]) -> String {
            Base64.encoded(bytes).replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        let header = encoded(Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8))
        let claims = encoded(Array(#"{"sub":"\#(user)","iat":1600000000,"exp":4102444800}"#.utf8))
        let signed = header + "." + claims
        let signature = try #require(KeyedDigest.hmacSHA256(key: Array(key.utf8), Array(signed.utf8)))
        return signed + "." + encoded(signature)
    }

    /// A Dovecot that takes signed tokens.
    private static func startTokenServer(mechanism: String) throws -> MailServer {
        let directory = try TemporaryDirectory(isKeptUntilExit: true)
        let keys = directory.path + "/keys/default/HS256"
        try FileManager.default.createDirectory(atPath: keys, withIntermediateDirectories: true)
        try Base64.encoded(Array(signingKey.utf8)).write(toFile: keys + "/default", atomically: true, encoding: .utf8)
        try """
        introspection_mode = local
        local_validation_key_dict = fs:posix:prefix=\(directory.path)/keys/
        username_attribute = sub

        """.write(toFile: directory.path + "/oauth2.conf", atomically: true, encoding: .utf8)
        return try MailServer.start(
            .dovecot, in: directory,
            settings: [
                "auth_mechanisms = \(mechanism)", "passdb {", "  driver = oauth2", "  mechanisms = \(mechanism)",
                "  args = \(directory.path)/oauth2.conf", "}",
            ])
    }

    @Test("A token of OAuth 2 lets in; one that is not good does not: 77", arguments: ["xoauth2", "oauthbearer"])
    func token(mechanism: String) async throws {
        let server = try Self.startTokenServer(mechanism: mechanism)
        let secrets = try TemporaryDirectory()
        let tree = try MaildirTree(secrets.path + "/Maildir")
        try tree.addFile("cur/1.host:2,S", "Subject: number 1\n\nhello\n")
        let tokens = [try Self.token(for: "anna"), try Self.token(for: "anna", key: "another key")]
        for (index, token) in tokens.enumerated() {
            let file = try ServerPlace.secretFile(token, in: secrets, "token\(index)")
            let place = try ServerPlace(
                port: server.port, user: "anna", secretOptions: ["--oauth-token-command", "cat '\(file)'"],
                keeping: secrets)
            if index == 0 { try server.install(tree.path, for: place.user) }
            let run = try place.copy(to: place.path("anna.pst"))
            #expect(run.status == (index == 0 ? 0 : 77), "\(run.transcript)")
            if index == 0 { try BackupPlace.expect(place.path("anna.pst"), holds: [1]) }
            #expect(!run.transcript.contains(token))
        }
    }

    @Test("A server that wants a certificate of its clients is shown one; without it there is no way in")
    func clientCertificate() async throws {
        let directory = try TemporaryDirectory(isKeptUntilExit: true)
        let make = """
            cd "$0"
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -keyout ca.key -out ca.pem \
                -subj '/CN=CA of the tests'
            openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout client.key -out client.csr \
                -subj '/CN=backup'
            openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out client.pem
            """
        _ = try CommandRun.run("sh", ["-ec", make, directory.path]).succeeded()
        let server = try MailServer.start(
            .dovecot, in: directory,
            settings: [
                "ssl_ca = <\(directory.path)/ca.pem", "ssl_verify_client_cert = yes",
                "ssl_require_crl = no", "auth_ssl_require_client_cert = yes",
            ])
        let secrets = try TemporaryDirectory()
        let password = try ServerPlace.secretFile(MailServer.password, in: secrets, "password")
        let check = [
            "check", "--user", "anna", "--source", "imaps://localhost:\(server.tlsPort)", "--password-file", password,
            "--ca-file", server.certificate,
        ]
        let certificate = [
            "--client-certificate", directory.path + "/client.pem", "--client-key", directory.path + "/client.key",
        ]
        let with = try CommandRun.run(BuiltProgram.mailbackup, check + certificate)
        #expect(with.status == 0, "\(with.transcript)")
        let without = try CommandRun.run(BuiltProgram.mailbackup, check)
        #expect([69, 77].contains(without.status), "\(without.transcript)")
        #expect(without.errorOutput.split(separator: "\n").count == 1, "\(without.transcript)")
    }

    @Test("check tells which folders are left out, and what the server lacks")
    func check() async throws {
        let directory = try TemporaryDirectory(isKeptUntilExit: true)
        let server = try MailServer.start(
            .dovecot, in: directory,
            settings: [
                "imap_capability = IMAP4rev1 SASL-IR NAMESPACE SPECIAL-USE LIST-EXTENDED", "namespace {",
                "  type = public", "  prefix = Team/", "  separator = /",
                "  location = maildir:\(directory.path)/mail/team", "  subscriptions = no", "}", "namespace inbox {",
                "  mailbox Starred {", "    special_use = \\Flagged", "    auto = create", "  }", "}",
            ])
        let place = try ServerPlace(server)
        let tree = try MaildirTree(place.path("team"))
        try tree.addFolder(".News")
        try server.install(place.path("team"), for: "team")
        _ = try CommandRun.run(
            "sh",
            [
                "-ec",
                "mv \"$0/mail/team/Maildir\" \"$0/mail/x\"; rmdir \"$0/mail/team\"; mv \"$0/mail/x\" \"$0/mail/team\"",
                server.folder,
            ]
        ).succeeded()
        let run = try place.run(["check"])
        #expect(run.status == 0, "\(run.transcript)")
        for words in [
            "left out, shared folders, which need a backup of their own: Team, Team/News",
            "left out, views on messages that lie in other folders: Starred", "without CONDSTORE", "without QRESYNC",
            "without LIST-STATUS", "not to be had over IMAP",
        ] { #expect(run.outputText.contains(words), "\(words): \(run.transcript)") }
        #expect(!run.outputText.contains("without SPECIAL-USE"), "\(run.transcript)")
    }
}
