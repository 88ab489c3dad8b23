import BinaryIO
import MAPI
import MIME
import Testing

@testable import Conversion

@Suite("Export of reports, meetings and contacts") struct ExportItemTests {
    private func unfolded(_ text: String) -> String {
        text.replacing("\r\n ", with: "").replacing("\r\n", with: "\n")
    }

    private func calendar(_ item: MessageObject) throws -> (text: String, sample: ExportedSample) {
        let sample = try ExportedSample(item, lineEnd: .crlf)
        return (unfolded(sample.text(try sample.leaf("text/calendar"))), sample)
    }

    @Test("A non-delivery report says again who did not get the message, and why")
    func deliveryReport() throws {
        var row = recipient("Bob", "bob@example.org")
        row.properties[.nonDeliveryReportStatusCode] = .integer32(511)
        row.properties[.remoteMessageTransferAgent] = .string("mx.example.org")
        row.properties[.supplementaryInfo] = .string("<mx.example.org #5.1.1 smtp; 550 no such user>")
        var original = Attachment()
        original.content = .message(message(sentItem))
        let item = message(
            [
                (.messageClass, .string("REPORT.IPM.Note.NDR")), (.subject, .string("Undeliverable: Hello")),
                (.reportingMessageTransferAgent, .string("dns;mail.example.org")),
                (.originalSubject, .string("Hello")),
            ], recipients: [row], attachments: [original])
        let sample = try ExportedSample(item)
        #expect(sample.shape == "multipart/report(text/plain,message/delivery-status,message/rfc822)")
        #expect(sample.structure.root.type.parameters["report-type"] == "delivery-status")
        let report = try #require(
            DeliveryReport(statusPart: sample.content(try sample.leaf("message/delivery-status"))))
        #expect(report.reportingMTA == "dns;mail.example.org")
        #expect(report.recipients.map(\.address) == ["bob@example.org"])
        #expect(report.mostSevereAction == .failed)
        #expect(report.recipients.first?.status?.description == "5.1.1")
        #expect(report.recipients.first?.diagnosticCode == "smtp; 550 no such user")
        #expect(report.recipients.first?.remoteMTA == "mx.example.org")
        #expect(!sample.fieldNames.contains("to"))
        #expect(try PythonParser.defects(sample.bytes) == "")
    }

    @Test(
        "Receipts say again what happened to which message", arguments: [("IPNRN", "displayed"), ("IPNNRN", "deleted")])
    func receipt(suffix: String, kind: String) throws {
        let item = message(
            sentItem + [
                (.messageClass, .string("REPORT.IPM.Note.\(suffix)")), (.originalMessageId, .string("<orig@x>")),
                (.body, .string("")), (.originalSubject, .string("Plan")),
            ])
        let sample = try ExportedSample(item)
        #expect(sample.shape == "multipart/report(text/plain,message/disposition-notification)")
        let report = try #require(
            DispositionReport(part: sample.content(try sample.leaf("message/disposition-notification"))))
        #expect(report.kind == kind)
        #expect(report.originalMessageID == "<orig@x>")
        #expect(report.finalRecipient == "ann@example.org")
        #expect(sample.text(try sample.leaf("text/plain")).contains("Subject: Plan"))
    }

    static let uid = Array("vCal-Uid".utf8) + [1, 0, 0, 0] + Array("event-1@example.org".utf8) + [0]
    static let identifier: [UInt8] =
        [0x04, 0, 0, 0, 0x82, 0, 0xE0, 0, 0x74, 0xC5, 0xB7, 0x10, 0x1A, 0x82, 0xE0, 0x08]
        + [UInt8](repeating: 0, count: 20) + [UInt8(uid.count), 0, 0, 0] + uid

    static let meeting: [(NamedProperty, PropertyValue)] = [
        (.globalObjectID, .binary(identifier)), (.location, .string("Room 1; upstairs")),
        (.appointmentStart, .time(FileTime(unixSeconds: 1_700_000_000))),
        (.appointmentEnd, .time(FileTime(unixSeconds: 1_700_003_600))), (.appointmentSequence, .integer32(2)),
        (.appointmentState, .integer32(3)),
    ]

    @Test(
        "Meeting messages carry an event that calendars understand",
        arguments: [
            ("IPM.Schedule.Meeting.Request", "REQUEST", "ORGANIZER;CN=\"Ann Example\":mailto:ann@example.org"),
            ("IPM.Schedule.Meeting.Canceled", "CANCEL", "STATUS:CANCELLED"),
            (
                "IPM.Schedule.Meeting.Resp.Pos", "REPLY",
                "ATTENDEE;PARTSTAT=ACCEPTED;CN=\"Ann Example\":mailto:ann@example.org"
            ),
            ("IPM.Schedule.Meeting.Resp.Neg", "REPLY", "ORGANIZER;CN=\"Bob\":mailto:bob@example.org"),
            ("IPM.Appointment", "PUBLISH", "SUMMARY:Hello"),
        ])
    func meetings(messageClass: String, method: String, line: String) throws {
        let item = message(
            sentItem + [(.messageClass, .string(messageClass))], named: Self.meeting,
            recipients: [recipient("Bob", "bob@example.org")])
        let (text, sample) = try calendar(item)
        #expect(sample.shape == "multipart/alternative(text/plain,text/calendar)")
        #expect(try sample.leaf("text/calendar").type.parameters["method"] == method)
        let lines = text.split(separator: "\n").map(String.init)
        #expect(lines.contains("METHOD:\(method)"))
        #expect(lines.contains(line))
        #expect(lines.contains("UID:event-1@example.org"))
        #expect(lines.contains("DTSTART:20231114T221320Z"))
        #expect(lines.contains("DTEND:20231114T231320Z"))
        #expect(lines.contains("SEQUENCE:2"))
        #expect(lines.contains("LOCATION:Room 1\\; upstairs"))
        #expect(try PythonParser.defects(sample.bytes) == "")
    }

    /// The blob of a series that starts on Monday, 2024-01-01 at 9:00 local time.
    static func pattern(
        frequency: UInt16, type: UInt16, period: UInt32, specific: [UInt32], end: UInt32 = 0x2023, count: UInt32 = 10,
        deleted: [UInt32] = [], exceptions: [UInt8] = [0, 0], extensions: [UInt8] = [0, 0, 0, 0]
    ) -> [UInt8] {
        let start: UInt32 = 222_475_680
        var bytes: [UInt8] = [0x04, 0x30, 0x04, 0x30]
        for word in [frequency, type, 0] { bytes.append(littleEndian: word) }
        for word in [0, period, 0] as [UInt32] { bytes.append(littleEndian: word) }
        for word in specific { bytes.append(littleEndian: word) }
        for word in [end, count, 0, UInt32(deleted.count)] as [UInt32] { bytes.append(littleEndian: word) }
        for day in deleted { bytes.append(littleEndian: start + day * 1440) }
        for word in [0, start, start + 30 * 1440, 0x3006, 0x3009, 540, 600] as [UInt32] {
            bytes.append(littleEndian: word)
        }
        return bytes + exceptions + extensions
    }

    static let berlin: [UInt8] = {
        var bytes: [UInt8] = []
        for bias in [-60, 0, -60] as [Int32] { bytes.append(littleEndian: bias) }
        for word in [0, 0, 10, 0, 5, 3, 0, 0, 0, 0, 0, 3, 0, 5, 2, 0, 0, 0] as [UInt16] {
            bytes.append(littleEndian: word)
        }
        return bytes
    }()

    @Test(
        "Recurrences become rules",
        arguments: [
            (pattern(frequency: 0x200A, type: 0, period: 2880, specific: []), "FREQ=DAILY;INTERVAL=2"),
            (
                pattern(frequency: 0x200B, type: 1, period: 2, specific: [0b0010010], end: 0x2022, count: 5),
                "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;WKST=SU;COUNT=5"
            ),
            (
                pattern(frequency: 0x200C, type: 2, period: 1, specific: [15], end: 0x2021),
                "FREQ=MONTHLY;BYMONTHDAY=15;UNTIL=20240131T080000Z"
            ),
            (pattern(frequency: 0x200C, type: 2, period: 1, specific: [31]), "FREQ=MONTHLY;BYMONTHDAY=-1"),
            (
                pattern(frequency: 0x200C, type: 3, period: 3, specific: [0b0000010, 5]),
                "FREQ=MONTHLY;INTERVAL=3;BYDAY=MO;BYSETPOS=-1"
            ),
            (pattern(frequency: 0x200D, type: 2, period: 12, specific: [1]), "FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1"),
        ])
    func recurrence(blob: [UInt8], rule: String) throws {
        let item = message(
            sentItem + [(.messageClass, .string("IPM.Appointment"))],
            named: Self.meeting + [
                (.recurrence, .binary(blob)), (.timeZoneStruct, .binary(Self.berlin)),
                (.timeZoneDescription, .string("Berlin")),
            ])
        let (text, sample) = try calendar(item)
        #expect(text.contains("RRULE:\(rule)\n"))
        #expect(text.contains("DTSTART;TZID=\"Berlin\":20240101T090000\n"))
        #expect(text.contains("DTEND;TZID=\"Berlin\":20240101T100000\n"))
        #expect(text.contains("TZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\n"))
        #expect(sample.problems == [])
    }

    @Test("Instances that were deleted or changed are told apart")
    func exceptions() throws {
        let start: UInt32 = 222_475_680
        var exception: [UInt8] = [1, 0]
        for minutes in [start + 1440 + 660, start + 1440 + 720, start + 1440 + 540] as [UInt32] {
            exception.append(littleEndian: minutes)
        }
        exception += [0x01, 0x00, 0x02, 0x00, 0x01, 0x00, UInt8(ascii: "?")]
        var extensions: [UInt8] = [0, 0, 0, 0] + [4, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 0, 0]
        extensions += [UInt8](repeating: 0, count: 12) + [1, 0, 0x1F, 0x04] + [0, 0, 0, 0] + [0, 0, 0, 0]
        let blob = Self.pattern(
            frequency: 0x200A, type: 0, period: 1440, specific: [], deleted: [1, 2], exceptions: exception,
            extensions: extensions)
        var instance = Attachment()
        instance.properties[.exceptionStartTime] = .time(FileTime(unixSeconds: 1_704_193_200))
        instance.content = .message(
            message([
                (.messageClass, .string("IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}")),
                (.body, .string("Only today")),
            ]))
        let item = message(
            sentItem + [(.messageClass, .string("IPM.Appointment"))],
            named: Self.meeting + [
                (.recurrence, .binary(blob)), (.timeZoneStruct, .binary(Self.berlin)),
                (.timeZoneDescription, .string("Berlin")),
            ], attachments: [instance])
        let (text, sample) = try calendar(item)
        #expect(sample.shape == "multipart/alternative(text/plain,text/calendar)")
        #expect(text.contains("DESCRIPTION:Only today\n"))
        #expect(text.contains("EXDATE;TZID=\"Berlin\":20240103T090000\n"))
        #expect(!text.contains("EXDATE;TZID=\"Berlin\":20240102T090000\n"))
        #expect(
            text.contains("RECURRENCE-ID;TZID=\"Berlin\":20240102T090000\nDTSTART;TZID=\"Berlin\":20240102T110000\n"))
        #expect(text.contains("SUMMARY:П\n"))
    }

    @Test("A recurrence that has no rule is one event, a remark and a problem")
    func inexpressible() throws {
        let blob = Self.pattern(frequency: 0x200C, type: 0xA, period: 1, specific: [3])
        let item = message(
            sentItem + [(.messageClass, .string("IPM.Appointment"))],
            named: Self.meeting + [(.recurrence, .binary(blob)), (.recurrencePattern, .string("every third moon"))])
        let (text, sample) = try calendar(item)
        #expect(!text.contains("RRULE"))
        #expect(text.contains("COMMENT:This item recurs: every third moon\n"))
        #expect(sample.problems.count == 1)
    }

    @Test(
        "A whole day is a day, in zones on both sides of Greenwich",
        arguments: [
            (1_704_063_600, "20240101"), (1_704_085_200, "20240101"), (1_704_067_200, "20240101"),
        ] as [(Int64, String)])
    func wholeDay(start: Int64, day: String) throws {
        let item = message(
            sentItem + [(.messageClass, .string("IPM.Appointment"))],
            named: [
                (.isAllDay, .boolean(true)), (.appointmentStart, .time(FileTime(unixSeconds: start))),
                (.appointmentEnd, .time(FileTime(unixSeconds: start + 86_400))),
            ])
        let (text, _) = try calendar(item)
        #expect(text.contains("DTSTART;VALUE=DATE:\(day)\nDTEND;VALUE=DATE:20240102\n"))
    }

    @Test("A contact is a card, alone or inside another message")
    func contacts() throws {
        let contact = message(
            [
                (.messageClass, .string("IPM.Contact")), (.displayName, .string("Jürgen, Example")),
                (PropertyTag(rawValue: 0x3A11_001F), .string("Example")),
                (PropertyTag(rawValue: 0x3A06_001F), .string("Jürgen")),
                (PropertyTag(rawValue: 0x3A1C_001F), .string("+49 1")), (.body, .string("A note\r\nin lines")),
            ],
            named: [
                (NamedProperty.email(1).address, .string("j@example.org")),
                (NamedProperty.email(1).type, .string("SMTP")),
            ])
        let sample = try ExportedSample(contact, lineEnd: .crlf)
        #expect(sample.shape == "multipart/mixed(text/plain,text/vcard)")
        let card = unfolded(sample.text(try sample.leaf("text/vcard")))
        for line in [
            "FN:Jürgen\\, Example", "N:Example;Jürgen;;;", "TEL;TYPE=CELL:+49 1",
            "EMAIL;TYPE=INTERNET,PREF:j@example.org",
            "NOTE:A note\\nin lines",
        ] {
            #expect(card.contains(line + "\n"))
        }
        var attached = Attachment()
        attached.content = .message(contact)
        attached.properties[.displayName] = .string("Jürgen")
        let outer = try ExportedSample(message(sentItem, attachments: [attached]))
        #expect(outer.shape == "multipart/mixed(text/plain,text/vcard)")
        #expect(outer.structure.root.children[1].disposition?.parameters["filename"] == "Jürgen.vcf")
        #expect(try PythonParser.defects(outer.bytes) == "")
    }

    @Test("A distribution list names its members")
    func distributionList() throws {
        let members = ["a@x.org", "b@x.org"].map {
            OneOffEntryID(displayName: "Name \($0.prefix(1))", addressType: "SMTP", address: $0).bytes
        }
        let item = message(
            [(.messageClass, .string("IPM.DistList")), (.displayName, .string("Team"))],
            named: [(.distributionListOneOffMembers, .multipleBinary(members))])
        let sample = try ExportedSample(item, lineEnd: .crlf)
        #expect(sample.text(try sample.leaf("text/plain")) == "Name a <a@x.org>\r\nName b <b@x.org>\r\n")
        #expect(sample.text(try sample.leaf("text/vcard")).contains("KIND:group\r\n"))
        #expect(sample.text(try sample.leaf("text/vcard")).contains("MEMBER:mailto:a@x.org\r\n"))
    }

    @Test(
        "Tasks, journal entries and notes keep what they are",
        arguments: [
            ("IPM.Task", "text/calendar", "BEGIN:VTODO"), ("IPM.Activity", "text/calendar", "BEGIN:VJOURNAL"),
            ("IPM.StickyNote", "text/plain", "Text"),
        ])
    func otherItems(messageClass: String, type: String, text: String) throws {
        let item = message(
            sentItem + [(.messageClass, .string(messageClass))],
            named: [(.taskDue, .time(FileTime(unixSeconds: 1_704_067_200))), (.percentComplete, .floating64(0.5))])
        let sample = try ExportedSample(item, lineEnd: .crlf)
        #expect(sample.text(try sample.leaf(type)).contains(text))
        #expect(sample.field(FieldName("X-MAPI-Message-Class")) == messageClass)
        #expect(try PythonParser.defects(sample.bytes) == "")
        if messageClass == "IPM.Task" {
            #expect(sample.text(try sample.leaf(type)).contains("DUE;VALUE=DATE:20240101\r\nPERCENT-COMPLETE:50\r\n"))
        }
    }
}
