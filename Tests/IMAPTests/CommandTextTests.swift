import BinaryIO
import IMAPGrammar
import Testing

@Suite("Commands, RFC 9051 6")
struct CommandTextTests {
    @Test(
        "A string is quoted where that is safe, and a literal where not",
        arguments: [
            ("a b", .none, ["X \"a b\""]),
            (#"a"b\c"#, .none, [#"X "a\"b\\c""#]),
            ("", .none, ["X \"\""]),
            ("a\r\nA2 LOGOUT", .none, ["X {12}\r\n", "a\r\nA2 LOGOUT"]),
            ("a\r\nA2 LOGOUT", .any, ["X {12+}\r\na\r\nA2 LOGOUT"]),
            ("ü", .upTo4096, ["X {2+}\r\nü"]),
            (
                String(repeating: "ü", count: 4_096), .upTo4096,
                ["X {8192}\r\n", String(repeating: "ü", count: 4_096)]
            ),
        ] as [(String, Capabilities.NonSynchronizingLiterals, [String])])
    func strings(text: String, literals: Capabilities.NonSynchronizingLiterals, pieces: [String]) {
        var command = CommandText("X", literals: literals)
        command.appendString(Array(text.utf8))
        #expect(command.pieces.map { String(decoding: $0, as: UTF8.self) } == pieces)
    }

    @Test("A command shows nothing but its first word, whatever prints it")
    func description() {
        var command = CommandText("LOGIN")
        command.appendString(Array("fred".utf8))
        command.appendString(Array("top-secret".utf8))
        var dumped = ""
        dump(command, to: &dumped)
        for text in ["\(command)", String(reflecting: command), dumped, "\([command])"] {
            #expect(!text.contains("secret") && !text.contains("fred"), "\(text)")
        }
        #expect("\(command)" == "LOGIN")
    }

    @Test(
        "A mailbox name is the same however a connection spells it",
        arguments: ["Entwürfe", "a&b", "日本語/😀", "INBOX", "a.b*c%d\"e\\f"])
    func mailboxNames(name: String) {
        let encoded = MailboxName(wire: ModifiedUTF7.encode(name), spelling: .modifiedUTF7)
        let utf8 = MailboxName(wire: Array(name.utf8), spelling: .utf8)
        #expect(encoded == utf8)
        #expect(utf8.wire(.utf8) == Array(name.utf8))
        #expect(utf8.levels(delimiter: UInt8(ascii: "/")) == name.split(separator: "/").map(String.init))
    }

    @Test("A set of UIDs is told in ranges, in pieces of bounded length")
    func sets() {
        let set = UIDSet([9, 1, 2, 3, 5, 7, 8, 2].map(UID.init(rawValue:)))
        #expect(set.commandTexts(length: 100) == ["1:3,5,7:9"])
        #expect(set.commandTexts(length: 6) == ["1:3,5", "7:9"])
        #expect((1...9).filter { set.contains(UID(rawValue: $0)) } == [1, 2, 3, 5, 7, 8, 9])
    }
}
