import MailStore
import Maildir
import Testing
import Transfer

@testable import CommandLine

@Suite("Numbers and names for people")
struct FormatTests {
    @Test(
        "Counts have a comma every three digits",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (12_043, "12,043"), (1_234_567, "1,234,567"), (-1000, "-1,000"),
        ])
    func counts(value: Int, expected: String) {
        #expect(Format.count(value) == expected)
    }

    @Test(
        "Sizes have one decimal of a decimal unit",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1049, "1.0 kB"), (1050, "1.1 kB"), (999_949, "999.9 kB"),
            (999_950, "1.0 MB"), (1_234_567_890, "1.2 GB"), (Int.max, "9.2 EB"),
        ])
    func sizes(value: Int, expected: String) {
        #expect(Format.bytes(value) == expected)
    }

    @Test(
        "What somebody typed into a URL before the host is not told",
        arguments: [
            ("no URL, a@b", "no URL, a@b"), ("'imaps://h.example/x'", "'imaps://h.example/x'"),
            ("'imaps://fred:s3cret@h' is wrong", "'imaps://…@h' is wrong"),
            ("'imap://a:b@c@h' and 'imaps://x:y@z'", "'imap://…@h' and 'imaps://…@z'"),
            ("'imaps://fred:s3 c/ret@h'", "'imaps://…@h'"), ("imaps://:@", "imaps://…@"),
        ])
    func userInfo(text: String, expected: String) {
        #expect(text.hidingUserInfo == expected)
    }

    @Test(
        "Durations are hours, minutes and seconds",
        arguments: [(0, "00:00:00"), (72, "00:01:12"), (3_600, "01:00:00"), (360_000, "100:00:00"), (-1, "00:00:00")])
    func durations(seconds: Int, expected: String) {
        #expect(Format.duration(.seconds(seconds)) == expected)
    }

    @Test(
        "Text for a terminal stays on its line and has no effect",
        arguments: [
            ("Grüße 日本語 😀", "Grüße 日本語 😀"), ("a\nb\t\r", "a\\nb\\t\\r"), ("\u{1B}[31m", "\\u{1B}[31m"),
            ("\u{202E}x\u{9B}", "\\u{202E}x\\u{009B}"),
        ])
    func printable(text: String, expected: String) {
        #expect(text.printable == expected)
    }

    @Test(
        "A JSON string is quoted",
        arguments: [("a\"b\\c", #""a\"b\\c""#), ("\n\r\t\u{1}\u{7F}é", #""\n\r\t\u0001\u007fé""#)])
    func quoted(text: String, expected: String) {
        #expect(JSONObject.quoted(text) == expected)
    }

    @Test("The progress line tells messages, bytes, rate and time left")
    func progressLine() {
        var counts = TransferCounts()
        (counts.saved, counts.bytes) = (1_500, 30_000_000)
        var totals = TransferProgress.Totals()
        (totals.messages, totals.bytes) = (6_000, 120_000_000)
        let progress = TransferProgress(counts: counts, totals: totals, folder: FolderPath(["A", "B"]))
        #expect(
            ProgressBar.line(progress, elapsed: .seconds(10))
                == "[#####---------------] 25%  1,500/6,000 messages  30.0 MB  3.0 MB/s  00:00:30 left  A/B")
        let open = TransferProgress(counts: counts, totals: nil, folder: FolderPath(["A"]))
        #expect(ProgressBar.line(open, elapsed: .zero) == "1,500 messages  30.0 MB  0 B/s  A")
    }

    @Test(
        "A source is a path and perhaps a layout",
        arguments: [
            ("maildir:/a", "/a", nil), ("maildir:/a?layout=fs", "/a", "fs"), ("maildir:a?b", "a?b", nil),
            ("maildir:/x?a=b/c", "/x?a=b/c", nil), ("maildir:/a?layout=maildir++", "/a", "maildir++"),
        ] as [(String, String, String?)])
    func source(text: String, path: String, layout: String?) throws {
        let layout = try layout.map { try #require(MaildirLayout(rawValue: $0)) }
        #expect(try SourceURL(text) == .maildir(path: path, layout: layout))
    }

    @Test(
        "A source is a server, with or without a port",
        arguments: [
            ("imaps://mail.example.com", "mail.example.com", nil, true), ("imap://h:1143/", "h", 1143, false),
            ("IMAPS://[::1]:993", "::1", 993, true),
        ] as [(String, String, Int?, Bool)])
    func server(text: String, host: String, port: Int?, usesImplicitTLS: Bool) throws {
        guard case .server(let server) = try SourceURL(text) else {
            Issue.record("\(text) is no server")
            return
        }
        #expect(server.host == host && server.port == port && server.usesImplicitTLS == usesImplicitTLS)
    }

    @Test(
        "What is no server is refused, and a password above all",
        arguments: [
            "imaps://", "imaps://fred:secret@host", "imap://host:0", "imap://host:x", "imap://a:1:2", "pop://host",
        ])
    func noServer(text: String) {
        let error = #expect(throws: (any Error).self) { try SourceURL(text) }
        #expect(error.map { "\($0)".contains("secret") } == false)
    }

    @Test(
        "The exit status follows from the failure, else from the problems",
        arguments: [
            (nil, 0, 0), (nil, 1, 1), (.badData, 0, 65), (.noInput, 0, 66), (.unavailable, 0, 69),
            (.cannotCreate, 0, 73),
            (.inputOutput, 3, 74), (.temporary, 0, 75), (.accessDenied, 0, 77), (.loginRefused, 0, 77),
            (.configuration, 0, 78), (.cancelled, 0, 143),
        ] as [(StoreError.Code?, Int, Int32)])
    func exitStatus(code: StoreError.Code?, problems: Int, expected: Int32) {
        var counts = TransferCounts()
        counts.problems = problems
        let result = TransferResult(counts: counts, failure: code.map { StoreError($0, "x") })
        #expect(ExitStatus(result, signal: 15).rawValue == expected)
    }

    @Test("Counts that do not agree are no success")
    func disagreement() {
        var counts = TransferCounts()
        counts.listed = 1
        #expect(ExitStatus(TransferResult(counts: counts, failure: nil), signal: nil) == .problems)
    }
}
