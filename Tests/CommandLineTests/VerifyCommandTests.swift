import Foundation
import Glibc
import TestSupport
import Testing

@Suite("mailbackup verify")
struct VerifyCommandTests {
    let place: TemporaryFolder
    let tree: MaildirTree
    var pst: String { place.path("fredb.pst") }
    var source: String { "maildir:\(tree.path)" }

    init() throws {
        place = try TemporaryFolder()
        tree = try MaildirTree(place.path("Maildir"))
        for number in 1...3 {
            try tree.addFile(
                "cur/\(number).host:2,S", "From: ann@example.com\nSubject: Letter \(number)\n\nhello\n", time: number)
        }
        let copied = try Program().run(["copy", "--user", "F", "--source", source, "--out", pst])
        try #require(copied.status == 0, "\(copied.errors)")
    }

    @Test("A good file has nothing to tell, beside its source too")
    func good() throws {
        for options in [[], ["--source", source]] {
            let outcome = try Program().run(["verify", pst] + options)
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.errors == "")
            #expect(outcome.output.hasPrefix("\(pst): 3 messages in "))
            #expect(outcome.output.contains("structure: 0 errors, 0 warnings · libpst: 3 of 3 alike"))
            #expect(outcome.output.contains("source: 3 of 3 alike") == !options.isEmpty)
            #expect(try Program().run(["verify", pst, "--quiet"] + options).output == "")
        }
    }

    @Test("A message that is missing, or only in the PST, is a difference with a remedy")
    func otherSource() throws {
        try tree.addFile("cur/4.host:2,S", "Subject: Letter 4\n\nhello\n", time: 4)
        let missing = try Program().run(["verify", pst, "--source", source])
        #expect(missing.status == 65)
        #expect(missing.errorLines.count == 1)
        #expect(missing.errors.contains("Letter 4"))
        #expect(missing.errors.contains("Copy the mailbox again"))
        let selected = try Program().run(["verify", pst, "--source", source, "--before", "1970-01-01T00:00:04Z"])
        #expect(selected.status == 0, "\(selected.errors)")
    }

    @Test("Damage is found, exits 65, and has a JSON line with rule and remedy")
    func damage() throws {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: pst)))
        // In the middle of the first allocated page or block behind the maps.
        let position = 0x4400 + 0x420
        bytes[position] ^= 0xFF
        try Data(bytes).write(to: URL(fileURLWithPath: pst))
        let outcome = try Program().run(["verify", pst, "--json"])
        #expect(outcome.status == 65)
        let objects = try outcome.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects.allSatisfy { $0["schema"] as? Int == 1 })
        let finding = try #require(objects.first { $0["event"] as? String == "finding" })
        #expect((finding["rule"] as? String)?.isEmpty == false)
        #expect((finding["remedy"] as? String)?.isEmpty == false)
        #expect(objects.last?["event"] as? String == "verify-finished")
        #expect(objects.last?["status"] as? Int == 65)
    }

    @Test(
        "What cannot be verified has its exit status",
        arguments: [(64, []), (66, ["PLACE/no.pst"])] as [(Int32, [String])])
    func failures(status: Int32, arguments: [String]) throws {
        let outcome = try Program().run(["verify"] + arguments.map { $0.replacing("PLACE", with: place.path) })
        #expect(outcome.status == status)
        #expect(outcome.errorLines.count == 1)
    }

    @Test("A copy can be proven before it counts as done")
    func copyAndVerify() throws {
        let outcome = try Program().run(
            ["copy", "--user", "F", "--source", source, "--out", place.path("b.pst"), "--verify"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.split(separator: "\n").count { $0.contains(": 3 messages, 0 problems") } == 1)
    }

    @Test("Help has an example and the exit statuses")
    func help() throws {
        let help = try Program().run(["verify", "--help"])
        #expect(help.output.contains("mailbackup verify fredb.pst"))
        for status in ["0 ", "1 ", "64", "65", "66"] { #expect(help.output.contains("  \(status)")) }
        #expect(try !Program().run(["--help"]).output.contains("libpst-reader"))
    }
}
