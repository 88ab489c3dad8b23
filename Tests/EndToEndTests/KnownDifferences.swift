import MAPI
import Readback
import TestSupport

/// A class of difference between source and PST that is right, with the reason. What no reason explains fails the test.
struct KnownDifference: Sendable {
    let reason: String
    let explains: @Sendable (MessageDifference) -> Bool

    static func reason(for difference: MessageDifference) -> String? {
        all.first { $0.explains(difference) }?.reason
    }

    static let all = headers + bodies + attachments + individual

    private static let headers: [KnownDifference] = [
        KnownDifference(reason: "a subject is cut at 253 UTF-16 units beside its two marks (scanpst-rules 3.5)") {
            $0.field == .subject && $0.expected.utf16.count > 250 && $0.found.utf16.count > 240
                && $0.expected.hasPrefix($0.found)
        },
        KnownDifference(reason: "white space where a header was folded, or a tab, counts as one blank") {
            isHeader($0.field) && squeezed($0.expected) == squeezed($0.found)
        },
        KnownDifference(
            reason: "Python ends the header at the first line that is none, and takes the rest for the body"
        ) {
            $0.source.traits.contains("defect:MissingHeaderBodySeparatorDefect")
                || $0.source.traits.contains("defect:FirstHeaderLineIsContinuationDefect")
        },
        KnownDifference(reason: "a draft has no submit time (mapi-mapping 1.4)") {
            $0.field == .submitTime && $0.found == "none" && $0.source.unsent == true
        },
        KnownDifference(reason: "a date before 1601 has no FILETIME: the oldest Received field counts") {
            $0.field == .submitTime && (Int($0.expected) ?? 0) < -11_644_473_600
        },
        KnownDifference(reason: "a date after the year 2500 is implausible: the oldest Received field counts") {
            $0.field == .submitTime && (Int($0.expected) ?? 0) > 16_725_225_600
        },
        KnownDifference(reason: "the date breaks RFC 5322, and Python guesses") {
            $0.field == .submitTime && $0.source.traits.contains("date")
        },
        KnownDifference(reason: "the recipients of a report are those it reports about ([MS-OXCMAIL] 2.2.3.7)") {
            $0.field == .displayTo && $0.stored.messageClass.hasPrefix("REPORT.") && !$0.found.isEmpty
        },
        KnownDifference(reason: "quotes within an encoded word are the name's quotes") {
            [.fromName, .senderName, .displayTo, .displayCc].contains($0.field)
                && squeezed($0.expected, and: "\"") == squeezed($0.found, and: "\"")
        },
        KnownDifference(reason: "bytes that are no character in their charset: Python shows U+FFFD, we guess") {
            isHeader($0.field) && $0.expected.contains("\u{FFFD}") && !$0.found.isEmpty
        },
        KnownDifference(reason: "a header block that is not UTF-8 keeps its bytes, one character each") {
            // Of two-byte charsets the second byte can be ASCII: only the frame is comparable.
            $0.field == .headers && $0.found.unicodeScalars.allSatisfy { $0.value < 0x100 }
                && lineStarts($0.expected) == lineStarts($0.found)
        },
        KnownDifference(reason: "the field breaks RFC 5322's address syntax, which Python reads in its own way") {
            switch $0.field {
            case .displayTo: $0.source.traits.contains("address:to")
            case .displayCc: $0.source.traits.contains("address:cc")
            case .displayBcc: $0.source.traits.contains("address:bcc")
            case .fromName, .fromAddress: $0.source.traits.contains("address:from")
            case .senderName, .senderAddress:
                $0.source.traits.contains("address:sender") || $0.source.traits.contains("address:from")
            default: false
            }
        },
    ]

    private static let bodies: [KnownDifference] = [
        KnownDifference(reason: "flowed text is joined into paragraphs (RFC 3676)") {
            $0.field == .plain && $0.source.traits.contains("flowed")
                && squeezed($0.expected, and: ">") == squeezed($0.found, and: ">")
        },
        KnownDifference(reason: "text beside HTML is in the HTML body too, as <pre> (mapi-mapping 3.2)") {
            $0.field == .html && !$0.source.plain.isEmpty && $0.found.contains("<pre>")
                && squeezed($0.expected.replacing(/<pre>[^<]*<\/pre>/, with: ""))
                    == squeezed($0.found.replacing(/<pre>[^<]*<\/pre>/, with: ""))
        },
        KnownDifference(reason: "HTML beside text is in the plain body too, as text (mapi-mapping 3.2)") {
            $0.field == .plain && !$0.source.html.isEmpty && squeezed($0.found).contains(squeezed($0.expected))
        },
        KnownDifference(reason: "text before the first and after the last boundary is kept") {
            $0.field == .plain && $0.source.traits.contains { $0.hasPrefix("type:multipart/") }
                && squeezed($0.found).contains(squeezed($0.expected))
        },
        KnownDifference(reason: "the charset's label is wrong or unknown, and both sides guess") {
            [.plain, .html].contains($0.field) && $0.source.traits.contains("mislabelled")
        },
        KnownDifference(reason: "HTML parts are joined inside one <html>") {
            $0.field == .html && $0.source.html.count > 1 && withoutFrame($0.expected) == withoutFrame($0.found)
        },
        KnownDifference(reason: "an HTML alternative that was not chosen is an attachment") { isOtherAlternative($0) },
        KnownDifference(
            reason: "of a report, signed or related message the first text is the body, others are attachments"
        ) {
            isFirstTextOnly($0)
        },
        KnownDifference(reason: "Python finds no parts where a boundary is missing, and takes them for text") {
            [.plain, .html, .attachmentCount].contains($0.field)
                && ($0.source.traits.contains("no-parts")
                    || $0.source.traits.contains("defect:StartBoundaryNotFoundDefect"))
        },
        KnownDifference(reason: "text/enriched and text/richtext become HTML") {
            [.html, .plain].contains($0.field) && $0.source.traits.contains("enriched") && !$0.found.isEmpty
        },
    ]

    private static let attachments: [KnownDifference] = [
        KnownDifference(reason: "RFC 2045 leaves damaged base64 to the reader") {
            [.attachmentData, .html, .plain].contains($0.field) && $0.source.traits.contains("base64")
        },
        KnownDifference(reason: "Python takes the fields of a status report apart, and loses white space between them")
        {
            $0.field == .attachmentData && $0.attachment?.type?.hasPrefix("message/") ?? false
                && $0.attachment?.squeezedCRC == crc32(of: $0.data.filter { ![9, 10, 11, 12, 13, 32].contains($0) })
        },
        KnownDifference(reason: "lines of a text attachment end in CRLF, as RFC 2045 has it") {
            $0.field == .attachmentData && $0.attachment?.crlfCRC == crc32(of: $0.data)
        },
        KnownDifference(reason: "a message/rfc822 part that holds no message is kept by value") {
            guard $0.field == .attachmentKind, let inner = $0.attachment?.message else { return false }
            return inner.subject == nil && inner.from.isEmpty && inner.messageID.isEmpty
        },
        KnownDifference(reason: "an opaque signature or envelope is named smime.p7m ([MS-OXOSMIME] 2.1.3)") {
            $0.field == .attachmentName && $0.source.traits.contains("smime") && $0.found == "smime.p7m"
        },
        KnownDifference(reason: "a winmail.dat is unpacked: its body and attachments take its place") {
            let isTNEF = { (name: String?) in name?.lowercased() == "winmail.dat" }
            return [.attachmentCount, .plain, .html].contains($0.field)
                && $0.source.attachments.contains { isTNEF($0.name) || $0.type == "application/ms-tnef" }
                && !$0.stored.attachments.contains { isTNEF($0.name) }
        },
        KnownDifference(reason: "text between the parts is kept as an attachment") {
            $0.field == .attachmentCount && $0.source.traits.contains { $0.hasPrefix("type:multipart/") }
                && hasOnlyUnnamedExtra($0)
        },
        KnownDifference(reason: "alternatives that were not chosen as the body are attachments") {
            [.attachmentCount, .plain, .html].contains($0.field) && $0.source.traits.contains("alternative-repeats")
        },
    ]

    /// Messages of the corpus that no class covers, by name.
    private static let individual: [KnownDifference] = [
        of("bad-date-007.eml", "a line without a field name is no header field, and belongs to the body"),
        of("nested-rfc822-001.eml", "the inner message uses the outer one's boundary"),
        of("deep-nesting-003.eml", "parts below the nesting limit are kept as one attachment"),
        of("deep-nesting-004.eml", "parts below the nesting limit are kept as one attachment"),
        of("partial-005.eml", "Python takes message/partial for a message, and writes it anew"),
        of("mixed-130.eml", "an alternative is the body even where it has a file name"),
        of("attach-large-018.eml", "text whose disposition is inline is part of the body, even with a name"),
        of("attach-large-019.eml", "text whose disposition is inline is part of the body, even with a name"),
        of("mixed-057.eml", "the only part is text by its label, so it is the body, even with a name"),
        of("charset-034.eml", "a Content-Type without a type has no parameters"),
        of("rfc2231-011.eml", "only the first segment names a charset (RFC 2231 4.1); Python drops the other segments"),
        of("charset-165.eml", "only the first segment names a charset (RFC 2231 4.1); Python drops the other segments"),
        of("broken-045.eml", "its type is text/ and rubbish, so it is taken for text"),
        of("dsn-132.eml", "without a closing boundary the last line end is the part's"),
    ]

    private static func of(_ file: String, _ reason: String) -> KnownDifference {
        KnownDifference(reason: "\(file): \(reason)") {
            ![.messageID, .deliveryTime, .read, .unsent, .subject].contains($0.field)
                && $0.label.contains("/" + file)
        }
    }

    private static func isOtherAlternative(_ difference: MessageDifference) -> Bool {
        let html = difference.source.html
        let isKept = difference.stored.attachments.contains { $0.name.wholeMatch(of: /ATT\d{5}\.htm/) != nil }
        guard html.count > 1, isKept else { return false }
        return difference.field == .attachmentCount
            || (difference.field == .html && html.contains { normalized($0.text) == difference.found })
    }

    private static func isFirstTextOnly(_ difference: MessageDifference) -> Bool {
        let source = difference.source
        let types = ["multipart/report", "multipart/signed", "multipart/related"].map { "type:" + $0 }
        guard !source.traits.isDisjoint(with: types) else { return false }
        return switch difference.field {
        case .plain: source.plain.contains { normalized($0) == difference.found }
        case .html: source.html.contains { normalized($0.text) == difference.found }
        case .attachmentCount:
            hasOnlyUnnamedExtra(difference)
        default: false
        }
    }

    /// Whether what is more than expected has a name we gave it.
    private static func hasOnlyUnnamedExtra(_ difference: MessageDifference) -> Bool {
        let named = difference.stored.attachments.count { $0.name.wholeMatch(of: /ATT\d{5}\.\w+/) == nil }
        let wanted = MessageComparison.attachments(of: difference.source, in: difference.stored).count
        return named <= wanted && difference.stored.attachments.count > wanted
    }

    private static func withoutFrame(_ html: String) -> String {
        squeezed(html.replacing(/<\/?(html|HTML|body|BODY)[^>]*>/, with: ""))
    }

    private static func isHeader(_ field: MessageDifference.Field) -> Bool {
        [
            .messageID, .subject, .fromName, .fromAddress, .senderName, .senderAddress, .displayTo, .displayCc,
            .displayBcc,
        ].contains(field)
    }

    /// Without white space, control characters and `character`.
    private static func squeezed(_ text: String, and character: Unicode.Scalar = " ") -> String {
        filtered(text) { !$0.properties.isWhitespace && $0.value >= 0x20 && $0 != character }
    }

    /// The field names, in their order.
    private static func lineStarts(_ headers: String) -> [Substring] {
        headers.split(separator: "\n").compactMap { $0.split(separator: ":").first }
    }

    private static func filtered(_ text: String, _ isKept: (Unicode.Scalar) -> Bool) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter(isKept)))
    }
}
