import Testing

@testable import Maildir

@Suite("Folder names")
struct FolderNameTests {
    @Test(
        "A directory name becomes the name people see",
        arguments: [
            (Array("Entw&APw-rfe".utf8), "Entwürfe"),
            (Array("Entwürfe".utf8), "Entwürfe"),
            (Array("R&D".utf8), "R&D"),
            ([0x63, 0x61, 0x66, 0xE9], "caf%E9"),
            (Array("a/b\\c".utf8), "a/b\\c"),
        ] as [([UInt8], String)])
    func displays(name: [UInt8], expected: String) {
        #expect(FolderName.display(name) == expected)
    }

    @Test(
        "A Maildir++ name is split at its dots, and no level is empty",
        arguments: [
            ("Sent", ["Sent"]),
            ("Archives.2002.08", ["Archives", "2002", "08"]),
            ("A..B", ["A", ".B"]),
            ("A.", ["A."]),
            (".A", [".A"]),
            ("..", [".."]),
            ("", []),
        ] as [(String, [String])])
    func splits(name: String, expected: [String]) {
        #expect(FolderName.levels(Array(name.utf8)).map { String(decoding: $0, as: UTF8.self) } == expected)
    }
}

@Suite("Escaped names")
struct EscapedNameTests {
    @Test(
        "Bytes come back exactly, and the text is plain ASCII",
        arguments: [
            Array("1030030052.M263P1.host,S=12:2,S".utf8), Array("100% sure\n".utf8), Array(0...255), Array("é".utf8),
            [],
        ] as [[UInt8]])
    func roundTrip(bytes: [UInt8]) {
        let text = EscapedName.encode(bytes)
        var back: [UInt8] = []
        EscapedName.decode(text, into: &back)
        #expect(back == bytes)
        #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    }

    @Test("Names that are equal as text but not as bytes stay different")
    func canonicalEquivalents() {
        #expect(EscapedName.encode(Array("\u{E9}".utf8)) != EscapedName.encode(Array("e\u{301}".utf8)))
    }
}
