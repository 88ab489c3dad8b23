import Foundation
import Readback
import TestSupport
import Testing

/// What an administrator's script sees when something is wrong: the exit status of the contract, one line that says
/// what, and nothing half-written.
@Suite("Bad input")
struct BadInputTests {
    private let directory: TemporaryDirectory
    private let maildir: String

    init() throws {
        directory = try TemporaryDirectory()
        maildir = directory.path + "/Maildir"
        _ = try CommandRun.run(
            BuiltProgram.mailboxGenerator,
            [
                "bench", "--messages", "40", "--median", "3000", "--largest", "9000", "--total", "140000", "--folders",
                "4", maildir,
            ]
        ).succeeded()
    }

    @Test("A source that does not exist: 66")
    func missingSource() throws {
        let run = try copy(from: directory.path + "/nobody", to: directory.path + "/out.pst")
        expectFailure(run, status: 66, naming: "nobody")
        #expect(try directory.entries() == ["Maildir"])
    }

    @Test("A source that is no Maildir: 66")
    func sourceIsNoMaildir() throws {
        try FileManager.default.createDirectory(atPath: directory.path + "/empty", withIntermediateDirectories: true)
        let run = try copy(from: directory.path + "/empty", to: directory.path + "/out.pst")
        expectFailure(run, status: 66, naming: "empty")
        #expect(try directory.entries() == ["Maildir", "empty"])
    }

    @Test("A directory to write to that does not exist: 73")
    func missingOutputDirectory() throws {
        let run = try copy(from: maildir, to: directory.path + "/missing/out.pst")
        expectFailure(run, status: 73, naming: "missing")
        #expect(try directory.entries() == ["Maildir"])
    }

    @Test("A file in the way that is no PST of ours: 73, and it stays as it is")
    func outputIsNotOurs() throws {
        let out = directory.path + "/out.pst"
        try "Not a PST.\n".write(toFile: out, atomically: false, encoding: .utf8)
        let run = try copy(from: maildir, to: out)
        expectFailure(run, status: 73, naming: "out.pst")
        #expect(try String(contentsOfFile: out, encoding: .utf8) == "Not a PST.\n")
        #expect(try directory.entries() == ["Maildir", "out.pst"])
    }

    @Test("A mailbox that may not be read: 77")
    func unreadableMailbox() throws {
        try setPermissions(0o000, of: maildir)
        let run = try copyWithoutPrivilege(to: directory.path + "/out.pst")
        try setPermissions(0o700, of: maildir)
        expectFailure(run, status: 77, naming: "Maildir")
        #expect(try directory.entries() == ["Maildir"])
    }

    @Test("A folder that may not be read is listed as a problem, and all others are copied: 1")
    func unreadableFolder() throws {
        let folder = maildir + "/.Archive.2006"
        let hidden =
            try FileManager.default.contentsOfDirectory(atPath: folder + "/cur").count
            + FileManager.default.contentsOfDirectory(atPath: folder + "/new").count
        try #require(hidden > 0 && hidden < 40)
        for name in ["/cur", "/new"] { try setPermissions(0o000, of: folder + name) }
        let out = directory.path + "/out.pst"
        let run = try copyWithoutPrivilege(to: out)
        for name in ["/cur", "/new"] { try setPermissions(0o700, of: folder + name) }
        #expect(run.status == 1, "\(run.transcript)")
        #expect(run.errorOutput.contains("2006"), "\(run.transcript)")
        #expect(try LibpstReader.messages(of: out).count == 40 - hidden)
    }

    @Test("A message that may not be read is listed as a problem, and all others are copied: 1")
    func unreadableMessage() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: maildir + "/cur")
        let file = try #require(files.first)
        try setPermissions(0o000, of: maildir + "/cur/" + file)
        let out = directory.path + "/out.pst"
        let run = try copyWithoutPrivilege(to: out)
        #expect(run.status == 1, "\(run.transcript)")
        let name = String(try #require(file.split(separator: ":").first))
        #expect(run.errorOutput.contains(name), "\(run.transcript)")
        #expect(try LibpstReader.messages(of: out).count == 39)
    }

    @Test("A full disk: 74", .enabled(if: SmallDisk.canBeMade, "mounting a tmpfs takes root"))
    func fullDisk() throws {
        let disk = try SmallDisk(megabytes: 1)
        let large = directory.path + "/large"
        _ = try CommandRun.run(
            BuiltProgram.mailboxGenerator,
            ["bench", "--messages", "200", "--median", "30000", "--largest", "90000", "--total", "8000000", large]
        ).succeeded()
        let run = try copy(from: large, to: disk.path + "/out.pst")
        expectFailure(run, status: 74, naming: "out.pst")
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == [])
    }

    @Test(
        "Wrong usage: 64",
        arguments: [["copy"], ["copy", "--user", "fredb", "--out", "x.pst", "--no-such-option"], ["fly"]])
    func usage(arguments: [String]) throws {
        let run = try CommandRun.run(BuiltProgram.mailbackup, arguments, in: directory.path)
        #expect(run.status == 64, "\(run.transcript)")
        #expect(!run.errorOutput.isEmpty)
        #expect(try directory.entries() == ["Maildir"])
    }

    private func copy(from source: String, to out: String) throws -> CommandRun {
        try CommandRun.run(
            BuiltProgram.mailbackup, ["copy", "--user", "fredb", "--source", "maildir:\(source)", "--out", out])
    }

    /// As ``copy(from:to:)``; root too is refused what the permissions do not allow.
    private func copyWithoutPrivilege(to out: String) throws -> CommandRun {
        let command = [
            BuiltProgram.mailbackup, "copy", "--user", "fredb", "--source", "maildir:\(maildir)", "--out", out,
        ]
        guard getuid() == 0 else { return try CommandRun.run(command[0], Array(command.dropFirst())) }
        return try CommandRun.run("setpriv", ["--bounding-set=-dac_override,-dac_read_search"] + command)
    }

    private func setPermissions(_ permissions: Int, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
    }

    private func expectFailure(
        _ run: CommandRun, status: Int32, naming name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(run.status == status, "\(run.transcript)", sourceLocation: sourceLocation)
        let lines = run.errorOutput.split(separator: "\n")
        #expect(lines.count == 1, "\(run.transcript)", sourceLocation: sourceLocation)
        #expect(run.errorOutput.contains(name), "\(run.transcript)", sourceLocation: sourceLocation)
    }
}
