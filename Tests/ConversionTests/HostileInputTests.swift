import MAPI
import Testing

@testable import Conversion

/// Whatever the bytes, the importer returns; a trap ends the test run.
@Suite("Import of hostile input") struct HostileInputTests {
    static let samples = [
        MessageKindTests.signed,
        multipart(
            "mixed",
            "Content-Type: multipart/alternative; boundary=i\n\n--i\nContent-Type: text/plain; format=flowed\n\na \nb\n--i\n"
                + "Content-Type: text/html; charset=iso-2022-jp\nContent-Transfer-Encoding: quoted-printable\n\n"
                + "<img src=3D\"cid:p\">=1B$B%a%C=\n--i--",
            "Content-Type: image/png; name*0*=utf-8''%C3; name*1*=%A9\nContent-ID: <p>\n"
                + "Content-Transfer-Encoding: base64\n\niVBORw0KGgo=",
            "Content-Type: message/rfc822\n\nSubject: =?utf-8?b?w6k=?=\nTo: \"a\\\"\" <b@c>, g: d@e;\n\nx"),
        multipart(
            "report", "\ntext",
            "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\nAction: failed\n"
                + "Final-Recipient: rfc822; a@b\nStatus: 5.1.1", parameters: "; report-type=delivery-status"),
        "Date: Thu, 29 Feb 2024 23:59:60 +0530\nReceived: a; Fri, 1 Mar 2024 00:00 GMT\nFrom: =?x?q?=FF?= <a@b>\n"
            + "Content-Type: text/plain; charset=\"euc-jp\"\n\n\u{FFFD}",
    ].map { Array($0.utf8) }

    @Test("Every prefix of a message is imported", arguments: samples)
    func prefixes(sample: [UInt8]) {
        for length in 0...sample.count {
            let result = imported(Array(sample[..<length]))
            #expect(result.message.properties.string(.messageClass) != nil)
        }
    }

    @Test("Every message with a flipped bit is imported", arguments: samples)
    func bitFlips(sample: [UInt8]) {
        for position in sample.indices {
            for bit in [0, 4, 7] {
                var damaged = sample
                damaged[position] ^= 1 << UInt8(bit)
                let result = imported(damaged)
                #expect(result.message.properties.binary(.searchKey)?.count == 16)
            }
        }
    }

    @Test("Garbage is imported", arguments: 0..<200)
    func garbage(seed: Int) {
        // A linear congruential generator: the same garbage in every run.
        var state = UInt64(seed) &* 2_862_933_555_777_941_757 &+ 3_037_000_493
        let words = [
            "--b\r\n", "--b--\n", "Content-Type: ", "multipart/mixed; boundary=b\n", "message/rfc822\n", "\n\n", ":",
            "=?",
            "?=", "<", ">", "\"", "(", ",", ";", "@", "=\n", "base64\n", "Content-Transfer-Encoding: ", "To: ", "From ",
            "\u{0}", "é", "text/html; charset=utf-16\n", "application/ms-tnef\n", "Date: ",
        ].map { Array($0.utf8) }
        var bytes: [UInt8] = []
        for _ in 0..<300 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let choice = Int(truncatingIfNeeded: state >> 33)
            if choice % 4 == 0 {
                bytes.append(UInt8(truncatingIfNeeded: choice >> 8))
            } else {
                bytes.append(contentsOf: words[choice % words.count])
            }
        }
        #expect(imported(bytes).message.properties.string(.subject) != nil)
    }

    @Test("The same message gives the same result")
    func deterministic() {
        for sample in Self.samples {
            let first = imported(sample).message
            let second = imported(sample).message
            #expect(first.properties == second.properties)
            #expect(first.recipients.map(\.properties) == second.recipients.map(\.properties))
            #expect(first.attachments.map(\.properties) == second.attachments.map(\.properties))
        }
    }

    @Test(
        "Input built to be slow or deep is imported in full",
        arguments: [
            String(repeating: "<", count: 200_000), String(repeating: "=?utf-8?q?", count: 20_000),
            String(repeating: "(", count: 200_000), String(repeating: "\"", count: 200_001),
            String(repeating: "a@b,", count: 50_000), String(repeating: "g:", count: 50_000),
            String(repeating: "; a*0=", count: 30_000), String(repeating: "\\", count: 100_000),
        ])
    func expensiveFields(value: String) {
        let text =
            "Subject: \(value)\nFrom: \(value)\nTo: \(value)\nContent-Type: text/plain; x=\(value)\nDate: \(value)\n\nend"
        #expect(imported(text).message.properties.string(.body) == "end")
    }

    @Test("A message whose lines end with CR only is read, told, and comes back byte for byte")
    func returnsOnly() throws {
        let head = "From: Ann <ann@example.com>\rSubject: old\rContent-Type: multipart/mixed; boundary=b\r\r"
        let text = head + "--b\r\rhello\rworld\r--b\rContent-Disposition: attachment; filename=a.txt\r\rdata\r--b--\r"
        let result = imported(Array(text.utf8))
        let message = result.message
        #expect(message.properties.string(.subject) == "old")
        #expect(message.properties.string(.senderName) == "Ann")
        #expect(message.properties.string(.body) == "hello\r\nworld")
        #expect(message.attachments.count == 1)
        #expect(result.problems.contains { $0.contains("CR only") })
        #expect(try rebuilt(try #require(original(of: message)), message) == Array(text.utf8))
        // With one LF the CRs are nothing but characters.
        #expect(imported(Array((text + "\n").utf8)).message.properties.string(.subject) != "old")
    }

    @Test("A part before the first boundary is kept as a file, and told")
    func partBeforeBoundary() {
        let text = """
            Subject: s
            Content-Type: multipart/mixed; boundary=b

            Content-Type: text/plain

            Hello world
            --b
            Content-Type: application/pdf; name=two.pdf

            PDF
            --b--
            """
        let result = imported(text)
        #expect(result.message.attachments.count == 2)
        #expect(result.problems.contains { $0.contains("outside the parts") })
    }
}
