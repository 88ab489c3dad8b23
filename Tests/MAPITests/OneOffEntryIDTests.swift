import MAPI
import Testing

@Suite("One-Off EntryID, [MS-OXCDATA] 2.2.5.1")
struct OneOffEntryIDTests {
    @Test("The stored form is flags, provider, version, flag word and three UTF-16 strings")
    func storedForm() {
        let bytes = OneOffEntryID(displayName: "Ä", addressType: "SMTP", address: "a@b").bytes
        let head: [UInt8] = [
            0, 0, 0, 0, 0x81, 0x2B, 0x1F, 0xA4, 0xBE, 0xA3, 0x10, 0x19, 0x9D, 0x6E, 0x00, 0xDD, 0x01, 0x0F, 0x54, 0x02,
            0, 0, 0x01, 0x80,
        ]
        let strings: [UInt8] = [
            0xC4, 0, 0, 0, 0x53, 0, 0x4D, 0, 0x54, 0, 0x50, 0, 0, 0, 0x61, 0, 0x40, 0, 0x62, 0, 0, 0,
        ]
        #expect(bytes == head + strings)
    }

    @Test("An empty display name repeats the address")
    func emptyName() {
        let without = OneOffEntryID(displayName: "", addressType: "SMTP", address: "a@b")
        let with = OneOffEntryID(displayName: "a@b", addressType: "SMTP", address: "a@b")
        #expect(without.bytes == with.bytes)
    }

    @Test("The flag word is stored little-endian and always says Unicode", arguments: [UInt16(0x9001), 0x1001])
    func flagWord(flags: UInt16) {
        let bytes = OneOffEntryID(displayName: "x", addressType: "SMTP", address: "x", flags: flags).bytes
        #expect(Array(bytes[22..<24]) == [0x01, 0x90])
    }

    @Test("A NUL inside a string does not shift the strings after it")
    func embeddedNUL() {
        let damaged = OneOffEntryID(displayName: "a\u{0}b", addressType: "SMTP", address: "c@\u{0}d").bytes
        #expect(damaged == OneOffEntryID(displayName: "ab", addressType: "SMTP", address: "c@d").bytes)
    }

    @Test("Characters beyond the basic plane are stored as surrogate pairs")
    func surrogates() {
        let bytes = OneOffEntryID(displayName: "😀", addressType: "SMTP", address: "a").bytes
        #expect(Array(bytes[24..<30]) == [0x3D, 0xD8, 0x00, 0xDE, 0, 0])
    }

    @Test(
        "A search key is the type and address with ASCII upper-cased and one zero byte",
        arguments: [
            ("SMTP", "John.Doe@Example.org", "SMTP:JOHN.DOE@EXAMPLE.ORG\0"),
            ("smtp", "", "SMTP:\0"),
            ("SMTP", "jürgen@exämple.org", "SMTP:JüRGEN@EXäMPLE.ORG\0"),
        ])
    func searchKey(type: String, address: String, expected: String) {
        #expect(AddressSearchKey.bytes(addressType: type, address: address) == Array(expected.utf8))
    }
}
