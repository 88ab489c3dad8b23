internal import MAPI
internal import MIME

/// The export of one message; each rule set is an extension in a file of its own.
struct MessageExport {
    let message: MessageObject
    let key: ExportKey
    /// Messages around this one.
    let depth: Int
    let record: ExportRecord
    let properties: PropertyBag
    /// As stored.
    let messageClass: String
    /// nil where the message has no header of its own: drafts, sent items, what Outlook itself made.
    let transport: TransportFields?

    init(message: MessageObject, key: ExportKey, depth: Int, record: ExportRecord) {
        self.message = message
        self.key = key
        self.depth = depth
        self.record = record
        properties = message.properties
        messageClass = message.properties.text(.messageClass)?.boundedLine ?? "IPM.Note"
        transport = message.properties.text(.transportMessageHeaders).flatMap { TransportFields($0) }
    }

    func composed() -> ComposedMessage {
        let root = content()
        var header = HeaderLines()
        addEnvelope(to: &header)
        header.add("MIME-Version", text: "1.0")
        return ComposedMessage(header: header, root: root)
    }

    private func content() -> OutgoingEntity {
        if SecureMessage.isSecure(message) {
            if let entity = secureEntity() { return entity }
            record.report("a message of class \(messageClass) holds no S/MIME entity; it was written as ordinary mail")
        }
        if let entity = encryptedOpenPGPEntity() { return entity }
        switch ItemKind(messageClass) {
        case .mail, .post: return assembled(alternatives: bodyAlternatives(), attachments: message.attachments)
        case .report(let report): return reportEntity(report)
        case .meeting(let method): return calendarEntity(method: method)
        case .appointment: return calendarEntity(method: nil)
        case .task: return taskEntity()
        case .journal: return journalEntity()
        case .contact: return contactEntity()
        case .distributionList: return distributionListEntity()
        }
    }

    /// Bodies, the pictures in them and what is attached — [MS-OXCMAIL] 2.1.3.1: `mixed` around `related` around
    /// `alternative`, each where there is need of it.
    func assembled(
        alternatives: [BodyAlternative], attachments: [Attachment], adding more: [OutgoingEntity] = []
    ) -> OutgoingEntity {
        let html = alternatives.lazy.compactMap(\.html).first
        let written = attachmentEntities(attachments, html: html)
        var body = body(alternatives)
        if !written.inline.isEmpty {
            let type = alternatives.count > 1 ? "multipart/alternative" : "text/html"
            body = .multipart(
                "related", boundary: key.boundary("related"), parameters: [("type", type)], [body] + written.inline)
        }
        let attached = more + written.attached
        guard !attached.isEmpty else { return body }
        return .multipart("mixed", boundary: key.boundary("mixed"), [body] + attached)
    }

    func body(_ alternatives: [BodyAlternative]) -> OutgoingEntity {
        let entities = alternatives.map(\.entity)
        if entities.count == 1, let only = entities.first { return only }
        if entities.isEmpty { return .text("", type: "text/plain") }
        return .multipart("alternative", boundary: key.boundary("alternative"), entities)
    }
}

/// What a message class means to the export — [MS-OXCMSG] 2.2.1.3; longer classes are special cases of shorter ones.
enum ItemKind {
    case mail
    case post
    case report(ReportKind)
    case meeting(MeetingMethod)
    case appointment
    case task
    case journal
    case contact
    case distributionList

    init(_ messageClass: String) {
        let name = messageClass.uppercased()
        func isKind(_ base: String) -> Bool { name == base || name.hasPrefix(base + ".") }
        if let report = ReportKind(name) {
            self = .report(report)
        } else if let method = MeetingMethod(name) {
            self = .meeting(method)
        } else if isKind("IPM.APPOINTMENT") {
            self = .appointment
        } else if isKind("IPM.TASK") || isKind("IPM.TASKREQUEST") {
            self = .task
        } else if isKind("IPM.ACTIVITY") {
            self = .journal
        } else if isKind("IPM.CONTACT") {
            self = .contact
        } else if isKind("IPM.DISTLIST") {
            self = .distributionList
        } else if isKind("IPM.POST") || isKind("IPM.STICKYNOTE") {
            self = .post
        } else {
            self = .mail
        }
    }
}

enum ReportKind: Equatable {
    case delivery(DeliveryReport.Action)
    case read
    case notRead

    /// - Parameter name: a message class in upper case.
    init?(_ name: String) {
        guard name.hasPrefix("REPORT.") else { return nil }
        if name.hasSuffix(".IPNRN") {
            self = .read
        } else if name.hasSuffix(".IPNNRN") {
            self = .notRead
        } else if name.hasSuffix(".NDR") {
            self = .delivery(.failed)
        } else if name.hasSuffix(".DELAYED.DR") {
            self = .delivery(.delayed)
        } else if name.hasSuffix(".RELAYED.DR") {
            self = .delivery(.relayed)
        } else if name.hasSuffix(".EXPANDED.DR") {
            self = .delivery(.expanded)
        } else if name.hasSuffix(".DR") {
            self = .delivery(.delivered)
        } else {
            return nil
        }
    }
}

/// The method of a meeting message — [MS-OXCICAL] 2.1.3.1.1.1.
enum MeetingMethod: Equatable {
    case request
    case cancel
    /// The `PARTSTAT` of the answer.
    case reply(String)

    /// - Parameter name: a message class in upper case.
    init?(_ name: String) {
        func isKind(_ base: String) -> Bool { name == base || name.hasPrefix(base + ".") }
        if isKind("IPM.SCHEDULE.MEETING.REQUEST") {
            self = .request
        } else if isKind("IPM.SCHEDULE.MEETING.CANCELED") {
            self = .cancel
        } else if isKind("IPM.SCHEDULE.MEETING.RESP.POS") {
            self = .reply("ACCEPTED")
        } else if isKind("IPM.SCHEDULE.MEETING.RESP.TENT") {
            self = .reply("TENTATIVE")
        } else if isKind("IPM.SCHEDULE.MEETING.RESP.NEG") {
            self = .reply("DECLINED")
        } else {
            return nil
        }
    }
}
