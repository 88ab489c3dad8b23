import BinaryIO
import Testing

@Suite("Modified UTF-7, RFC 3501 5.1.3")
struct ModifiedUTF7Tests {
    @Test(
        "A mailbox name is decoded",
        arguments: [
            ("INBOX", "INBOX"),
            ("Entw&APw-rfe", "Entwürfe"),
            ("Gr&APYA3w-e &- Ma&AN8-e", "Größe & Maße"),
            ("&ZeVnLIqe-", "日本語"),
            ("&2D3eAA- fun", "😀 fun"),
            ("&AC4-", "."),
            ("", ""),
        ])
    func decodes(name: String, expected: String) {
        #expect(ModifiedUTF7.decode(Array(name.utf8)) == expected)
    }

    @Test(
        "What is no modified UTF-7 is not taken for it",
        arguments: [
            "R&D", "&", "&APw", "&A-", "&AP-", "&APx-", "&2D0-", "&3gA-", "&AP!-", "Grüße", "&AAAA-",
        ])
    func refuses(name: String) {
        #expect(ModifiedUTF7.decode(Array(name.utf8)) == nil)
    }

    @Test(
        "A name of any script comes back from its encoding",
        arguments: ["INBOX", "Größe & Maße", "日本語", "😀 fun", "a/b.c*%\"\\", " blanks ", "&", "&-", ""])
    func roundTrip(name: String) {
        let encoded = ModifiedUTF7.encode(name)
        #expect(encoded.allSatisfy { (0x20..<0x7F).contains($0) })
        #expect(ModifiedUTF7.decode(encoded) == name)
    }
}
