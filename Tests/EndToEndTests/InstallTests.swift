import Foundation
import TestSupport
import Testing

/// `Scripts/install` puts everything where it belongs. The package is tried by `Scripts/package-test`.
@Suite("Scripts/install")
struct InstallTests {
    private func install(_ destination: String, _ arguments: String...) throws -> [String] {
        _ = try CommandRun.run(
            Checkout.path + "/Scripts/install",
            ["--program", BuiltProgram.mailbackup, "--destdir", destination] + arguments
        ).succeeded()
        let found = try CommandRun.run("find", [".", "-type", "f"], in: destination).succeeded()
        return found.outputText.split(separator: "\n").map { String($0.dropFirst()) }.sorted()
    }

    @Test(
        "puts program, manual, completions, units and examples below the prefix",
        arguments: ["/usr", "/usr/local", "/opt/mailbackup"])
    func files(prefix: String) throws {
        let directory = try TemporaryDirectory()
        let files = try install(directory.path, "--prefix", prefix)
        let etc = prefix.hasPrefix("/opt") ? prefix + "/etc" : "/etc"
        let zsh = prefix == "/usr" ? "/share/zsh/vendor-completions" : "/share/zsh/site-functions"
        for file in [
            "/bin/mailbackup", "/share/man/man1/mailbackup.1", "/share/man/man1/mailbackup-copy.1",
            "/share/bash-completion/completions/mailbackup", zsh + "/_mailbackup",
            "/share/fish/vendor_completions.d/mailbackup.fish", "/lib/systemd/system/mailbackup.service",
            "/lib/systemd/system/mailbackup.timer", "/share/doc/mailbackup/examples/mailbackup.cron",
            "/share/doc/mailbackup/examples/config.toml", "/share/doc/mailbackup/copyright",
        ] {
            #expect(files.contains(prefix + file), "\(file) is not in \(files)")
        }
        #expect(files.contains(etc + "/logrotate.d/mailbackup"))
        // Nothing but what belongs there, and no configuration that somebody has not written.
        #expect(files.allSatisfy { $0.hasPrefix(prefix + "/") || $0 == etc + "/logrotate.d/mailbackup" }, "\(files)")
        for file in files where file.hasSuffix(".service") || file.hasSuffix(".cron") {
            let text = try String(contentsOfFile: directory.path + file, encoding: .utf8)
            #expect(text.contains("\(prefix)/bin") && !text.contains("@PREFIX@"), "\(file)")
        }
        let version = try CommandRun.run("\(directory.path)\(prefix)/bin/mailbackup", ["--version"])
        #expect(version.status == 0 && version.outputText.hasPrefix("mailbackup "))
    }

    @Test("refuses what it does not know, before it does anything")
    func usage() throws {
        for arguments in [["--prefix"], ["--prefix", "relative"], ["--unknown"], ["somewhere"]] {
            let run = try CommandRun.run(Checkout.path + "/Scripts/install", arguments)
            #expect(run.status == 64 && !run.errorOutput.isEmpty, "\(arguments): \(run.transcript)")
        }
    }

    @Test(
        "The service is one that systemd takes, and shut in well",
        .enabled(if: CommandRun.isInstalled("systemd-analyze"), "systemd is not installed"))
    func service() throws {
        let directory = try TemporaryDirectory()
        _ = try install(directory.path, "--prefix", "/usr")
        let unit = directory.path + "/usr/lib/systemd/system/mailbackup.service"
        let security = try CommandRun.run(
            "systemd-analyze", ["security", "--offline=true", "--threshold=25", "--no-pager", unit])
        #expect(security.status == 0, "\(security.transcript)")
        // Of the files that it names, not all are on this machine; what it does not understand is told so.
        for name in ["mailbackup.service", "mailbackup.timer"] {
            let path = "\(directory.path)/usr/lib/systemd/system/\(name)"
            let verify = try CommandRun.run("systemd-analyze", ["verify", "--man=no", path])
            let complaints = verify.errorOutput.split(separator: "\n").filter {
                $0.contains(name) && !$0.contains("is not executable")
            }
            #expect(complaints.isEmpty, "\(verify.transcript)")
        }
    }

    @Test(
        "logrotate takes the rule", .enabled(if: CommandRun.isInstalled("logrotate"), "logrotate is not installed"))
    func rotation() throws {
        let directory = try TemporaryDirectory()
        _ = try install(directory.path, "--prefix", "/usr")
        let state = directory.path + "/state"
        let run = try CommandRun.run("logrotate", ["-d", "-s", state, directory.path + "/etc/logrotate.d/mailbackup"])
        #expect(run.status == 0 && !run.errorOutput.contains("error:"), "\(run.transcript)")
    }
}
