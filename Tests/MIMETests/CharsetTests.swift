import Testing

@testable import MIME

@Suite("Charsets") struct CharsetTests {
    static let cases: [([UInt8], String?, String, String)] = [
        (Array("abc".utf8), nil, "abc", "us-ascii"),
        (Array("é".utf8), nil, "é", "utf-8"),
        (Array("é".utf8), "us-ascii", "é", "utf-8"),
        ([0xE9], "us-ascii", "é", "windows-1252"),
        ([0xE9], "unknown-8bit", "é", "windows-1252"),
        ([0xE9], "iso-8859-1", "é", "iso-8859-1"),
        ([0x80, 0x81], "ISO-8859-1", "€\u{81}", "iso-8859-1"),
        ([0xE9], "x-nonsense", "é", "windows-1252"),
        ([0xE9], "utf-8", "é", "windows-1252"),
        ([0xEF], "iso-8859-5", "я", "iso-8859-5"),
        ([0xC6, 0xFC, 0xCB, 0xDC], "euc-jp", "日本", "euc-jp"),
        ([0xB0, 0xA1], "ks_c_5601-1987", "가", "ks_c_5601-1987"),
        ([0xC4, 0xE3], "gb2312", "你", "gb2312"),
        ([0x1B, 0x24, 0x42, 0x46, 0x7C, 0x1B, 0x28, 0x42], "iso-2022-jp", "日", "iso-2022-jp"),
        // The last character may have to wait for a mark that never comes.
        (Array("Vi".utf8) + [0xEA] + Array("t Nam".utf8), "windows-1258", "Viêt Nam", "windows-1258"),
        (Array("Nam".utf8), "tcvn", "Nam", "tcvn"),
        (Array("a ~~ ~{<:Ky2;~} b~\n c ~{VP\nd".utf8), "hz-gb-2312", "a ~ 己所不 b c 中\nd", "hz-gb-2312"),
        // Labels that are not registered and occur.
        ([0xD1], "koi8_r", "я", "koi8_r"), ([0xFF], "windows1251", "я", "windows1251"),
        ([0xFF], "win-1251", "я", "win-1251"), ([0xC6, 0xFC], "euc_jp", "日", "euc_jp"),
        ([0xC6, 0xFC], "x-euc-jp", "日", "x-euc-jp"), ([0x93, 0xFA], "x-ms-cp932", "日", "x-ms-cp932"),
        ([0xB0, 0xA1], "euc_kr", "가", "euc_kr"), ([0xB0, 0xA1], "ksc5601", "가", "ksc5601"),
        ([0xB0, 0xA1], "ksc_5601", "가", "ksc_5601"), ([0xC4, 0xE3], "gb2312-80", "你", "gb2312-80"),
        ([0x8E], "macroman", "é", "macroman"), ([0x8E], "mac-roman", "é", "mac-roman"),
        // Mislabelled, as some mailers do.
        (Array("日".utf8), "iso-2022-jp", "日", "utf-8"),
        ([0xC6, 0xFC], "iso-2022-jp", "日", "euc-jp"),
    ]

    @Test("Labels right, wrong and missing lead to the right text", arguments: cases)
    func decode(bytes: [UInt8], label: String?, text: String, charset: String) {
        let decoded = bytes.withUnsafeBytes { Charset.decode($0, label: label) }
        #expect(decoded.text == text)
        #expect(decoded.charset == charset)
        #expect(decoded.replacedCount == 0)
    }

    @Test("Damaged UTF-8 keeps what is well-formed and counts what is not")
    func damaged() {
        let bytes = Array("äöü".utf8) + [0xFF] + Array("ß".utf8)
        let decoded = bytes.withUnsafeBytes { Charset.decode($0, label: "utf-8") }
        #expect(decoded.text == "äöü\u{FFFD}ß")
        #expect(decoded.replacedCount == 1)
    }

    @Test("Every byte of windows-1252 is a character of its own")
    func windowsLatin() {
        let bytes = (0...255).map { UInt8($0) }
        let text = bytes.withUnsafeBytes { Charset.decode($0, label: "windows-1252") }.text
        #expect(text.unicodeScalars.count == 256)
        #expect(Set(text.unicodeScalars).count == 256)
    }

    @Test(
        "A charset label can hold anything",
        arguments: ["", "\0", "utf-8//TRANSLIT", "a,b", "\"utf-8\"", "😀", " UTF-8 "])
    func labels(label: String) {
        let decoded = Array("x".utf8).withUnsafeBytes { Charset.decode($0, label: label) }
        #expect(decoded.text == "x")
    }
}
