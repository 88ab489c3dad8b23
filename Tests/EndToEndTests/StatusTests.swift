import Foundation
import TestSupport
import Testing

/// What `mailbackup status` tells of the runs before it.
@Suite("mailbackup status")
struct StatusTests {
    @Test("tells the runs and PSTs of a journal, for people and for programs: 0")
    func wellAndGood() throws {
        let place = try BackupPlace(messages: 6)
        let pst = place.path("fredb.pst")
        #expect(try place.copy(to: pst, "--since-state", "last").status == 0)
        try place.deliver(7...7)
        try place.remove(2)
        #expect(try place.copy(to: pst, "--since-state", "last").status == 0)
        let text = try place.run("status")
        #expect(text.status == 0, "\(text.transcript)")
        for part in [
            "fredb: 2 runs", "\(pst): 6 messages", "1 gone at the source and kept", "state 1", "6 new", "state 2",
            "1 new", "complete",
        ] {
            #expect(text.outputText.contains(part), "\(part): \(text.transcript)")
        }
        let json = try place.run("status", "--user", "fredb", "--json", "--runs", "1")
        #expect(json.status == 0, "\(json.transcript)")
        let objects = try json.outputText.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
        #expect(objects.map { $0["event"] as? String } == ["store", "run"])
        #expect(objects.allSatisfy { $0["schema"] as? Int == 1 })
        #expect(objects[0]["messages"] as? Int == 6)
        #expect(objects[0]["gone"] as? Int == 1)
        #expect(objects[1]["state"] as? Int == 2)
        #expect(objects[1]["saved"] as? Int == 1)
        #expect(objects[1]["result"] as? String == "complete")
    }

    @Test("exits 1 after a run that failed, and says why")
    func failed() throws {
        let place = try BackupPlace(messages: 3)
        let pst = place.path("fredb.pst")
        #expect(try place.copy(to: pst, "--since-state", "last").status == 0)
        #expect(try place.copy(to: pst, "--folder", "Nowhere").status == 66)
        let text = try place.run("status")
        #expect(text.status == 1, "\(text.transcript)")
        #expect(text.outputText.contains("failed: "), "\(text.transcript)")
        #expect(text.outputText.contains("Nowhere"), "\(text.transcript)")
    }

    @Test("tells what was wrong with a message that the last run stored: 1")
    func problems() throws {
        let place = try BackupPlace(messages: 1)
        let odd = place.maildir + "/cur/1700000099.odd.host:2,S"
        try "This is no header, and no message.\n".write(toFile: odd, atomically: true, encoding: .utf8)
        #expect(try place.copy(to: place.path("fredb.pst"), "--since-state", "last").status == 1)
        let text = try place.run("status")
        #expect(text.status == 1, "\(text.transcript)")
        #expect(text.outputText.contains(" - INBOX: 1700000099.odd.host: "), "\(text.transcript)")
        let json = try place.run("status", "--json")
        #expect(json.outputText.contains("\"event\":\"problem\""), "\(json.transcript)")
        #expect(json.outputText.contains("1700000099.odd.host"), "\(json.transcript)")
    }

    @Test("exits 66 where there is no journal, and 65 where it is damaged, with one line")
    func nothingToRead() throws {
        let place = try BackupPlace(messages: 1)
        let text = place.path("text.sqlite")
        try String(repeating: "no journal ", count: 1000).write(toFile: text, atomically: true, encoding: .utf8)
        for (arguments, status) in [
            ([], 66), (["--user", "nobody"], 66), (["--journal", place.path("none.sqlite")], 66),
            (["--journal", text], 65),
        ] as [([String], Int32)] {
            let run = try CommandRun.run(
                BuiltProgram.mailbackup, ["status"] + arguments, environment: ["XDG_STATE_HOME": place.state])
            #expect(run.status == status, "\(arguments): \(run.transcript)")
            #expect(run.errorOutput.split(separator: "\n").count == 1, "\(arguments): \(run.transcript)")
        }
    }
}
