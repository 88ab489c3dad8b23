internal import BinaryIO
internal import MAPI
internal import MIME

/// The header — [MS-OXCMAIL] 2.1.2: as it came, or in Exchange's order from the properties.
extension MessageExport {
    func addEnvelope(to header: inout HeaderLines) {
        if let transport {
            addReceived(transport, to: &header)
        } else {
            addComposed(to: &header)
        }
        let isMail = messageClass.uppercased() == "IPM.NOTE"
        if !isMail, transport?.first("x-mapi-message-class") == nil {
            header.add("X-MAPI-Message-Class", text: messageClass)
        }
    }

    var flags: MessageFlags { MessageFlags(rawValue: properties.integer32(.messageFlags) ?? 0) }

    // MARK: Level 2: the fields that came with the message

    /// Fields that describe the body, which is written anew.
    private static let regenerated: Set<String> = [
        "content-type", "content-transfer-encoding", "mime-version", "content-disposition", "content-id",
        "content-length", "content-md5", "content-description", "content-location", "lines", "x-ms-tnef-correlator",
    ]

    private func addReceived(_ transport: TransportFields, to header: inout HeaderLines) {
        if transport.strayLines > 0 {
            record.report("\(transport.strayLines) lines of the Internet headers are no fields and were left out")
        }
        var isSubjectWritten = false
        for field in transport.fields where !Self.regenerated.contains(field.name) {
            if field.name == "subject", !isSubjectWritten {
                isSubjectWritten = true
                addSubject(instead: field, to: &header)
            } else {
                header.addVerbatim(field.lines)
            }
        }
        if !isSubjectWritten, let subject = subject, !subject.isEmpty { header.add("Subject", text: subject) }
        let hasFrom = transport.first("from") != nil
        if !hasFrom, hasOriginator { addOriginators(to: &header) }
        // A message that never had a date gets none; one with only a part of its header does.
        if !hasFrom, transport.first("date") == nil { addDate(to: &header) }
        if transport.first("to") == nil, transport.first("cc") == nil, transport.first("bcc") == nil {
            if !message.recipients.isEmpty { addRecipients(to: &header) }
        } else if transport.first("bcc") == nil {
            addBlindCopies(to: &header)
        }
        if transport.first("message-id") == nil, let identifier = storedMessageID {
            header.add("Message-ID", tokens: [identifier])
        }
    }

    /// A subject that the user has changed since is the one to show; the other stays beside it.
    private func addSubject(instead field: TransportFields.Field, to header: inout HeaderLines) {
        guard properties[.subject] != nil || properties.text(.subject) != nil,
            !SubjectComparison.isSame(stored: subject ?? "", received: field.text)
        else {
            header.addVerbatim(field.lines)
            return
        }
        header.add("Subject", text: subject ?? "")
        header.addVerbatim(Array("X-Original-Subject:".utf8) + field.value)
    }

    // MARK: Level 3: made from properties

    private func addComposed(to header: inout HeaderLines) {
        addOriginators(to: &header)
        addRecipients(to: &header)
        addReplyTo(to: &header)
        header.add("Subject", text: subject ?? "")
        addThread(to: &header)
        addDate(to: &header)
        header.add("Message-ID", tokens: [storedMessageID ?? key.messageID])
        addReferences(to: &header)
        addPriority(to: &header)
        addReceipts(to: &header)
        addFollowUp(to: &header)
        addLists(to: &header)
        addNamedFields(to: &header)
    }

    /// Without the two characters that a PST puts before it — [MS-PST] 2.5.3.1.1.1.
    var subject: String? {
        guard let text = properties.text(.subject) else { return nil }
        let scalars = text.unicodeScalars
        guard scalars.first?.value == 1, scalars.count >= 2 else { return text.singleLine }
        return String(String.UnicodeScalarView(scalars.dropFirst(2))).singleLine
    }

    func mailbox(_ role: OriginatorRole) -> AddressText? {
        guard let found = Correspondent(properties, role: role) else { return nil }
        if let problem = found.problem { record.report(problem) }
        return AddressText(found.mailbox)
    }

    private var hasOriginator: Bool {
        Correspondent(properties, role: .sentRepresenting) != nil || Correspondent(properties, role: .sender) != nil
    }

    private func addOriginators(to header: inout HeaderLines) {
        let represented = Correspondent(properties, role: .sentRepresenting)
        let sender = Correspondent(properties, role: .sender)
        let isMeeting = MeetingMethod(messageClass.uppercased()) != nil
        guard let from = isMeeting ? sender ?? represented : represented ?? sender else {
            // A field that has to be there, and says that nothing is known.
            header.add("From", mailboxes: [AddressText(Mailbox(displayName: "", address: "unknown@pst.invalid"))])
            return
        }
        if let problem = from.problem { record.report(problem) }
        // A group is not allowed here.
        let shown =
            from.address.isEmpty ? Mailbox(displayName: from.name, address: "unknown@pst.invalid") : from.mailbox
        header.add("From", mailboxes: [AddressText(shown)])
        if let sender, !isMeeting, !sender.address.isEmpty, sender.address.lowercased() != from.address.lowercased(),
            transport?.first("sender") == nil
        {
            if let problem = sender.problem { record.report(problem) }
            header.add("Sender", mailboxes: [AddressText(sender.mailbox)])
        }
    }

    /// Recipient rows in the order in which they were typed, whatever the order of the table.
    var orderedRecipients: [(type: Int32, row: Recipient)] {
        let rows = message.recipients.enumerated().map { index, row in
            (order: row.properties.integer32(.recipientOrder) ?? Int32(clamping: index), index: index, row: row)
        }
        return rows.sorted { ($0.order, $0.index) < ($1.order, $1.index) }.map { entry in
            ((entry.row.properties.integer32(.recipientType) ?? 1) & 0xF, entry.row)
        }
    }

    private func addRecipients(to header: inout HeaderLines) {
        if case .report(.delivery) = ItemKind(messageClass) {
            // The rows are those who did not get the original.
            let receiver = mailbox(.receivedBy) ?? mailbox(.receivedRepresenting)
            if let receiver { header.add("To", mailboxes: [receiver]) }
            return
        }
        var found = false
        for (field, type) in [("To", 1), ("Cc", 2)] as [(String, Int32)] {
            var mailboxes = recipients(type)
            if mailboxes.isEmpty, message.recipients.isEmpty {
                mailboxes = unresolvedNames(type == 1 ? .displayTo : .displayCc)
            }
            if !mailboxes.isEmpty {
                header.add(field, mailboxes: mailboxes)
                found = true
            }
        }
        addBlindCopies(to: &header)
        if !found, !flags.contains(.unsent), isMailClass {
            header.add("To", tokens: ["undisclosed-recipients:;"])
        }
    }

    private var isMailClass: Bool { if case .mail = ItemKind(messageClass) { true } else { false } }

    private func addBlindCopies(to header: inout HeaderLines) {
        guard !flags.isDisjoint(with: [.unsent, .fromMe]), isMailClass else { return }
        let mailboxes = recipients(3)
        if !mailboxes.isEmpty { header.add("Bcc", mailboxes: mailboxes) }
    }

    private func recipients(_ type: Int32) -> [AddressText] {
        orderedRecipients.filter { $0.type == type }.compactMap { entry in
            guard let found = Correspondent(entry.row) else { return nil }
            if let problem = found.problem { record.report(problem) }
            return AddressText(found.mailbox)
        }
    }

    /// Names that nobody looked up, of an item without recipient rows.
    private func unresolvedNames(_ tag: PropertyTag) -> [AddressText] {
        guard let names = properties.text(tag) else { return [] }
        return names.boundedLine.split(separator: ";").compactMap { name in
            Correspondent(.init(name: String(name).singleLine)).map { AddressText($0.mailbox) }
        }
    }

    private func addReplyTo(to header: inout HeaderLines) {
        guard let list = properties.binary(.replyRecipientEntries) else { return }
        let mailboxes = FlatEntryList.entries(list).compactMap { entry -> AddressText? in
            guard let found = Correspondent(.init(entryID: entry)) else { return nil }
            if let problem = found.problem { record.report(problem) }
            return AddressText(found.mailbox)
        }
        if !mailboxes.isEmpty { header.add("Reply-To", mailboxes: mailboxes) }
    }

    private func addThread(to header: inout HeaderLines) {
        if let topic = properties.text(.conversationTopic) { header.add("Thread-Topic", text: topic) }
        if let index = properties.binary(.conversationIndex), index.count >= 22, index.count < 4096 {
            header.add("Thread-Index", tokens: Base64Words.words(index))
        }
    }

    /// When it was sent, else when it came, else when it was made.
    var date: FileTime? {
        properties.time(.clientSubmitTime) ?? properties.time(.messageDeliveryTime) ?? properties.time(.creationTime)
            ?? properties.time(.lastModificationTime)
    }

    private func addDate(to header: inout HeaderLines) {
        if let text = date.flatMap({ InternetDate.text(unixSeconds: $0.unixSeconds) }) {
            header.add("Date", text: text)
        }
    }

    /// With the angle brackets; nil where there is none that could be written.
    var storedMessageID: String? {
        guard let text = properties.text(.internetMessageId)?.singleLine else { return nil }
        return MessageIdentifier.inner(text).map { "<\($0)>" }
    }

    private func addReferences(to header: inout HeaderLines) {
        for (field, tag) in [("References", PropertyTag.internetReferences), ("In-Reply-To", .inReplyToId)] {
            guard let text = properties.text(tag)?.singleLine else { continue }
            var words = text.split(separator: " ").map(String.init)
            if words.count > ExportLimits.referenceCount {
                words.removeSubrange(1...(words.count - ExportLimits.referenceCount))
            }
            if words.contains(where: { $0.utf8.count > 800 }) {
                record.report("an identifier in \(field) is too long and was left out")
            }
            words.removeAll { $0.utf8.count > 800 }
            if !words.isEmpty { header.add(field, tokens: words) }
        }
    }

    private func addPriority(to header: inout HeaderLines) {
        switch properties.integer32(.importance) {
        case 0:
            header.add("Importance", text: "low")
            header.add("X-Priority", text: "5")
        case 2:
            header.add("Importance", text: "high")
            header.add("X-Priority", text: "1")
        default: break
        }
        switch properties.integer32(.sensitivity) {
        case 1: header.add("Sensitivity", text: "Personal")
        case 2: header.add("Sensitivity", text: "Private")
        case 3: header.add("Sensitivity", text: "Company-Confidential")
        default: break
        }
    }

    private func addReceipts(to header: inout HeaderLines) {
        if properties.boolean(.readReceiptRequested) == true,
            let mailbox = mailbox(.readReceipt) ?? mailbox(.sender) ?? mailbox(.sentRepresenting)
        {
            header.add("Disposition-Notification-To", mailboxes: [mailbox])
        }
        if properties.boolean(.originatorDeliveryReportRequested) == true,
            let mailbox = mailbox(.sender) ?? mailbox(.sentRepresenting)
        {
            header.add("Return-Receipt-To", mailboxes: [mailbox])
        }
    }

    private func addFollowUp(to header: inout HeaderLines) {
        if let request = properties.text(NamedProperty.flagRequest) {
            header.add("X-Message-Flag", text: request.boundedLine)
        }
        if let time = properties.time(.replyTime), let text = InternetDate.text(unixSeconds: time.unixSeconds) {
            header.add("Reply-By", text: text)
        }
    }

    private func addLists(to header: inout HeaderLines) {
        for (field, tag) in [
            ("List-Help", PropertyTag.listHelp), ("List-Subscribe", .listSubscribe),
            ("List-Unsubscribe", .listUnsubscribe),
        ] {
            if let text = properties.text(tag) { header.add(field, text: text.boundedLine) }
        }
    }

    /// Fields that were kept as named properties — [MS-OXCMAIL] 2.1.2.6.
    private func addNamedFields(to header: inout HeaderLines) {
        var fields: [(name: String, text: String)] = []
        for entry in properties.named where entry.name.set == .psInternetHeaders {
            guard case .string(let name) = entry.name.name, let text = properties.text(entry.name) else { continue }
            let lower = name.lowercased()
            guard NamedFieldRule.isWritten(lower) else { continue }
            fields.append((lower, text))
        }
        var previous = ""
        for field in fields.sorted(by: { ($0.name, $0.text) < ($1.name, $1.text) }) where field.name != previous {
            previous = field.name
            header.add(NamedFieldRule.capitalized(field.name), text: field.text)
        }
    }
}

enum MessageIdentifier {
    /// What stands between the angle brackets; nil where that cannot be written, or only by rules that readers
    /// stumble over.
    static func inner(_ text: String) -> String? {
        let inner = text.filter { !"<> ".contains($0) }
        guard !inner.isEmpty, inner.utf8.count < 800, let first = inner.utf8.first, !",;:()[]\\\"@".utf8.contains(first)
        else { return nil }
        return inner
    }
}

enum NamedFieldRule {
    /// Fields that this export writes from other properties.
    private static let others: Set<String> = [
        "from", "sender", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "references", "in-reply-to",
        "importance", "x-priority", "priority", "sensitivity", "thread-topic", "thread-index", "mime-version",
        "disposition-notification-to", "return-receipt-to", "x-message-flag", "reply-by", "list-help",
        "list-subscribe", "list-unsubscribe", "x-ms-tnef-correlator", "x-mapi-message-class", "received", "lines",
        "return-path",
    ]

    /// - Parameter name: lower case.
    static func isWritten(_ name: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= 70,
            name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") })
        else { return false }
        if name.hasPrefix("content-") { return name == "content-class" || name == "content-language" }
        if name.hasPrefix("x-ms-exchange-organization-") || name.hasPrefix("x-ms-exchange-forest-") { return false }
        return !others.contains(name)
    }

    /// `x-mailer` as `X-Mailer`.
    static func capitalized(_ name: String) -> String {
        name.split(separator: "-", omittingEmptySubsequences: false)
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
    }
}

/// Whether a stored subject is that of the header, as far as the store could keep it.
enum SubjectComparison {
    static func isSame(stored: String, received: String) -> Bool {
        let own = condensed(stored)
        let other = condensed(received)
        if own == other { return true }
        // Stores cut subjects at 255 units.
        if stored.utf16.count >= 250, !own.isEmpty, other.starts(with: own) { return true }
        // Characters that another program could not decode.
        guard own.contains("?") || own.contains("\u{FFFD}") || other.contains("\u{FFFD}") else { return false }
        func plain(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
            scalars.filter { $0.isASCII && $0 != "?" }
        }
        return plain(own) == plain(other)
    }

    private static func condensed(_ text: String) -> [Unicode.Scalar] {
        text.unicodeScalars.filter { $0.value > 0x20 && !$0.properties.isWhitespace }
    }
}

enum Base64Words {
    /// Base64 that can be folded between its words.
    static func words(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: bytes.count, by: 45).map { start in
            Base64.encoded(Array(bytes[start..<min(start + 45, bytes.count)]))
        }
    }
}
