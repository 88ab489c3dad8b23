import Foundation
import TestSupport
import Testing

/// `copy --archive`: the one way in which a source is ever changed.
@Suite("Archiving")
struct ArchiveTests {
    private func files(_ place: BackupPlace) throws -> [String] {
        let all = try #require(FileManager.default.subpaths(atPath: place.maildir))
        return all.filter { $0.contains("/cur/") || $0.hasPrefix("cur/") || $0.contains("/new/") }.sorted()
    }

    @Test("What is selected and in the PST is removed from the Maildir, and stays in the PST whatever later runs do")
    func archived() throws {
        let place = try BackupPlace(messages: 12)
        let pst = place.path("fredb.pst")
        let untouched = try files(place).filter { !$0.hasPrefix(".Archive") }
        let run = try place.copy(to: pst, "--since-state", "last", "--folder", "Archive*", "--archive", "--yes")
        #expect(run.status == 0, "\(run.transcript)")
        #expect(run.outputText.contains("8 removed from the source"), "\(run.transcript)")
        #expect(try files(place) == untouched)
        let held = (1...12).filter { $0 % 3 != 0 }
        try BackupPlace.expect(pst, holds: held)
        // The whole mailbox next, then mirrored, then with a lost journal too.
        for options in [["--since-state", "last"], ["--since-state", "last", "--deleted", "mirror"]] {
            #expect(try place.copy(to: pst, options: options).status == 0)
            try BackupPlace.expect(pst, holds: 1...12)
        }
        try FileManager.default.removeItem(atPath: place.state)
        #expect(try place.copy(to: pst, "--since-state", "last", "--deleted", "mirror").status == 0)
        try BackupPlace.expect(pst, holds: 1...12)
    }

    @Test("Messages that came back, because a removal broke off, are known again")
    func cameBack() throws {
        let place = try BackupPlace(messages: 9)
        let pst = place.path("fredb.pst")
        let saved = place.path("saved")
        try FileManager.default.copyItem(atPath: place.maildir, toPath: saved)
        #expect(try place.copy(to: pst, "--archive", "--yes").status == 0)
        #expect(try files(place) == [])
        try FileManager.default.removeItem(atPath: place.maildir)
        try FileManager.default.moveItem(atPath: saved, toPath: place.maildir)
        for isLost in [false, true] {
            if isLost { try FileManager.default.removeItem(atPath: place.state) }
            let again = try place.copy(to: pst, "--since-state", "last")
            #expect(again.status == 0 && again.outputText.contains("9 already there"), "\(again.transcript)")
            try BackupPlace.expect(pst, holds: 1...9)
        }
    }

    @Test("Only messages that a later one names too, by date or text, are removed")
    func selection() throws {
        let place = try BackupPlace(messages: 9)
        let pst = place.path("fredb.pst")
        #expect(try place.copy(to: pst).status == 0)
        let run = try place.copy(
            to: pst, "--before", "2023-11-14T22:13:25Z", "--subject", "number", "--archive", "--yes")
        #expect(run.status == 0 && run.outputText.contains("4 removed from the source"), "\(run.transcript)")
        #expect(try files(place).count == 5)
        try BackupPlace.expect(pst, holds: 1...9)
    }

    @Test("A delta PST from before or after archiving, merged, brings nothing twice")
    func merged() throws {
        let place = try BackupPlace(messages: 6)
        let (base, before, after) = (place.path("base.pst"), place.path("before.pst"), place.path("after.pst"))
        #expect(try place.copy(to: base, "--since-state", "last").status == 0)
        try place.deliver(7...9)
        #expect(try place.copy(to: before, "--since-state", "last").status == 0)
        #expect(try place.copy(to: base, "--since-state", "last", "--archive", "--yes").status == 0)
        try place.deliver(10...12)
        #expect(try place.copy(to: after, "--since-state", "last", "--archive", "--yes").status == 0)
        #expect(try files(place) == [])
        for _ in 0..<2 {
            let run = try place.run("merge", base, before, after)
            #expect(run.status == 0, "\(run.transcript)")
            try BackupPlace.expect(base, holds: 1...12)
        }
        #expect(try place.copy(to: base, "--since-state", "last", "--deleted", "mirror").status == 0)
        try BackupPlace.expect(base, holds: 1...12)
    }

    @Test("A file whose bytes are not those in the PST stays, and is told")
    func altered() throws {
        let place = try BackupPlace(messages: 4)
        let pst = place.path("fredb.pst")
        #expect(try place.copy(to: pst, "--since-state", "last").status == 0)
        // Of the same size and name, in a folder that has not changed as far as its times tell.
        let path = "\(place.maildir)/\(try place.file(2))"
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seek(toOffset: 60)
        try handle.write(contentsOf: Data("CHANGED".utf8))
        try handle.close()
        let run = try place.copy(to: pst, "--since-state", "last", "--archive", "--yes")
        #expect(run.status == 1, "\(run.transcript)")
        #expect(run.errorOutput.contains("its file is not what was copied"), "\(run.transcript)")
        #expect(try files(place) == [place.file(2)])
    }

    @Test(
        "Nothing is removed without being asked for",
        arguments: [["--archive"], ["--yes"], ["--archive", "--yes", "--dry-run"]])
    func refused(options: [String]) throws {
        let place = try BackupPlace(messages: 3)
        let run = try place.copy(to: place.path("fredb.pst"), options: options)
        #expect(run.status == 64, "\(run.transcript)")
        #expect(try files(place).count == 3)
    }
}
