import CZlib
import Foundation
import Readback
import TestSupport

/// One field of one message that differs between the source, as Python sees it, and the PST, as libpst sees it.
struct MessageDifference: CustomStringConvertible {
    enum Field: String {
        case messageID, subject, fromName, fromAddress, senderName, senderAddress, displayTo, displayCc, displayBcc
        case submitTime, deliveryTime, read, unsent, plain, html, headers
        case attachmentCount, attachmentName, attachmentKind, attachmentData, missing
    }

    let field: Field
    let source: ExpectedMessage
    let stored: LibpstMessage
    /// The attachment, where it is about one.
    var attachment: ExpectedMessage.Attachment?
    /// The bytes found instead.
    var data: [UInt8] = []
    let expected: String
    let found: String
    let label: String

    var description: String {
        let common = zip(expected, found).prefix { $0 == $1 }.count
        let start = max(common - 20, 0)
        let excerpts = [expected, found].map { String($0.dropFirst(start).prefix(120)).debugDescription }
        return "\(label) \(field.rawValue): from character \(start) expected \(excerpts[0]), found \(excerpts[1]) "
            + "\(source.traits.sorted())"
    }
}

/// Compares a message with what it became.
struct MessageComparison {
    private static let reportTypes: Set = ["message/delivery-status", "message/disposition-notification"]

    private let source: ExpectedMessage
    private let stored: LibpstMessage
    private let label: String
    private var differences: [MessageDifference] = []

    /// Everything that differs, embedded messages included.
    static func differences(_ source: ExpectedMessage, _ stored: LibpstMessage, label: String) -> [MessageDifference] {
        var comparison = MessageComparison(source: source, stored: stored, label: label)
        comparison.compareEnvelope()
        comparison.compareBodies()
        comparison.compareAttachments()
        return comparison.differences
    }

    private init(source: ExpectedMessage, stored: LibpstMessage, label: String) {
        self.source = source
        self.stored = stored
        self.label = label
    }

    private mutating func compareEnvelope() {
        expect(.messageID, source.messageID, stored.messageID)
        expect(.subject, source.subject ?? "", stored.subject)
        if let from = source.from.first {
            expect(.fromName, displayName(from), stored.fromName)
            expect(.fromAddress, from[1], stored.fromAddress)
        }
        if let sender = source.sender.first {
            expect(.senderName, displayName(sender), stored.senderName)
            expect(.senderAddress, sender[1], stored.senderAddress)
        }
        expect(.displayTo, displayList(source.to), stored.displayTo)
        expect(.displayCc, displayList(source.cc), stored.displayCc)
        expect(.displayBcc, displayList(source.bcc), stored.displayBcc)
        if let date = source.date { expect(.submitTime, "\(date)", stored.submitTime.map { "\($0)" } ?? "none") }
        if let delivered = source.delivered {
            expect(.deliveryTime, "\(delivered)", stored.deliveryTime.map { "\($0)" } ?? "none")
        }
        if let seen = source.seen { expect(.read, "\(seen)", "\(stored.isRead)") }
        if let unsent = source.unsent { expect(.unsent, "\(unsent)", "\(stored.isUnsent)") }
        if let headers = source.headers { expect(.headers, normalized(headers), normalized(stored.headers ?? "")) }
    }

    private mutating func compareBodies() {
        // Several text parts become one body, in their order.
        let plain = normalized(stored.body ?? "")
        switch source.plain.count {
        // A body made from HTML is ours to phrase; that there is one is checked with the HTML.
        case 0: if source.html.isEmpty { expect(.plain, "", plain) }
        case 1: expect(.plain, normalized(source.plain[0]), plain)
        default:
            if !contains(plain, source.plain.map(normalized)) {
                add(.plain, source.plain.joined(separator: "\n"), plain)
            }
        }
        compareHTML()
    }

    private mutating func compareHTML() {
        let html = stored.html ?? []
        // In a code page other than UTF-8 every byte stands for itself here; the source's bytes are compared first.
        let text = normalized(String(validating: html, as: UTF8.self) ?? latin1(html))
        guard let first = source.html.first else {
            if source.plain.count < 2 { expect(.html, "", text) }
            return
        }
        let bytes = first.bytes.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        if source.html.count == 1 && html == bytes { return }
        let forms = [source.html.map(\.text), source.html.map(\.bytes)].map {
            $0.map(normalized).joined(separator: "\n")
        }
        if !forms.contains(text) { add(.html, forms[0], text) }
    }

    /// The parts that become attachments: the machine-readable part of a report becomes properties of message and
    /// recipients instead ([MS-OXCMAIL] 2.2.3.7).
    static func attachments(of source: ExpectedMessage, in stored: LibpstMessage) -> [ExpectedMessage.Attachment] {
        guard stored.messageClass.hasPrefix("REPORT.") else { return source.attachments }
        return source.attachments.filter { !reportTypes.contains($0.type ?? "") }
    }

    private mutating func compareAttachments() {
        let wanted = Self.attachments(of: source, in: stored)
        let names = wanted.map { $0.name ?? $0.kind.rawValue }
        guard wanted.count == stored.attachments.count else {
            return add(
                .attachmentCount, "\(names.count): \(names)",
                "\(stored.attachments.count): \(stored.attachments.map(\.name))")
        }
        for (wanted, found) in zip(wanted, stored.attachments) { compare(wanted, found) }
    }

    private mutating func compare(_ wanted: ExpectedMessage.Attachment, _ found: LibpstAttachment) {
        if let name = wanted.name, name != found.name { add(.attachmentName, name, found.name, wanted) }
        switch wanted.kind {
        case .smime:
            if found.method != 1 || found.data.isEmpty { add(.attachmentData, "the signed entity", "nothing", wanted) }
        case .value:
            let checksum = crc32(of: found.data)
            if wanted.size != found.data.count || wanted.crc != checksum {
                add(
                    .attachmentData, "\(wanted.size ?? 0) bytes, \(wanted.crc ?? 0) (\(wanted.type ?? ""))",
                    "\(found.data.count) bytes, \(checksum)", wanted, found.data)
            }
        case .embedded:
            guard let inner = wanted.message, let stored = found.embedded.first else {
                return add(.attachmentKind, "embedded message", "method \(found.method)", wanted, found.data)
            }
            differences += Self.differences(inner, stored, label: label + " > embedded")
        }
    }

    private mutating func expect(_ field: MessageDifference.Field, _ expected: String, _ found: String) {
        if expected != found { add(field, expected, found) }
    }

    private mutating func add(
        _ field: MessageDifference.Field, _ expected: String, _ found: String,
        _ attachment: ExpectedMessage.Attachment? = nil, _ data: [UInt8] = []
    ) {
        differences.append(
            MessageDifference(
                field: field, source: source, stored: stored, attachment: attachment, data: data, expected: expected,
                found: found, label: label))
    }

    private func displayName(_ mailbox: [String]) -> String {
        mailbox[0].isEmpty ? mailbox[1] : mailbox[0]
    }

    private func displayList(_ mailboxes: [[String]]) -> String {
        mailboxes.map(displayName).joined(separator: "; ")
    }

    /// Whether all of `pieces` stand in `text`, one after the other.
    private func contains(_ text: String, _ pieces: [String]) -> Bool {
        var rest = text[...]
        for piece in pieces where !piece.isEmpty {
            guard let range = rest.range(of: piece) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }
}

/// Text without what the PST keeps differently everywhere: line ends are CRLF in a PST, NUL ends a string, and
/// the last line end is not counted.
func normalized(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    var previous: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
        defer { previous = scalar }
        switch scalar {
        case "\0": continue
        case "\r": scalars.append("\n")
        case "\n" where previous == "\r": continue
        default: scalars.append(scalar)
        }
    }
    while let last = scalars.last, last == "\n" || last == " " { scalars.removeLast() }
    return String(scalars)
}

/// Each byte as the character of its number.
func latin1(_ bytes: [UInt8]) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
}

/// CRC-32 as zlib computes it.
func crc32(of bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
}
