import MailStore
import Testing

@testable import Maildir

@Suite("Message file names")
struct MaildirFileNameTests {
    private func parse(_ name: String) -> (unique: String, state: MessageState, letters: UInt32) {
        Array(name.utf8).withUnsafeBufferPointer { bytes in
            let parsed = MaildirFileName(bytes)
            let unique = String(decoding: bytes.prefix(parsed.uniqueLength), as: UTF8.self)
            return (unique, parsed.state, parsed.keywordLetters)
        }
    }

    @Test(
        "The unique part ends at the separator of the info",
        arguments: [
            ("1.M2P3.host", "1.M2P3.host"),
            ("1.M2P3.host:2,S", "1.M2P3.host"),
            ("1.M2P3.host;2,S", "1.M2P3.host"),
            ("1.M2P3.host!2,S", "1.M2P3.host"),
            ("1.host,S=12,W=13:2,", "1.host,S=12,W=13"),
            ("1.host:", "1.host"),
            ("1.ho;st!x:2,F", "1.ho;st!x"),
            ("1.host:1,experimental", "1.host"),
            ("a;", "a;"),
            ("a!2", "a!2"),
        ])
    func uniquePart(name: String, expected: String) {
        #expect(parse(name).unique == expected)
    }

    @Test(
        "Each flag letter is one part of the state, in any order and with any separator",
        arguments: [
            ("u:2,", ""),
            ("u:2,D", "draft"),
            ("u:2,F", "flagged"),
            ("u:2,P", "forwarded"),
            ("u:2,R", "answered"),
            ("u:2,S", "seen"),
            ("u:2,T", "deleted"),
            ("u;2,TSRPFD", "draft flagged forwarded answered seen deleted"),
            ("u!2,SX9", "seen"),
            ("u:2,S,D", "seen"),
            ("u:1,S", ""),
            ("u:S", ""),
            ("u,S", ""),
        ])
    func flags(name: String, expected: String) {
        let state = parse(name).state
        let parts = [
            (state.draft, "draft"), (state.flagged, "flagged"), (state.forwarded, "forwarded"),
            (state.answered, "answered"), (state.seen, "seen"), (state.deleted, "deleted"),
        ]
        #expect(parts.filter(\.0).map(\.1).joined(separator: " ") == expected)
        #expect(state.keywords == [])
    }

    @Test("Small letters are keywords", arguments: [("u:2,Sacz", 0b101 | 1 << 25), ("u:2,S", 0), ("u:2,a,b", 1)])
    func letters(name: String, expected: Int) {
        #expect(parse(name).letters == UInt32(expected))
    }
}
