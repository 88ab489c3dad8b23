import Foundation
import Readback
import TestSupport
import Testing

/// What a copy does beside writing the PST: nothing.
@Suite("A copy by a script")
struct QuietTests {
    private let directory: TemporaryDirectory
    private let maildir: String

    init() throws {
        directory = try TemporaryDirectory()
        maildir = try TestMailbox.sample.make(in: directory)
    }

    @Test("No file of the source is changed, moved, renamed or touched")
    func sourceIsUntouched() throws {
        let before = try listing()
        let run = try copy([])
        #expect([0, 1].contains(run.status), "\(run.transcript)")
        #expect(try listing() == before)
    }

    @Test("--quiet says nothing on success, and the PST is there")
    func quiet() throws {
        let clean = directory.path + "/clean"
        _ = try CommandRun.run(
            BuiltProgram.mailboxGenerator,
            ["bench", "--messages", "40", "--median", "3000", "--largest", "9000", "--total", "140000", clean]
        ).succeeded()
        let run = try copy(["--quiet"], from: clean)
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.output.isEmpty)
        #expect(run.errorOutput.isEmpty)
        #expect(try directory.entries() == ["clean", "fredb.pst", "sample"])
        #expect(try LibpstReader.messages(of: directory.path + "/fredb.pst").count == 40)
    }

    @Test("--dry-run writes nothing")
    func dryRun() throws {
        let run = try copy(["--dry-run"])
        #expect([0, 1].contains(run.status), "\(run.transcript)")
        #expect(try directory.entries() == ["sample"])
    }

    @Test("--folder copies the folders that match, and no other")
    func selection() throws {
        let run = try copy(["--folder", "Archive/*", "--name", "Fred's archive"])
        #expect([0, 1].contains(run.status), "\(run.transcript)")
        let messages = try LibpstReader.messages(of: directory.path + "/fredb.pst")
        #expect(Set(messages.map(\.folder)) == [["Archive", "2025"]])
        #expect(messages.count == 3)
    }

    private func copy(_ options: [String], from source: String? = nil) throws -> CommandRun {
        try CommandRun.run(
            BuiltProgram.mailbackup,
            [
                "copy", "--user", "fredb", "--source", "maildir:\(source ?? maildir)", "--out",
                directory.path + "/fredb.pst",
            ]
                + options)
    }

    /// Everything about every file but its access time.
    private func listing() throws -> String {
        try CommandRun.run(
            "sh",
            [
                "-c",
                "find \"$0\" -printf '%P %y %m %s %i %n %T@ %C@\\n' | sort && find \"$0\" -type f -exec cksum {} + | sort",
                maildir,
            ]
        ).succeeded().outputText
    }
}
