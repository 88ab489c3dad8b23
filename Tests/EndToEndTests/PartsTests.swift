import Foundation
import TestSupport
import Testing

/// PSTs of several parts, and deltas that are merged, as a script sees them.
@Suite("PSTs of several parts")
struct PartsTests {
    private func expectDone(_ run: CommandRun, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(run.status == 0, "\(run.transcript)", sourceLocation: sourceLocation)
    }

    private func parts(_ place: BackupPlace, _ stem: String = "fredb") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.directory.path)
            .filter { $0.hasPrefix(stem) && $0.hasSuffix(".pst") }.sorted()
    }

    private func size(_ path: String) throws -> Int {
        try #require((FileManager.default.attributesOfItem(atPath: path)[.size] as? NSNumber)?.intValue)
    }

    /// Expects every part to be sound, and all together to hold exactly these messages.
    private func expect(
        _ place: BackupPlace, _ pst: String, holds numbers: some Sequence<Int>,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(try BackupPlace.numbers(in: pst) == Array(numbers), sourceLocation: sourceLocation)
        for part in try parts(place) {
            if let complaints = try StrictChecker.complaints(about: place.path(part)) {
                #expect(complaints == "", "\(part)", sourceLocation: sourceLocation)
            }
        }
        let verified = try place.run("verify", pst, "--source", "maildir:\(place.maildir)")
        #expect(verified.status == 0, "\(verified.transcript)", sourceLocation: sourceLocation)
    }

    @Test("--max-size: no part is larger, and what comes the next nights goes to the last")
    func maximumSize() throws {
        let place = try BackupPlace(messages: 300)
        let pst = place.path("fredb.pst")
        let first = try place.copy(to: pst, "--since-state", "last", "--max-size", "1MiB", "--verify")
        expectDone(first)
        let names = try parts(place)
        #expect(names.count > 2 && names.contains("fredb.pst") && names.contains("fredb-2.pst"))
        for name in names {
            #expect(try size(place.path(name)) <= 1 << 20, "\(name)")
            #expect(first.outputText.contains("/\(name): "), "\(first.transcript)")
        }
        try expect(place, pst, holds: 1...300)
        // A night of new messages, another flag, and moves within and out of old parts.
        let full = names.filter { $0 != "fredb-\(names.count).pst" }
        let old = try full.map { try Data(contentsOf: URL(fileURLWithPath: place.path($0))) }
        try place.deliver(301...310)
        expectDone(try place.copy(to: pst, "--since-state", "last", "--max-size", "1MiB"))
        for (name, data) in zip(full, old) {
            #expect(try Data(contentsOf: URL(fileURLWithPath: place.path(name))) == data, "\(name)")
        }
        try place.rename(place.file(3), ".Archive/cur/1700000003.m3.host:2,FS")
        try place.remove(5)
        expectDone(try place.copy(to: pst, "--since-state", "last", "--deleted", "mirror", "--max-size", "1MiB"))
        try expect(place, pst, holds: (1...310).filter { $0 != 5 })
        let quiet = try place.copy(to: pst, "--since-state", "last", "--max-size", "1MiB")
        #expect(quiet.outputText.contains(": 0 messages, 0 problems, 309 already there"), "\(quiet.transcript)")
        // A lost journal is made anew from all parts.
        let rebuilt = try place.copy(
            to: pst, "--since-state", "last", "--deleted", "mirror", state: place.path("other"))
        expectDone(rebuilt)
        #expect((rebuilt.outputText + rebuilt.errorOutput).contains("rebuilt from it, 309 messages"))
        try expect(place, pst, holds: (1...310).filter { $0 != 5 })
        let status = try place.run("status")
        for name in try parts(place) { #expect(status.outputText.contains("/\(name): "), "\(status.transcript)") }
        let json = try place.run("status", "--json")
        #expect(json.outputText.split(separator: "\n").count { $0.contains("\"event\":\"part\"") } == names.count)
    }

    @Test("Restoring from all parts gives every message back byte for byte", arguments: ["--max-size", "--split-by"])
    func restore(option: String) throws {
        let place = try BackupPlace(messages: 250)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst, option, option == "--max-size" ? "1MiB" : "folder"))
        #expect(try parts(place).count > 1)
        #expect(FileManager.default.fileExists(atPath: pst) == (option == "--max-size"))
        let restored = place.path("restored")
        expectDone(try place.run("restore", pst, "--to-maildir", restored))
        #expect(try Self.contents(restored) == Self.contents(place.maildir))
        let again = try place.run("restore", pst, "--to-maildir", restored)
        #expect(again.outputText.contains(": 0 messages, 0 problems, 250 already there"), "\(again.transcript)")
    }

    /// The bytes of all messages, by folder.
    private static func contents(_ maildir: String) throws -> [String: [Data]] {
        var found: [String: [Data]] = [:]
        for case let path as String in try #require(FileManager.default.enumerator(atPath: maildir)) {
            let names = path.split(separator: "/")
            guard names.count >= 2, ["cur", "new"].contains(names[names.count - 2]) else { continue }
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(maildir)/\(path)"))
            found[names.dropLast(2).joined(separator: "/"), default: []].append(data)
        }
        return found.mapValues { $0.sorted { $0.lexicographicallyPrecedes($1) } }
    }

    @Test(
        "A part that is missing is named (66), and nothing is done without it", arguments: ["fredb.pst", "fredb-2.pst"])
    func missingPart(name: String) throws {
        let place = try BackupPlace(messages: 300)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst, "--since-state", "last", "--max-size", "1MiB"))
        let names = try parts(place)
        try #require(names.count > 2)
        try FileManager.default.removeItem(atPath: place.path(name))
        for run in [
            try place.copy(to: pst, "--since-state", "last", "--max-size", "1MiB"),
            try place.copy(to: pst, "--dry-run"), try place.copy(to: pst, state: place.path("without a journal")),
        ] {
            #expect(run.status == 66, "\(run.transcript)")
            #expect(run.errorOutput.contains("/\(name) is missing"), "\(run.transcript)")
        }
        #expect(try parts(place) == names.filter { $0 != name })
    }

    @Test("A dry run of parts counts what a run would do, and writes nothing")
    func dryRun() throws {
        let place = try BackupPlace(messages: 150)
        let pst = place.path("fredb.pst")
        expectDone(try place.copy(to: pst, "--split-by", "month", "--dry-run"))
        #expect(try parts(place) == [])
        expectDone(try place.copy(to: pst, "--split-by", "month"))
        try place.deliver(151...155)
        let dry = try place.copy(to: pst, "--since-state", "last", "--dry-run")
        #expect(dry.outputText.contains(": 5 messages, 0 problems, 150 already there"), "\(dry.transcript)")
        #expect(try BackupPlace.numbers(in: pst) == Array(1...150))
    }

    @Test("merge: deltas become part of their base, once; the next copy brings nothing twice")
    func merge() throws {
        let place = try BackupPlace(messages: 12)
        let (base, monday, tuesday) = (place.path("fredb.pst"), place.path("mon.pst"), place.path("tue.pst"))
        expectDone(try place.copy(to: base, "--since-state", "last"))
        try place.deliver(13...15)
        try place.rename(place.file(3), "cur/1700000003.m3.host:2,FS")
        expectDone(try place.copy(to: monday, "--since-state", "last"))
        try place.deliver(16...17)
        try place.rename(place.file(3), ".Archive/cur/1700000003.m3.host:2,S")
        expectDone(try place.copy(to: tuesday, "--since-state", "last"))
        // In whatever order they are named.
        let dry = try place.run("merge", base, tuesday, monday, "--dry-run")
        #expect(dry.outputText.contains(": 5 messages, 0 problems"), "\(dry.transcript)")
        #expect(try BackupPlace.numbers(in: base) == Array(1...12))
        let merged = try place.run("merge", base, tuesday, monday)
        expectDone(merged)
        #expect(merged.outputText.contains(": 5 messages, 0 problems"), "\(merged.transcript)")
        try expect(place, base, holds: 1...17)
        let again = try place.run("merge", base, monday, tuesday, "--remove-merged")
        expectDone(again)
        #expect(again.outputText.contains(": 0 messages, 0 problems"), "\(again.transcript)")
        #expect(try parts(place, "") == ["fredb.pst"])
        let next = try place.copy(to: base, "--since-state", "last", "--deleted", "mirror")
        expectDone(next)
        #expect(next.outputText.contains(": 0 messages, 0 problems, 17 already there"), "\(next.transcript)")
        try expect(place, base, holds: 1...17)
        let restored = place.path("restored")
        expectDone(try place.run("restore", base, "--to-maildir", restored))
        #expect(try Self.contents(restored) == Self.contents(place.maildir))
    }

    @Test("merge: PSTs of Outlook's go in by folder, once", .enabled(if: SharedMaterial.isAvailable))
    func mergeForeign() throws {
        let place = try BackupPlace(messages: 3)
        let base = place.path("fredb.pst")
        expectDone(try place.copy(to: base, "--since-state", "last"))
        let foreign = try #require(SharedMaterial.folder) + "/corpus/pst/sample1.pst"
        func count(_ path: String) throws -> Int {
            let list = try place.run("list", path, "--messages", "--json").succeeded()
            return list.outputText.split(separator: "\n").count { $0.contains("\"event\":\"message\"") }
        }
        let expected = try count(foreign) + 3
        let merged = try place.run("merge", base, foreign)
        #expect([0, 1].contains(merged.status), "\(merged.transcript)")
        #expect(try count(base) == expected, "\(merged.transcript)")
        try BackupPlace.expectSound(base)
        let again = try place.run("merge", base, foreign)
        #expect(again.outputText.contains(": 0 messages"), "\(again.transcript)")
        #expect(try count(base) == expected)
        // They are nobody's: mirroring the mailbox leaves them alone.
        expectDone(try place.copy(to: base, "--since-state", "last", "--deleted", "mirror"))
        #expect(try count(base) == expected)
    }

    @Test("merge refuses what is not there (66), and a PST that is named twice")
    func mergeRefusals() throws {
        let place = try BackupPlace(messages: 1)
        let base = place.path("fredb.pst")
        expectDone(try place.copy(to: base))
        #expect(try place.run("merge", base, place.path("none.pst")).status == 66)
        #expect(try place.run("merge", place.path("none.pst"), base).status == 66)
        #expect(try place.run("merge", base, base).status == 66)
        #expect(try place.run("merge", base).status == 64)
    }

    @Test("Values that make no sense are refused: 64")
    func usage() throws {
        let place = try BackupPlace(messages: 1)
        let pst = place.path("fredb.pst")
        for options in [
            ["--max-size", "100k"], ["--max-size", "300GiB"], ["--split-by", "week"], ["--keep", "daily=7"],
            ["--keep", "hourly=1"],
        ] {
            let run = try place.copy(to: pst, options: options)
            #expect(run.status == 64, "\(options): \(run.transcript)")
            #expect(run.errorOutput.split(separator: "\n").count == 1, "\(options): \(run.transcript)")
        }
        let dated = place.path("fredb-%d.pst")
        #expect(try place.copy(to: dated, "--keep", "daily=7", "--since-state", "3").status == 64)
        expectDone(try place.copy(to: dated, "--keep", "daily=7"))
        #expect(try parts(place).count == 1)
        #expect(try !parts(place)[0].contains("%"))
    }
}
