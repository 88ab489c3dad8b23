import Foundation
import Glibc
import MailServers
import MailStore
import TestSupport
import Testing

/// The mailbox of a user on a server, and runs of the built `mailbackup` that copy it, with a state directory of their own.
struct ServerPlace {
    let directory: TemporaryDirectory
    let user: String
    let port: Int
    let state: String
    /// How the password is given.
    private let secretOptions: [String]
    /// Where it is, if not beside the rest.
    private let secrets: TemporaryDirectory?

    init(_ server: MailServer, user: String? = nil) throws {
        try self.init(port: server.port, user: try user ?? server.makeUser())
    }

    /// - Parameters:
    ///   - port: of a server on this machine, talked to in clear text.
    ///   - secretOptions: nil: the password of all users of the tests, in a file.
    ///   - secrets: what the options name; kept as long as this.
    init(
        port: Int, user: String = "fredb", secretOptions: [String]? = nil, keeping secrets: TemporaryDirectory? = nil
    ) throws {
        directory = try TemporaryDirectory()
        self.secrets = secrets
        self.user = user
        self.port = port
        state = directory.path + "/state"
        self.secretOptions =
            try secretOptions
            ?? ["--password-file", Self.secretFile(MailServer.password, in: directory, "password")]
    }

    /// A file with a secret that nobody else can read.
    static func secretFile(_ secret: String, in directory: TemporaryDirectory, _ name: String) throws -> String {
        let path = directory.path + "/" + name
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data((secret + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else { throw ServerFailure(description: "\(path) cannot be written") }
        return path
    }

    func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    var source: [String] { ["--source", "imap://127.0.0.1:\(port)", "--insecure-plaintext"] + secretOptions }

    func copy(to pst: String, _ options: String...) throws -> CommandRun {
        try run(["copy", "--out", pst] + options)
    }

    /// Runs a command on the mailbox.
    func run(_ arguments: [String], environment: [String: String] = [:]) throws -> CommandRun {
        try CommandRun.run(
            BuiltProgram.mailbackup, arguments + ["--user", user] + source,
            environment: environment.merging(["XDG_STATE_HOME": state]) { given, _ in given })
    }

    /// Restores a PST, and tells what is in the Maildir then.
    func restored(_ pst: String) async throws -> (messages: [MaildirMessage: Int], folders: Set<FolderPath>) {
        let path = path("restored-\(UUID().uuidString)")
        let run = try CommandRun.run(
            BuiltProgram.mailbackup, ["restore", pst, "--to-maildir", path], environment: ["XDG_STATE_HOME": state])
        #expect(run.status == 0, "\(run.transcript)")
        return try await MaildirMessage.all(of: path)
    }

    /// A number that a run tells at its end with `--log-format json`.
    static func count(_ name: String, of run: CommandRun) throws -> Int {
        let lines = run.outputText.split(separator: "\n")
        for line in lines.reversed() {
            guard let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                event["event"] as? String == "run-finished"
            else { continue }
            return try #require(event[name] as? Int)
        }
        throw ServerFailure(description: run.transcript)
    }
}

extension MailServer {
    /// Of a Dovecot, with TLS from the start.
    var securedURL: String { "imaps://127.0.0.1:\(tlsPort)" }

    /// The mailbox of a user of a Dovecot, made where it is not there yet. ``takeOver()`` comes after what is put into it.
    func mailbox(of user: String) throws -> MaildirTree {
        let path = maildir(of: user)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return try MaildirTree(path)
    }

    /// Gives a Dovecot what a test has written.
    func takeOver() throws {
        guard geteuid() == 0 else { return }
        _ = try CommandRun.run("chown", ["-R", "nobody:nogroup", folder + "/mail"]).succeeded()
    }

    /// Gives a user of a Dovecot a Maildir as it is.
    func install(_ maildir: String, for user: String) throws {
        let target = self.maildir(of: user)
        let owner = geteuid() == 0 ? "chown -R nobody:nogroup \"$2\"" : ":"
        _ = try CommandRun.run(
            "sh",
            [
                "-ec", "mkdir -p \"$2\"; cp -a \"$1/.\" \"$2/Maildir\"; chmod -R go= \"$2\"; \(owner)", "sh", maildir,
                String(target.dropLast(8)),
            ]
        ).succeeded()
    }

    /// What a Dovecot gives of a file with these bytes: lines end with CRLF, and there is no NUL in a message — RFC 9051 4.3.1.
    static func onTheWire(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var previous: UInt8 = 0
        for byte in bytes {
            if byte == 0x0A && previous != 0x0D { result.append(0x0D) }
            result.append(byte == 0 ? 0x80 : byte)
            previous = byte
        }
        return result
    }

    /// What a Dovecot tells of the flags of a file: it knows nothing of "passed", which others keep as a keyword.
    static func onTheWire(_ state: MessageState) -> MessageState {
        var state = state
        state.forwarded = false
        return state
    }

    /// What is in the mailbox of a user of a Dovecot now, as it comes over the wire.
    func content(of user: String) async throws -> (messages: [MaildirMessage: Int], folders: Set<FolderPath>) {
        try await MaildirMessage.all(of: maildir(of: user), bytes: Self.onTheWire, state: Self.onTheWire)
    }
}
