import Foundation
import TestSupport

/// A machine as the documents have it, within a directory: a user with mail, places for PSTs, a mail server.
final class ExampleSandbox {
    let directory: TemporaryDirectory
    private let server: ExampleServer?

    /// - Parameter server: nil where none can be started.
    init(server: ExampleServer?) throws {
        directory = try TemporaryDirectory()
        self.server = server
        let manager = FileManager.default
        for place in ["home", "backups", "var/backups/mailbackup", "var/www/html", "var/lib/prometheus/node-exporter"]
            + ["etc/mailbackup", "config/mailbackup", "credentials"]
        {
            try manager.createDirectory(atPath: path(place), withIntermediateDirectories: true)
        }
        try Self.makeMail(at: path("sample"))
        try manager.createDirectory(atPath: path("home/fredb"), withIntermediateDirectories: true)
        for copy in ["home/fredb/Maildir", "Maildir"] {
            // With the times of the files, which are those of the deliveries.
            _ = try CommandRun.run("cp", ["-a", path("sample"), path(copy)]).succeeded()
        }
        for (name, secret) in [("fredb", "secret"), ("app", "secret"), ("admin", "admin-secret")] {
            try write(secret + "\n", to: "\(name).password", mode: 0o600)
        }
        try write("admin-secret\n", to: "credentials/imap-password", mode: 0o600)
        try write("#!/bin/sh\necho token\n", to: "token", mode: 0o700)
        try write("admin-secret\n", to: "etc/mailbackup/password", mode: 0o600)
        try write("fredb\n", to: "etc/mailbackup/users.txt", mode: 0o644)
    }

    /// Writes four folders of the sample: those that README.md shows, without the messages that are odd on purpose.
    static func makeMail(at maildir: String) throws {
        _ = try CommandRun.run(BuiltProgram.mailboxGenerator, ["sample", maildir]).succeeded()
        let kept = ["cur", "new", "tmp", ".Archive", ".Archive.2025", ".&BB8EQAQ+BDUEOgRCBEs-.&BBwEPgRBBEI-"]
        for name in try FileManager.default.contentsOfDirectory(atPath: maildir)
        where !kept.contains(name) && !name.contains("Feste") {
            try FileManager.default.removeItem(atPath: "\(maildir)/\(name)")
        }
    }

    func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    private func write(_ text: String, to name: String, mode: Int) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path(name))
    }

    /// Whether a text needs a server that is not there.
    func misses(_ text: String) -> Bool {
        server == nil && (ExampleTable.servers + ["127.0.0.1"]).contains { text.contains($0) }
    }

    /// What is written in a document, for this directory and this server.
    func substituted(_ text: String) -> String {
        var text = text.replacing(/(^|[^A-Za-z0-9.%])\/(home|backups|etc\/mailbackup|var\/(?:backups|www|lib))\//) {
            match in
            "\(match.output.1)\(directory.path)/\(match.output.2)/"
        }
        if let server {
            // All of them are this one; what only they have, it refuses.
            for host in ExampleTable.servers {
                text.replace("imaps://\(host)", with: "imaps://localhost:\(server.tlsPort)")
            }
            text.replace("imap://127.0.0.1:1143", with: "imap://127.0.0.1:\(server.port)")
        }
        return text
    }

    /// A command of a document, run as a person would in a shell.
    func run(_ command: String) throws -> CommandRun {
        var text = substituted(command)
        if let server, text.contains(/--source imaps?:/), !text.contains("--ca-file") {
            text += " --ca-file \(server.certificate)"
        }
        let programs = (BuiltProgram.mailbackup as NSString).deletingLastPathComponent
        let search = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return try CommandRun.run(
            "bash", ["-c", text], in: directory.path,
            environment: [
                "PATH": "\(programs):\(search)", "HOME": path("home/fredb"), "XDG_STATE_HOME": path("state"),
                "XDG_CONFIG_HOME": path("config"), "CREDENTIALS_DIRECTORY": path("credentials"),
                "SLURM_ARRAY_TASK_ID": "0",
            ])
    }

    /// Puts a configuration of a document in its place.
    /// - Returns: its path.
    func install(_ configuration: String) throws -> String {
        var text = substituted(configuration)
        if let server {
            let url = "url = \"imaps://localhost:\(server.tlsPort)\""
            text.replace(url, with: "\(url)\nca-file = \"\(server.certificate)\"")
        }
        for place in ["etc", "config"] { try write(text, to: "\(place)/mailbackup/config.toml", mode: 0o600) }
        return path("config/mailbackup/config.toml")
    }

    /// Output as a document would show it: its own places, no durations.
    func shown(_ output: String) -> [String] { Self.comparable(output.replacing(directory.path, with: "")) }

    static func comparable(_ output: String) -> [String] {
        output.replacing(/[0-9]{2}:[0-9]{2}:[0-9]{2}/, with: "00:00:00").split(separator: "\n").map(String.init)
    }
}
