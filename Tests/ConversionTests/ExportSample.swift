import BinaryIO
import Conversion
import Foundation
import MAPI
import MIME
import TestSupport
import Testing

/// Swift Testing has attachments too.
typealias Attachment = MAPI.Attachment

/// The exported form of a message, and what the export had to say.
struct ExportedSample {
    let bytes: [UInt8]
    let problems: [String]
    let structure: MessageStructure

    init(_ message: MessageObject, lineEnd: ExportOptions.LineEnd = .lf) throws {
        var sink = ArraySink()
        problems = try InternetMessageExporter(options: ExportOptions(lineEnd: lineEnd)).export(message, to: &sink)
        bytes = sink.bytes
        structure = sink.bytes.withUnsafeBytes { MessageStructure($0) }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The decoded value of a field of the message or a part.
    func field(_ name: FieldName, of part: Part? = nil) -> String? {
        bytes.withUnsafeBytes { HeaderView(bytes: $0, block: (part ?? structure.root).header).text(name) }
    }

    func mailboxes(_ name: FieldName) -> [Mailbox] {
        bytes.withUnsafeBytes { HeaderView(bytes: $0, block: structure.root.header).mailboxes(name) }
    }

    /// Names of the message's fields, lower case, in order.
    var fieldNames: [String] {
        structure.root.header.fields.map { String(decoding: bytes[$0.name], as: UTF8.self).lowercased() }
    }

    func content(_ part: Part) -> [UInt8] {
        bytes.withUnsafeBytes { all in
            TransferDecoder.decode(UnsafeRawBufferPointer(rebasing: all[part.content]), part.transferEncoding)
        }
    }

    func text(_ part: Part) -> String { String(decoding: content(part), as: UTF8.self) }

    /// Types of all parts: `multipart/mixed(text/plain,application/pdf)`.
    var shape: String { Self.shape(structure.root) }

    private static func shape(_ part: Part) -> String {
        part.children.isEmpty
            ? part.type.name : part.type.name + "(" + part.children.map(shape).joined(separator: ",") + ")"
    }

    /// The leaf of that type that comes first.
    func leaf(_ type: String) throws -> Part {
        var waiting = [structure.root]
        while let part = waiting.popLast() {
            if part.children.isEmpty, part.type.name == type { return part }
            waiting.append(contentsOf: part.children.reversed())
        }
        throw MissingPart(description: "no part of type \(type) in \(shape)")
    }
}

struct MissingPart: Error, CustomStringConvertible {
    let description: String
}

/// What Python's email package finds wrong with a message, parsed with `policy=default`: nothing in a good one.
enum PythonParser {
    private static let program = """
        import email, email.policy, sys
        message = email.message_from_bytes(open(sys.argv[1], "rb").read(), policy=email.policy.default)
        for part in message.walk():
            for defect in part.defects: print("part", repr(defect))
            for name, value in part.items():
                for defect in getattr(value, "defects", ()): print(name, repr(defect))
        """

    static func defects(_ bytes: [UInt8]) throws -> String {
        let folder = try TemporaryFolder()
        try write(bytes, to: folder.path("message"))
        return try CommandRun.run("python3", ["-c", program, folder.path("message")]).succeeded().outputText
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}

/// A message with these properties.
func message(
    _ properties: [(PropertyTag, PropertyValue)], named: [(NamedProperty, PropertyValue)] = [],
    recipients: [Recipient] = [], attachments: [Attachment] = []
) -> MessageObject {
    var message = MessageObject()
    for (tag, value) in properties { message.properties[tag] = value }
    for (name, value) in named { message.properties[name] = value }
    message.recipients = recipients
    message.attachments = attachments
    return message
}

/// A recipient row as Outlook writes it for an internet address.
func recipient(_ name: String, _ address: String, type: Int32 = 1, order: Int32? = nil) -> Recipient {
    var row = Recipient()
    row.properties[.recipientType] = .integer32(type)
    row.properties[.displayName] = .string(name)
    row.properties[.addressType] = .string("SMTP")
    row.properties[.emailAddress] = .string(address)
    if let order { row.properties[.recipientOrder] = .integer32(order) }
    return row
}

func attachment(
    _ name: String, _ bytes: [UInt8], type: String? = nil, _ more: [(PropertyTag, PropertyValue)] = []
) -> Attachment {
    var attachment = Attachment()
    attachment.properties[.attachMethod] = .integer32(1)
    attachment.properties[.attachLongFilename] = .string(name)
    if let type { attachment.properties[.attachMimeTag] = .string(type) }
    for (tag, value) in more { attachment.properties[tag] = value }
    attachment.content = .bytes(bytes)
    return attachment
}

let sentItem: [(PropertyTag, PropertyValue)] = [
    (.messageClass, .string("IPM.Note")), (.subject, .string("Hello")), (.body, .string("Text\r\n")),
    (.sentRepresentingName, .string("Ann Example")), (.sentRepresentingAddressType, .string("SMTP")),
    (.sentRepresentingEmailAddress, .string("ann@example.org")), (.messageFlags, .integer32(0x21)),
    (.clientSubmitTime, .time(FileTime(unixSeconds: 1_700_000_000))), (.searchKey, .binary([1, 2, 3, 4])),
]
