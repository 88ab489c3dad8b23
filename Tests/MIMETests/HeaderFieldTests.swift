import Testing

@testable import MIME

@Suite("Header fields") struct HeaderFieldTests {
    @Test(
        "Text is decoded and unfolded",
        arguments: [
            ("plain", "plain"),
            (" a\r\n\tb ", "a b"),
            ("=?utf-8?q?caf=C3=A9?=", "café"),
            ("=?UTF-8?B?4pyT?= =?utf-8?q?_ok?=", "✓ ok"),
            ("=?iso-2022-jp?B?GyRCJUYlOSVIGyhC?=", "テスト"),
            // A character split over two words.
            ("=?utf-8?q?=E2=9C?= =?utf-8?q?=93?=", "✓"),
            ("before =?iso-8859-1?q?=E4?= after", "before ä after"),
            ("raw ünïcode", "raw ünïcode"),
            ("=?nonsense", "=?nonsense"),
            ("=?utf-8?q?a=0Ab?=", "a b"),
            // A byte that is no character costs only itself.
            ("=?gb2312?B?xOP/usM=?=", "你\u{FFFD}好"),
            // Characters that Windows adds to ISO-2022-JP.
            ("=?iso-2022-jp?B?GyRCLSEbKEI=?=", "①"),
            ("a=?utf-8?q?b?=c", "abc"),
            ("=?utf-8*en?q?x?=", "x"),
            ("=?utf-8?q?what?_now?=", "what? now"),
            ("=?utf-8?q?two words?=", "two words"),
            ("=?utf-8?x?y?=", "=?utf-8?x?y?="),
            ("=?koi8-r?q?=C1?= =?utf-8?q?b?=  c", "аb  c"),
        ])
    func text(raw: String, expected: String) {
        #expect(onBytes(raw) { HeaderText.decoded($0) } == expected)
    }

    @Test("A raw 8-bit byte that is no UTF-8 is read as windows-1252")
    func rawBytes() {
        let bytes: [UInt8] = Array("gr".utf8) + [0xFC, 0xDF, 0x80] + Array(" da".utf8)
        #expect(bytes.withUnsafeBytes { HeaderText.decoded($0) } == "grüß€ da")
    }

    @Test(
        "Dates of every style are read",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 +0000", 0),
            ("Fri, 29 Feb 2008 12:30:05 +0100", 1_204_284_605),
            ("29 Feb 2008 11:30 GMT", 1_204_284_600),
            ("Tue, 1 Jul 2003 10:52:37 +0200 (CEST)", 1_057_049_557),
            ("Tue, 1 Jul 2003\r\n\t10:52:37 -0330", 1_057_069_357),
            ("Wed, 31 Dec 1969 23:59:59 +0000", -1),
            // Obsolete and broken forms.
            ("Tue, 1 Jul 03 10:52:37 EST", 1_057_074_757),
            ("Mon, 5 May 2014 23:59:60 +0000", 1_399_334_400),
        ])
    func dates(text: String, seconds: Int64) {
        #expect(onBytes(text) { InternetDate($0)?.unixSeconds } == seconds)
    }

    @Test("What is no date is none", arguments: ["", "soon", "32", "Thu,", "\u{0}", "a, b c d e f"])
    func noDate(text: String) {
        #expect(onBytes(text) { InternetDate($0) } == nil)
    }

    @Test("The stamp of a Received field stands behind its last semicolon")
    func received() {
        let text = "from a (b; c) by d with ESMTP id 1; Thu, 01 Jan 1970 00:00:10 +0000"
        #expect(onBytes(text) { InternetDate(received: $0)?.unixSeconds } == 10)
    }

    @Test(
        "Content types are read leniently",
        arguments: [
            ("text/plain; charset=us-ascii (Plain text)", "text/plain", "charset", "us-ascii"),
            ("Text/HTML; Charset=\"UTF-8\"", "text/html", "charset", "UTF-8"),
            ("; name=\"x.zip\"", "application/octet-stream", "name", "x.zip"),
            ("plain; charset=utf-8", "text/plain", "charset", "utf-8"),
            ("text/plain charset=utf-8", "text/plain", "charset", "utf-8"),
            ("text (x) / plain; charset=utf-8", "text/plain", "charset", "utf-8"),
            ("text/plain;charset = utf-8 ;", "text/plain", "charset", "utf-8"),
            ("application/pdf; name=two words.pdf; x=y", "application/pdf", "name", "two words.pdf"),
            ("application/pdf; name=\"a;b\\\"c.pdf\"", "application/pdf", "name", "a;b\"c.pdf"),
            ("application/pdf; name=\"C:\\dir\\f.pdf\"", "application/pdf", "name", "C:\\dir\\f.pdf"),
            ("image/png; name=\"=?utf-8?q?caf=C3=A9.png?=\"", "image/png", "name", "café.png"),
            ("image/png; name*=utf-8''caf%C3%A9.png", "image/png", "name", "café.png"),
            ("image/png; name*0=\"a\"; name*1=\"b.png\"", "image/png", "name", "ab.png"),
            ("image/png; name*0*=utf-8''%C3; name*1*=%A9.png", "image/png", "name", "é.png"),
            ("image/png; name=x.png; name*=utf-8''y.png", "image/png", "name", "y.png"),
            ("image/png; name*1*=%A9.png; x=y; name*0*=utf-8''%C3", "image/png", "name", "é.png"),
            ("image/png; name*1=\"b\\\"c.png\"; name*0=\"a \"", "image/png", "name", "a b\"c.png"),
            ("charset=utf-8", "text/plain", "charset", "utf-8"),
            ("image/png; name=\"unfinished.png", "image/png", "name", "unfinished.png"),
            ("image/png; name=ünï.png", "image/png", "name", "ünï.png"),
        ])
    func contentTypes(text: String, type: String, parameter: String, value: String) throws {
        let parsed = try #require(onBytes(text) { ContentType($0) })
        #expect(parsed.name == type)
        #expect(parsed.parameters[parameter] == value)
    }

    @Test(
        "What names no type is no content type",
        arguments: ["", "text", "/plain", "text/", "; x=y", "täxt/plain"])
    func noContentType(text: String) {
        #expect(onBytes(text) { ContentType($0) } == nil)
    }

    @Test(
        "A disposition has a kind, or a file name only",
        arguments: [
            ("attachment; filename=a.pdf", "attachment", "a.pdf"), ("INLINE", "inline", nil),
            ("filename=report.pdf", "attachment", "report.pdf"), ("; filename=\"b c.pdf\"", "attachment", "b c.pdf"),
        ] as [(String, String, String?)])
    func dispositions(text: String, kind: String, name: String?) throws {
        let parsed = try #require(onBytes(text) { Disposition($0) })
        #expect(parsed.kind == kind)
        #expect(parsed.parameters["filename"] == name)
    }

    @Test("What says neither kind nor name is no disposition", arguments: ["", ";", "; size=1"])
    func noDisposition(text: String) {
        #expect(onBytes(text) { Disposition($0) } == nil)
    }

    @Test("Raw 8-bit bytes in an encoded word are in the word's charset, those around it in the message's")
    func rawBytesInWord() {
        let field = Array("=?iso-8859-1?Q?Fr".utf8) + [0xF6] + Array("sche?= ".utf8) + [0xEF]
        let text = field.withUnsafeBytes { HeaderText.decoded($0, fallback: "iso-8859-5") }
        #expect(text == "Frösche я")
    }

    @Test(
        "Transfer encodings are recognised",
        arguments: [
            ("base64", TransferEncoding.base64), (" Quoted-Printable ", .quotedPrintable), ("7bit", .identity),
            ("BASE64; x", .base64), ("x-uuencode", .uuencode), ("whatever", .identity), ("", .identity),
        ])
    func transferEncodings(text: String, expected: TransferEncoding) {
        #expect(onBytes(text) { TransferEncoding($0) } == expected)
    }
}
