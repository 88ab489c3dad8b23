/// A class of difference between source and PST that is right, with the reason. What no reason explains fails the test.
struct KnownDifference: Sendable {
    let reason: String
    let explains: @Sendable (MessageDifference) -> Bool

    static func reason(for difference: MessageDifference) -> String? {
        all.first { $0.explains(difference) }?.reason
    }

    static let all: [KnownDifference] = [
        KnownDifference(reason: "a subject is cut at 253 UTF-16 units beside its two marks (scanpst-rules 3.5)") {
            $0.field == .subject && $0.expected.utf16.count > 250 && $0.found.utf16.count > 240
                && $0.expected.hasPrefix($0.found)
        },
        KnownDifference(reason: "white space where a header was folded, or a tab, counts as one blank") {
            [.subject, .fromName, .senderName, .displayTo, .displayCc, .displayBcc].contains($0.field)
                && squeezed($0.expected) == squeezed($0.found)
        },
        KnownDifference(reason: "RFC 2049 leaves damaged base64 to the reader") {
            $0.field == .attachmentData && $0.source.traits.contains("base64")
        },
    ]

    /// Without white space and control characters.
    private static func squeezed(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.properties.isWhitespace && $0.value >= 0x20 }))
    }
}
