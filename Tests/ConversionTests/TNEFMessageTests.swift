import BinaryIO
import Conversion
import Glibc
import MAPI
import TestSupport
import Testing

@Suite("TNEF, [MS-OXTNEF]")
struct TNEFMessageTests {
    private typealias Builder = TNEFBuilder

    @Test("Properties of every type, fixed and named, come through")
    func properties() throws {
        let set = GUID.psPublicStrings
        var stream = Builder()
        stream.codePage(1251)
        stream.properties([
            Builder.variable(0x0037_001F, Builder.unicode("Grüße")),
            Builder.variable(0x0070_001E, [0xCF, 0xF0, 0x00]),
            Builder.fixed(0x0017_0003, Builder.word(2)),
            // Two bytes and padding that is not zero.
            Builder.fixed(0x0002_000B, [1, 0, 0xFF, 0xFF]),
            Builder.fixed(0x0063_000B, [0, 0, 0xFF, 0xFF]),
            Builder.fixed(0x3A00_0002, [0xFE, 0xFF, 0, 0]),
            Builder.fixed(0x3A01_0014, Builder.word(7) + Builder.word(1)),
            Builder.fixed(0x3A02_0005, Builder.word(0) + Builder.word(0x3FF0_0000)),
            Builder.fixed(0x0060_0040, Builder.word(5) + Builder.word(0)),
            Builder.fixed(0x3A03_0048, set.bytes),
            Builder.variable(0x0071_0102, [1, 2, 3]),
            Builder.fixed(0x3A04_1003, Builder.word(2) + Builder.word(1) + Builder.word(2)),
            Builder.fixed(0x3A05_1002, Builder.word(1) + Builder.word(9)),
            Builder.fixed(
                0x8000_101F, name: set.bytes + Builder.word(1) + Builder.counted(Builder.unicode("Keywords")),
                Builder.word(2) + Builder.counted(Builder.unicode("a")) + Builder.counted(Builder.unicode("bc"))),
            Builder.fixed(
                0x8001_101E, name: set.bytes + Builder.word(0) + Builder.word(5),
                Builder.word(1) + Builder.counted([0xCF, 0x00])),
            Builder.fixed(
                0x8002_1102, name: set.bytes + Builder.word(0) + Builder.word(6),
                Builder.word(1) + Builder.counted([9])),
            // A numeric name of PS_MAPI is a fixed property.
            Builder.fixed(
                0x8003_0003, name: GUID.psMAPI.bytes + Builder.word(0) + Builder.word(0x0036), Builder.word(1)),
        ])
        let properties = try TNEFMessage(bytes: stream.bytes).message.properties
        #expect(properties.string(.subject) == "Grüße")
        #expect(properties.string(.conversationTopic) == "Пр")
        #expect(properties.integer32(.importance) == 2)
        #expect(properties.boolean(.alternateRecipientAllowed) == true)
        #expect(properties.boolean(.responseRequested) == false)
        #expect(properties[PropertyTag(rawValue: 0x3A00_0002)] == .integer16(-2))
        #expect(properties[PropertyTag(rawValue: 0x3A01_0014)] == .integer64(0x1_0000_0007))
        #expect(properties[PropertyTag(rawValue: 0x3A02_0005)] == .floating64(1))
        #expect(properties.time(.startDate) == FileTime(rawValue: 5))
        #expect(properties[PropertyTag(rawValue: 0x3A03_0048)] == .guid(set))
        #expect(properties.binary(.conversationIndex) == [1, 2, 3])
        #expect(properties[PropertyTag(rawValue: 0x3A04_1003)] == .multipleInteger32([1, 2]))
        #expect(properties[PropertyTag(rawValue: 0x3A05_1002)] == .multipleInteger16([9]))
        #expect(properties[NamedProperty(set: set, string: "Keywords")] == .multipleString(["a", "bc"]))
        #expect(properties[NamedProperty(set: set, identifier: 5)] == .multipleString(["П"]))
        #expect(properties[NamedProperty(set: set, identifier: 6)] == .multipleBinary([[9]]))
        #expect(properties.integer32(.sensitivity) == 1)
    }

    @Test("Envelope, identity and private properties of the sender's store are thrown away")
    func discarded() throws {
        let ids: [UInt32] = [
            0x007D_001F, 0x0FFF_0102, 0x0FF9_0102, 0x65E0_0102, 0x65E2_0102, 0x65E3_0102, 0x0E07_0003, 0x0E06_0040,
            0x0FFB_0102, 0x6600_0003, 0x67FF_0003, 0x0C1F_001F, 0x1006_0003, 0x1008_001F, 0x300B_0102, 0x0E04_001F,
        ]
        var stream = Builder()
        stream.properties(
            ids.map { tag in
                switch tag & 0xFFFF {
                case 0x0003: Builder.fixed(tag, Builder.word(1))
                case 0x0040: Builder.fixed(tag, Builder.word(1) + Builder.word(1))
                default: Builder.variable(tag, [0x41, 0, 0, 0])
                }
            } + [Builder.variable(0x007F_0102, Array("key".utf8)), Builder.variable(0x0037_001F, Builder.unicode("s"))])
        let unpacked = try TNEFMessage(bytes: stream.bytes)
        #expect(unpacked.message.properties.fixed.map(\.tag) == [.subject, .messageClass])
        #expect(unpacked.correlationKey == Array("key".utf8))
    }

    @Test(
        "Old message classes get their present names",
        arguments: [
            ("IPM.Microsoft Mail.Note", "IPM.Note"),
            ("IPM.Microsoft Schedule.MtgReq", "IPM.Schedule.Meeting.Request"),
            ("IPM.Microsoft Mail.Non-Delivery", "REPORT.IPM.Note.NDR"),
            ("IPM.Note.Custom", "IPM.Note.Custom"),
        ])
    func messageClass(old: String, new: String) throws {
        var stream = Builder()
        stream.attribute(0x0007_8008, Array(old.utf8) + [0])
        let properties = try TNEFMessage(bytes: stream.bytes).message.properties
        #expect(properties.string(.messageClass) == new)
        #expect(properties.boolean(.processed) == (new.hasPrefix("IPM.Schedule") ? true : nil))
    }

    /// A message with text, a recipient and an attached file, to be embedded.
    private func inner() -> [UInt8] {
        var stream = Builder()
        stream.codePage(1252)
        stream.attribute(0x0001_8004, Array("Inner".utf8) + [0])
        stream.attribute(0x0003_8005, [0xE4, 0x07, 2, 0, 29, 0, 12, 0, 30, 0, 15, 0, 6, 0])
        stream.properties([
            Builder.variable(0x1000_001E, [0xE4, 0x00]), Builder.variable(0x0C1F_001F, Builder.unicode("from@e.org")),
        ])
        let row = Builder.list([
            Builder.fixed(0x0C15_0003, Builder.word(2)), Builder.variable(0x3001_001E, Array("Name".utf8) + [0]),
            Builder.variable(0x3002_001E, Array("SMTP\0".utf8)), Builder.variable(0x3003_001E, Array("a@e.org\0".utf8)),
        ])
        stream.attribute(0x0006_9004, Builder.word(1) + row)
        stream.attribute(level: 2, 0x0006_9002, [1, 0] + Builder.word(.max) + [0, 0, 0, 0, 0, 0, 0, 0])
        stream.attribute(level: 2, 0x0001_8010, Array("f.txt".utf8) + [0])
        stream.attribute(level: 2, 0x0006_800F, Array("data".utf8))
        return stream.bytes
    }

    private func outer(_ inner: [UInt8]) -> [UInt8] {
        let interface = GUID(0x0002_0307, 0, 0, tail: 0xC000_0000_0000_0046)
        var stream = Builder()
        stream.attribute(level: 2, 0x0006_9002, [1, 0] + Builder.word(.max) + [0, 0, 0, 0, 0, 0, 0, 0])
        stream.attribute(
            level: 2, 0x0006_9005,
            Builder.list([
                Builder.fixed(0x3705_0003, Builder.word(5)), Builder.variable(0x3701_000D, interface.bytes + inner),
            ]))
        return stream.bytes
    }

    @Test("An embedded message keeps its originator, times, recipients, body and attachments")
    func embedded() throws {
        let message = try TNEFMessage(bytes: outer(inner())).message
        let attachment = try #require(message.attachments.first)
        #expect(attachment.properties.integer32(.attachMethod) == 5)
        #expect(attachment.properties.string(.displayName) == "Inner")
        #expect(attachment.properties.string(.attachLongFilename) == nil)
        guard case .message(let inner) = attachment.content else {
            Issue.record("the attachment is no message")
            return
        }
        #expect(inner.properties.string(.body) == "ä")
        #expect(inner.properties.string(.senderEmailAddress) == "from@e.org")
        #expect(inner.properties.integer32(.messageFlags) == 1)
        #expect(inner.properties.time(.clientSubmitTime)?.unixSeconds == 1_582_979_415)
        let recipient = try #require(inner.recipients.first).properties
        #expect(recipient.integer32(.recipientType) == 2)
        #expect(recipient.string(.emailAddress) == "a@e.org")
        #expect(recipient.binary(.searchKey) == Array("SMTP:A@E.ORG\0".utf8))
        #expect(recipient.binary(.entryId)?.count == 24 + 10 + 10 + 16)
        #expect(inner.attachments.first?.properties.string(.attachLongFilename) == "f.txt")
        #expect(inner.attachments.first?.properties.string(.attachExtension) == ".txt")
    }

    @Test("Messages embedded too deeply are an error and no deep recursion")
    func depth() {
        var stream = inner()
        for _ in 0..<40 { stream = outer(stream) }
        #expect(throws: TNEFError.self) { try TNEFMessage(bytes: stream) }
    }

    @Test("Compressed RTF alone gives a text, and an HTML body where it wraps one")
    func bodies() throws {
        let wrapped = Array(#"{\rtf1\ansi\fromhtml1{\*\htmltag <p>}Gr\'fc\'dfe{\*\htmltag </p>}}"#.utf8)
        var stream = Builder()
        stream.properties([Builder.variable(0x1009_0102, try #require(CompressedRTF.compress(wrapped)))])
        var properties = try TNEFMessage(bytes: stream.bytes).message.properties
        #expect(properties.string(.body) == "Grüße\r\n")
        #expect(properties.binary(.html) == Array("<p>Grüße</p>".utf8))
        #expect(properties.integer32(.internetCodepage) == 65001)
        #expect(properties.boolean(.rtfInSync) == true)

        stream = Builder()
        stream.properties([
            Builder.variable(0x1009_0102, try #require(CompressedRTF.compress(Array(#"{\rtf1 a\par b}"#.utf8))))
        ])
        properties = try TNEFMessage(bytes: stream.bytes).message.properties
        #expect(properties.string(.body) == "a\r\nb")
        #expect(properties.binary(.html) == nil)
    }

    @Test("An HTML body keeps its bytes and its code page, and gives the text")
    func htmlBody() throws {
        var stream = Builder()
        stream.codePage(1251)
        stream.properties([Builder.variable(0x1013_0102, [0x3C, 0x70, 0x3E, 0xCF])])
        let properties = try TNEFMessage(bytes: stream.bytes).message.properties
        #expect(properties.binary(.html) == [0x3C, 0x70, 0x3E, 0xCF])
        #expect(properties.integer32(.internetCodepage) == 1251)
        #expect(properties.string(.body) == "П")
    }

    // MARK: Damage

    @Test("A wrong checksum is an error unless it is not looked at")
    func checksum() throws {
        var bytes = inner()
        bytes[bytes.count - 1] ^= 1
        #expect(throws: TNEFError.self) { try TNEFMessage(bytes: bytes) }
        #expect(try TNEFMessage(bytes: bytes, verifyingChecksums: false).message.attachments.count == 1)
    }

    @Test("An error says where it is and what was found")
    func errors() {
        #expect(throws: TNEFError(structure: .signature, offset: 0, found: 0x6578_6554, expected: 0x223E_9F78)) {
            try TNEFMessage(bytes: Array("Texex".utf8) + [0])
        }
        #expect(throws: TNEFError(structure: .attribute, offset: 15, found: 0, expected: 9)) {
            try TNEFMessage(bytes: [0x78, 0x9F, 0x3E, 0x22, 0, 0, 1, 3, 0x90, 6, 0, 9, 0, 0, 0])
        }
    }

    @Test("Zeros and line ends behind the stream are padding, anything else an error")
    func trailing() throws {
        #expect(try TNEFMessage(bytes: inner() + [0, 0]).message.attachments.count == 1)
        #expect(try TNEFMessage(bytes: inner() + [13, 10]).message.attachments.count == 1)
        #expect(throws: TNEFError.self) { try TNEFMessage(bytes: inner() + [1]) }
    }

    @Test("Every truncation is an error, or ends between two attributes")
    func truncations() {
        let bytes = outer(inner())
        var boundaries: Set<Int> = [6]
        var position = 6
        while position < bytes.count {
            position += 11 + (0..<4).reduce(0) { $0 | Int(bytes[position + 5 + $1]) << (8 * $1) }
            boundaries.insert(position)
        }
        for length in 0..<bytes.count where !boundaries.contains(length) {
            // Up to ten bytes that look like padding may follow an attribute.
            guard bytes[..<length].last != 0, bytes[..<length].last != 2 else { continue }
            #expect(throws: TNEFError.self) { try TNEFMessage(bytes: Array(bytes[..<length])) }
        }
        for length in 0..<bytes.count {
            _ = try? TNEFMessage(bytes: Array(bytes[..<length]), verifyingChecksums: false)
        }
    }

    @Test("Every flipped bit is an error or gives a message, never a trap")
    func bitFlips() {
        let bytes = outer(inner())
        var rejected = 0
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            if (try? TNEFMessage(bytes: damaged)) == nil { rejected += 1 }
            _ = try? TNEFMessage(bytes: damaged, verifyingChecksums: false)
        }
        // Only the key, and the type halves of ids, are not covered by anything.
        #expect(rejected > bytes.count * 8 * 2 / 3)
    }
}
