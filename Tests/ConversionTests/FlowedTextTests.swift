import Conversion
import Testing

@Suite("format=flowed, RFC 3676")
struct FlowedTextTests {
    @Test(
        "Flowed lines are joined, fixed ones are not",
        arguments: [
            ("", ""),
            ("a", "a"),
            ("a \r\nb\r\nc\r\n", "a b\r\nc\r\n"),
            ("a \nb\nc\n", "a b\r\nc\r\n"),
            ("a \r\nb \r\nc", "a b c"),
            ("a \r\n\r\nb\r\n", "a \r\nb\r\n"),
            ("a \r\n", "a \r\n"),
            ("\r\n\r\na", "\r\n\r\na"),
            // Space-stuffing is removed.
            (" From x\r\n  indented\r\n >no quote\r\n", "From x\r\n indented\r\n>no quote\r\n"),
            // Quotes: joined inside one depth, never across.
            ("> a \r\n> b\r\n", "> a b\r\n"),
            (">a \r\n>b\r\n", "> a b\r\n"),
            (">> a \r\n> b\r\nc\r\n", ">> a \r\n> b\r\nc\r\n"),
            (">\r\n> \r\n", ">\r\n>\r\n"),
            // The signature separator is fixed, also behind a flowed line and in a quote.
            ("a \r\n-- \r\nme\r\n", "a \r\n-- \r\nme\r\n"),
            ("> a \r\n> -- \r\n> me\r\n", "> a \r\n> -- \r\n> me\r\n"),
            ("-- \r\nx", "-- \r\nx"),
        ])
    func joining(flowed: String, text: String) {
        #expect(FlowedText.unflowed(flowed, deleteSpace: false) == text)
    }

    @Test("With DelSp the blank that marks a flowed line is no part of the text")
    func deleteSpace() {
        #expect(FlowedText.unflowed("日本 \r\n語\r\n-- \r\n", deleteSpace: true) == "日本語\r\n-- \r\n")
        #expect(FlowedText.unflowed("a  \r\nb\r\n", deleteSpace: true) == "a b\r\n")
    }
}
