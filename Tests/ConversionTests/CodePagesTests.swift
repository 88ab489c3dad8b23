import Conversion
import Testing

@Suite("Code pages")
struct CodePagesTests {
    @Test(
        "A charset label gives its code page in any case, with aliases and quotes",
        arguments: [
            ("us-ascii", 20127), ("UTF-8", 65001), ("utf8", 65001), ("utf-7", 65000), ("UTF-16", 1200),
            ("utf-16be", 1201), ("utf-32be", 12001), ("ISO-8859-1", 28591), ("latin1", 28591), ("iso8859-2", 28592),
            ("ISO_8859-5", 28595), ("iso-8859-8", 28598), ("ISO-8859-8-I", 38598), ("iso-8859-9", 28599),
            ("iso-8859-13", 28603), ("iso-8859-15", 28605), ("iso-2022-jp", 50220), ("csISO2022JP", 50221),
            ("euc-jp", 51932), ("Shift_JIS", 932), ("x-sjis", 932), ("windows-31j", 932), ("gb2312", 936), ("GBK", 936),
            ("x-gbk", 936), ("gb18030", 54936), ("hz-gb-2312", 52936), ("Big5", 950), ("big5-hkscs", 951),
            ("euc-kr", 949), ("ks_c_5601-1987", 949), ("iso-2022-kr", 50225), ("johab", 1361), ("koi8-r", 20866),
            ("koi8-u", 21866), ("windows-1252", 1252), ("cp1251", 1251), ("windows-874", 874), ("tis-620", 874),
            ("iso-8859-11", 874), ("ibm437", 437), ("cp866", 866), ("macintosh", 10000), ("x-mac-cyrillic", 10007),
            ("x-mac-ce", 10029), (" \"utf-8\" ", 65001),
        ] as [(String, Int32)])
    func numbers(label: String, number: Int32) {
        #expect(CodePage.number(ofCharset: label) == number)
    }

    @Test(
        "Charsets without a code page and unknown labels have no number",
        arguments: ["iso-8859-10", "iso-8859-14", "iso-8859-16", "x-unknown", "", "foo", "x-"])
    func unknown(label: String) {
        #expect(CodePage.number(ofCharset: label) == nil)
    }

    @Test(
        "The name of a code page leads back to its number",
        arguments: [437, 932, 936, 949, 1252, 10000, 20127, 28591, 38598, 50220, 65001] as [Int32])
    func names(number: Int32) throws {
        let name = try #require(CodePage.charsetName(of: number))
        #expect(CodePage.number(ofCharset: name) == number)
    }

    @Test(
        "Bytes of a code page give their text",
        arguments: [
            (1252, [0x80, 0x41, 0xE4], "€Aä"),
            (28591, [0x93, 0xE9, 0x94], "“é”"),
            (1251, [0xCF, 0xF0], "Пр"),
            (932, [0x93, 0xFA, 0x96, 0x7B], "日本"),
            (936, [0xD6, 0xD0], "中"),
            (949, [0xC7, 0xD1], "한"),
            (950, [0xA4, 0xA4], "中"),
            (65001, [0xC3, 0xA4], "ä"),
            (1200, [0xE4, 0x00, 0x3D, 0xD8, 0x00, 0xDE], "ä😀"),
            (1201, [0x00, 0xE4], "ä"),
            (50220, [0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], "日"),
            (20866, [0xC1], "а"),
            (10000, [0x8A], "ä"),
            (0, [0xE4], "ä"),
        ] as [(Int32, [UInt8], String)])
    func decoding(number: Int32, bytes: [UInt8], text: String) {
        #expect(CodePage.text(bytes, codePage: number) == text)
    }

    @Test(
        "Bytes that are not valid, and code pages that do not exist, still give text",
        arguments: [
            (932, [0x41, 0xFF, 0x42], "A\u{FFFD}B"),
            (932, [0x41, 0x93], "A\u{FFFD}"),
            (65001, [0x41, 0xFF], "A\u{FFFD}"),
            (1200, [0x41, 0x00, 0x42], "A"),
            (64000, [0xC3, 0xA4], "ä"),
            (64000, [0xE4], "ä"),
            (-1, [0xE4], "ä"),
        ] as [(Int32, [UInt8], String)])
    func damaged(number: Int32, bytes: [UInt8], text: String) {
        #expect(CodePage.text(bytes, codePage: number) == text)
    }
}
