import Foundation
import TestSupport
import Testing

/// Messages in messages, as other readers find them.
@Suite("A message that is attached to a message")
struct EmbeddedMessageTests {
    private static func message(_ number: Int) -> String {
        """
        From: a@example.com
        Subject: outer \(number)
        Content-Type: multipart/mixed; boundary=o

        --o

        text outer \(number)
        --o
        Content-Type: message/rfc822

        From: b@example.com
        Subject: inner \(number)
        Content-Type: multipart/mixed; boundary=i

        --i

        text inner \(number)
        --i
        Content-Type: message/rfc822

        Subject: innermost \(number)

        text innermost \(number)
        --i--
        --o
        Content-Type: message/rfc822

        Subject: second \(number)

        text second \(number)
        --o--
        """
    }

    @Test("is shown in its place by libpff, whatever else is in the PST")
    func libpff() throws {
        let place = try TemporaryDirectory()
        for folder in ["cur", "new", "tmp"] {
            try FileManager.default.createDirectory(
                atPath: place.path + "/Maildir/" + folder, withIntermediateDirectories: true)
        }
        for number in 1...3 {
            try Self.message(number).write(
                toFile: place.path + "/Maildir/cur/\(number).n.host:2,S", atomically: true, encoding: .utf8)
        }
        let pst = place.path + "/a.pst"
        _ = try CommandRun.run(
            BuiltProgram.mailbackup, ["copy", "--user", "a", "--source", "maildir:\(place.path)/Maildir", "--out", pst]
        ).succeeded()
        let target = place.path + "/pff"
        _ = try CommandRun.run("pffexport", ["-q", "-m", "items", "-t", target, pst]).succeeded()
        let paths = FileManager.default.enumerator(atPath: target + ".export")?.compactMap { $0 as? String } ?? []
        let texts = try paths.filter { $0.hasSuffix("/Message.txt") }.sorted().map { path in
            try String(contentsOfFile: "\(target).export/\(path)", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let expected = (1...3).flatMap { number in
            ["outer", "inner", "innermost", "second"].map { "text \($0) \(number)" }
        }
        #expect(texts.sorted() == expected.sorted())
        // Each lies below the one that it is attached to.
        for number in 1...3 {
            let places = paths.filter { $0.hasSuffix("/Message.txt") && $0.contains("Inbox/Message0000\(number)/") }
            #expect(places.count == 4, "\(places)")
        }
    }
}
