import Testing

@testable import MIME

@Suite("Enriched text") struct EnrichedTextTests {
    @Test(
        "Enriched text becomes HTML",
        arguments: [
            ("<bold>a</bold> <Italic>b</Italic>", "<b>a</b> <i>b</i>"),
            ("a\nb\r\n\r\nc", "a b<br>\r\nc"),
            ("a<<b>c & d", "a&lt;b&gt;c &amp; d"),
            ("<color><param>red</param>x</color>", "x"),
            ("<nofill>a\nb</nofill>", "a<br>\r\nb"),
            ("a < b", "a &lt; b"), ("a <unfinished", "a &lt;unfinished"), ("</param>x", "x"), ("", ""),
        ])
    func enriched(text: String, html: String) {
        #expect(String(decoding: EnrichedText.html(Array(text.utf8), isRichText: false), as: UTF8.self) == html)
    }

    @Test(
        "Rich text has its own line breaks and comments",
        arguments: [
            ("a\nb<nl>c", "a b<br>\r\nc"), ("a<lt>b", "a&lt;b"), ("<comment>no</comment>yes", "yes"),
        ])
    func rich(text: String, html: String) {
        #expect(String(decoding: EnrichedText.html(Array(text.utf8), isRichText: true), as: UTF8.self) == html)
    }

    @Test("Megabytes of commands are no recursion")
    func large() {
        let text = Array(String(repeating: "<bold>", count: 300_000).utf8)
        #expect(EnrichedText.html(text, isRichText: false).count == 900_000)
    }
}
