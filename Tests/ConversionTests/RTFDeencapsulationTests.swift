import Conversion
import Testing

@Suite("RTF bodies, [MS-OXRTFEX]")
struct RTFDeencapsulationTests {
    private func content(_ rtf: String) -> RTFContent? {
        RTFDeencapsulation.content(of: Array(rtf.utf8))
    }

    @Test("Wrapped HTML is the text of the htmltag groups and the text outside htmlrtf")
    func html() {
        let rtf = #"""
            {\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl
            {\f0\fswiss\fcharset0 Arial;}{\f1\fmodern\fcharset204 Courier;}}
            {\colortbl\red0\green0\blue0;}
            \uc1\pard\plain\deftab360 \f0\fs24
            {\*\htmltag18 <html>}
            {\*\htmltag241 <style>p \{color:red\}</style>}
            {\*\htmltag64}\htmlrtf {\htmlrtf0
            {\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 Gr\'fc\u223\'dfe \f1 \'cf\'f0\f0 \{x\}{\*\htmltag84 &amp;}\htmlrtf &\htmlrtf0
            {\*\htmltag92 </b>}\htmlrtf }\htmlrtf0
            {\*\mhtmltag64 <p class=x>}{\*\htmltag116 <br>}\htmlrtf \line \htmlrtf0\par\tab\lquote\~\_
            {\*\htmltag72 </p>}\htmlrtf }\htmlrtf0 {\*\htmltag27 </html>}}
            """#
        let html =
            "<html><style>p {color:red}</style><b>Grüße Пр{x}&amp;</b><br>\r\n\t&lsquo;&nbsp;&shy;</p></html>"
        #expect(content(rtf) == .html(html))
    }

    @Test("Wrapped plain text keeps its lines")
    func plainText() {
        let rtf =
            #"{\rtf1\ansi\ansicpg1251\fromtext \deff0{\fonttbl{\f0\fswiss Arial;}}\pard \f0 \'cf\par\par a\tab b\{\}\\}"#
        #expect(content(rtf) == .plainText("П\r\n\r\na\tb{}\\"))
    }

    @Test(
        "Genuine RTF gives its text",
        arguments: [
            (#"{\rtf1 a\par b}"#, "a\r\nb"),
            (#"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\stylesheet{\s0 Normal;}}{\info{\title T}}a{\b b}\i0 c}"#, "abc"),
            (#"{\rtf1{\*\generator X;}{\*\unknown y}{\unknown z}}"#, "z"),
            (#"{\rtf1\trowd a\cell b\cell\row}"#, "a\tb\t\r\n"),
            (#"{\rtf1 {\field{\*\fldinst HYPERLINK "u"}{\fldrslt text}}}"#, "text"),
            (#"{\rtf1 {\pict\pngblip 89504e47}a{\v hidden}b}"#, "ab"),
            (#"{\rtf1\ldblquote x\rdblquote\emdash\bullet\~}"#, "“x”—•\u{A0}"),
            (#"{\rtf1\u8364?\u-10179?\u-8704?}"#, "€😀"),
            (#"{\rtf1\uc2\u228\'61\'65b\uc0\u228 c}"#, "äbäc"),
            (#"{\rtf1\ansicpg932 \'93\'fa\'96\'7b\'83A}"#, "日本ア"),
            ("{\\rtf1\\ansicpg932 \\'83\\'40\\'83A}", "ァア"),
            (#"{\rtf1\mac \'8a}"#, "ä"),
            (#"{\rtf1\deff1{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset238 B;}}\plain \'b9\f0 \'b9\plain \'b9}"#, "ą¹ą"),
            ("{\\rtf1 a\\bin3 }}}b}", "ab"),
            ("{\\rtf1 a\r\nb\\\nc}", "ab\r\nc"),
            (#"{\rtf1 a}b}c"#, "a"),
            (#"{\rtf1"#, ""),
            (#"{\rtf1\u"#, ""),
            (#"{\rtf1 a\'z1\"#, "az1"),
            (#"{\rtf1\u99999999999999999999?\fs-99999999999999999999 x}"#, "\u{FFFF}x"),
        ])
    func richText(rtf: String, text: String) {
        #expect(content(rtf) == .richText(text))
    }

    @Test(
        "What does not begin with {\\rtf is no RTF",
        arguments: ["", "{", "rtf1", "{\\pard x}", "x{\\rtf1 a}", "{{\\rtf1 a}}"])
    func noRTF(bytes: String) {
        #expect(content(bytes) == nil)
    }

    @Test(
        "Megabytes of hostile RTF are read in linear time and with a bounded stack",
        arguments: [
            "{", "}", "{}", "\\", "\\bin0 ", "\\u1", "\\'", "{\\*\\htmltag ", "\\'83", "\\f1\\'e4\\f2\\'e4",
            "{\\fonttbl\\f1",
        ])
    func hostile(piece: String) {
        let count = 1_000_000 / piece.utf8.count
        let result = content("{\\rtf1\\fromhtml1 " + String(repeating: piece, count: count))
        #expect(result != nil)
    }

    @Test("Every truncation and flipped bit is read as far as it goes")
    func damage() {
        let rtf = Array(
            #"{\rtf1\ansi\fromhtml1{\fonttbl{\f0\fcharset128 A;}}\uc1{\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 \f0\'93\'fa\u228?x}}"#
                .utf8)
        for length in 6..<rtf.count {
            #expect(RTFDeencapsulation.content(of: Array(rtf[..<length])) != nil)
        }
        for bit in 48..<rtf.count * 8 {
            var damaged = rtf
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(RTFDeencapsulation.content(of: damaged) != nil)
        }
    }
}
