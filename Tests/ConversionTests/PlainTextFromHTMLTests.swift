import Conversion
import Testing

@Suite("Plain text from HTML")
struct PlainTextFromHTMLTests {
    @Test(
        "White space, breaks and blocks give lines",
        arguments: [
            ("plain", "plain"),
            ("", ""),
            ("  a \n\t b  ", "a b"),
            ("a<br>b", "a\r\nb"),
            ("a<br/>b</br>c", "a\r\nb\r\nc"),
            ("a<br><br>b", "a\r\n\r\nb"),
            ("a <br> b", "a\r\nb"),
            ("<p>a</p><p>b</p>", "a\r\n\r\nb\r\n"),
            ("<p>a<p>b", "a\r\n\r\nb"),
            ("a<p>b</p>c", "a\r\nb\r\n\r\nc"),
            ("<h1>T</h1>a", "T\r\n\r\na"),
            ("<div>a</div><div>b</div>", "a\r\nb\r\n"),
            ("<div>a</div><div><br></div><div>b</div>", "a\r\n\r\nb\r\n"),
            ("<div>a</div><div>&nbsp;</div><div>b</div>", "a\r\n\r\nb\r\n"),
            ("a<br><br><br><br><br><br>b", "a\r\n\r\n\r\nb"),
            ("a<hr>b", "a\r\n________________________________\r\nb"),
            ("<blockquote>q</blockquote>a", "q\r\na"),
            ("<b>a</b><i>b</i> <u>c</u>", "ab c"),
            ("un<b>believ</b>able", "unbelievable"),
            ("<pre>a  b\n  c\n</pre>d", "a  b\r\n  c\r\nd"),
            ("<pre>\nx\r\ny</pre>", "x\r\ny\r\n"),
        ])
    func lines(html: String, text: String) {
        #expect(PlainTextFromHTML.text(of: html) == text)
    }

    @Test(
        "Tables separate cells by a TAB and rows by lines, whatever blocks the cells are made of",
        arguments: [
            ("<table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>", "a\tb\r\nc\td\r\n"),
            ("<tr><th> a </th> <th> b </th></tr>", "a\tb\r\n"),
            ("<tr><td><p>a</p></td><td><p>b</p></td></tr>e", "a\tb\r\ne"),
            ("<tr><td>a</td><td></td><td>c</td></tr>", "a\t\tc\r\n"),
            ("<tr><td>&nbsp;</td><td>b</td></tr>", "b\r\n"),
            (
                "<table><tr><td><table><tr><td>a</td></tr><tr><td>b</td></tr></table></td></tr></table>c",
                "a\r\nb\r\nc"
            ),
            ("<tr><td>a<br>b</td><td>c</td></tr>", "a\r\nb\tc\r\n"),
        ])
    func tables(html: String, text: String) {
        #expect(PlainTextFromHTML.text(of: html) == text)
    }

    @Test(
        "List items have a star or their number",
        arguments: [
            ("<ul><li>a</li><li>b</li></ul>c", "* a\r\n* b\r\nc"),
            ("<ol><li>a<li>b</ol>c", "1. a\r\n2. b\r\nc"),
            ("<ol start=5><li>a<li value=9>b<li>c</ol>", "5. a\r\n9. b\r\n10. c\r\n"),
            ("<ul><li><p>a</p></li><li>b</ul>", "* a\r\n\r\n* b\r\n"),
            ("<ul><li>a<ul><li>b</ul><li>c</ul>", "* a\r\n  * b\r\n* c\r\n"),
            ("<li>a", "* a"),
            ("<ul><li></ul>x", "x"),
            ("<ol start=99999999999999999999><li>a</ol>", "1. a\r\n"),
        ])
    func lists(html: String, text: String) {
        #expect(PlainTextFromHTML.text(of: html) == text)
    }

    @Test(
        "A link is followed by its address where its text does not say it",
        arguments: [
            (#"<a href="http://e.org/">here</a>!"#, "here <http://e.org/>!"),
            (#"<a href="http://e.org/">http://e.org</a>"#, "http://e.org"),
            (#"<a href="https://e.org/">e.org</a>"#, "e.org"),
            (#"<a href='mailto:a@e.org'>a@e.org</a>"#, "a@e.org"),
            (#"<a href="http://e.org/?a=1&amp;b=2">x</a>"#, "x <http://e.org/?a=1&b=2>"),
            (#"<a href="?a=1&copy=2">x</a>"#, "x <?a=1&copy=2>"),
            (##"<a href="#top">up</a>"##, "up"),
            (#"<a href="javascript:void(0)">x</a>"#, "x"),
            (#"<a href="http://e.org/"><img src=x></a>y"#, "y"),
            (#"<a name=x>t</a>"#, "t"),
            (#"<a href=u>x<a href=v>y"#, "x <u>y <v>"),
            (#"<img alt="A &amp; B" src="cid:1">"#, "A & B"),
            ("<A HREF = 'U' >x</A >", "x <U>"),
        ])
    func links(html: String, text: String) {
        #expect(PlainTextFromHTML.text(of: html) == text)
    }

    @Test(
        "Character references give their characters, and a bare ampersand itself",
        arguments: [
            ("&lt;&gt;&amp;&quot;&apos;", "<>&\"'"),
            ("&euro;&Auml;&hellip;&thetasym;", "€Ä…ϑ"),
            ("&#228;&#xe4;&#XE4;&#x1F600;", "äää😀"),
            ("&#228 &amp b&ampc", "ä & b&ampc"),
            ("&#128;&#x99;", "€™"),
            ("&#0;&#xD800;&#99999999999999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}"),
            ("a&nbsp;b&#160;c\u{A0}d", "a b c d"),
            ("&nbsp;a", " a"),
            ("AT&T & &; &# &#x; &bogus;", "AT&T & &; &# &#x; &bogus;"),
            ("a&#32;&#10;&Tab;b", "a b"),
            ("&copy 2020 &rarr x", "© 2020 &rarr x"),
        ])
    func references(html: String, text: String) {
        #expect(PlainTextFromHTML.text(of: html) == text)
    }

    @Test(
        "What a browser does not show is dropped",
        arguments: [
            ("<html><head><title>T</title><style>p{}</style></head><body>a</body></html>", "a"),
            ("<head><title>T</title><p>a", "a"),
            ("<script>if (a<b) {'</p>'}</script>x", "x"),
            ("<STYLE type='text/css'><!-- p {} --></sTyle>x", "x"),
            ("a<!-- b > c -->d", "ad"),
            ("a<!-->b<!--->c", "abc"),
            ("<!--[if mso]><p>office</p><![endif]-->x", "x"),
            ("<![if !mso]>x<![endif]>", "x"),
            ("<!--[if !mso]><!-- -->x<!--<![endif]-->", "x"),
            ("<?xml version='1.0'?><!DOCTYPE html>x", "x"),
            ("<xml><o:p>no</o:p></xml>x", "x"),
            ("a\u{0}b\u{1}c", "abc"),
        ])
    func hidden(html: String, text: String) {
        #expect(PlainTextFromHTML.text(of: html) == text)
    }

    @Test(
        "Broken markup loses no text",
        arguments: [
            ("a < b", "a < b"),
            ("a <", "a <"),
            ("<<<", "<<<"),
            ("x <b", "x <b"),
            ("x <b class=\"y>z", "x z"),
            ("1<a href=\"u>x</a>2<b title='>3", "1x <u>23"),
            ("x<!-- y > z", "x z"),
            ("<title>t <p>x", "t\r\nx"),
            ("</p>x</div></div></td></ul>", "x\r\n"),
            ("<head>only text", "only text"),
            ("<p title='a>b' class = \"c>d\">x</p>", "x\r\n"),
            ("<p/class=x/>y", "y"),
        ])
    func broken(html: String, text: String) {
        #expect(PlainTextFromHTML.text(of: html) == text)
    }

    /// Each would take minutes if the time grew with the square of the length.
    @Test(
        "Megabytes of hostile markup are converted in linear time",
        arguments: [
            "<", "<a ", "<a \"", "<a href=\"", "<!--", "<!-- >", "</", "&", "&#", "<script>", "<style><", "<p x='>\"",
            "<ul><li>", "<table><tr><td>", "<div>", "</div>", "<a href=x>", "<title>", "<pre> ", "&nbsp;", "<td>",
        ])
    func hostile(piece: String) {
        let count = 2_000_000 / piece.utf8.count
        let text = PlainTextFromHTML.text(of: String(repeating: piece, count: count))
        #expect(text.utf8.count <= 8 * 2_000_000)
        #expect(!text.utf8.contains(0))
    }

    @Test("Every beginning of a document converts, and text before the cut is kept")
    func truncations() {
        let html = """
            <html><head><title>T</title></head><body><p class="x">Grüße &amp; <a href='http://e.org/'>mehr</a></p>
            <ul><li>eins</li></ul><!-- c --><table><tr><td>a</td><td>b</td></tr></table></body></html>
            """
        let units = Array(html.utf8)
        for length in 0...units.count {
            let text = PlainTextFromHTML.text(of: String(decoding: units[..<length], as: UTF8.self))
            #expect(length < 80 || text.hasPrefix("Grüße"))
        }
    }
}
