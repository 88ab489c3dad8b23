public import MAPI
import PSTLTP
public import PSTNDB

/// A message as it goes into a PST: blocks ready but for their place, and its row of the contents table.
public struct MessageImage: Sendable {
    let images: BlockImages
    let node: NodeImage
    let row: TableRow
    /// The cells of the row that repeat no property.
    let ownCells: [(tag: PropertyTag, value: PropertyValue)]
    let isUnread: Bool
    /// The highest PidTagLtpRowVer in the tables of the message.
    let highestRowVersion: UInt32

    /// Bytes of memory it holds.
    public var memorySize: Int { images.memorySize + row.variableSize }
    /// PidTagMessageSize, in bytes.
    public var messageSize: UInt64 { node.objectSize }
}

/// Builds message objects, [MS-PST] 2.4.5, as Outlook and its repair tool want them. Needs no database but for
/// attachments that are streamed into it.
public struct MessageBuilder {
    /// Writes an attachment that is too large for memory; returns its data tree and size in bytes.
    public typealias StreamStore = (any AttachmentStream) throws(PSTError) -> (block: BlockID, size: UInt64)

    let names: NameToIDMap
    let store: StreamStore?
    var images: BlockImages
    private var highestRowVersion: UInt32 = 0
    /// Embedded messages so far, at whatever depth.
    private var embeddedCount: UInt32 = 0

    /// - Parameters:
    ///   - names: knows every named property of the message; see ``unknownNames(in:)``.
    ///   - store: absent where there is no database, and then no streamed attachment either.
    ///   - expectedSize: about how many bytes the message will take, so that its blocks need not be moved as they grow.
    public init(
        names: NameToIDMap, encoding: ContentEncoding, expectedSize: Int = 0, store: StreamStore? = nil
    ) {
        self.names = names
        self.store = store
        images = BlockImages(encoding: encoding, reservingBytes: max(expectedSize, 16 << 10))
    }

    /// Properties that live in table rows or are computed, and never in a message's property context.
    private static func isNeverStored(_ tag: PropertyTag) -> Bool {
        switch tag.id {
        case 0x003D, 0x0E02, 0x0E03, 0x0E04, 0x0E08, 0x0E17, 0x0E1B, 0x0E1D, 0x0E30, 0x0E33, 0x0E34, 0x0FFE, 0x3013,
            0x6722, 0x67F2, 0x67F3:
            true
        default: false
        }
    }
    /// Depth of messages in messages that is stored: more than the imports of mail and of TNEF together give.
    private static let deepest = 48
    /// The first attachment and the first embedded message have the first free index of their types. Ids of subnodes
    /// count within their own node.
    private static let firstAttachment: UInt32 = 0x401
    /// Embedded messages are numbered below the messages of folders (which begin with 0x10001, [MS-PST] 2.2.2.6, rgnid): libpff looks
    /// for their ids among those of folders first.
    private static let firstEmbeddedMessage: UInt32 = 0x401
    private static let embeddedMessages: UInt32 = 0xF000
    private static let embeddedStorage = NodeID(type: .storage, index: 0x401)

    /// Builds the message.
    public mutating func build(_ message: MessageObject) throws(PSTError) -> MessageImage {
        let built = try buildObject(message, depth: 0)
        return MessageImage(
            images: images, node: built.node, row: built.row, ownCells: built.ownCells, isUnread: built.isUnread,
            highestRowVersion: highestRowVersion)
    }

    private struct Built {
        let node: NodeImage
        let row: TableRow
        let ownCells: [(tag: PropertyTag, value: PropertyValue)]
        let isUnread: Bool
    }

    private mutating func buildObject(_ message: MessageObject, depth: Int) throws(PSTError) -> Built {
        guard depth < Self.deepest else { throw .limit("messages nested more than \(Self.deepest) deep") }
        highestRowVersion = UInt32(
            clamping: max(Int(highestRowVersion), message.recipients.count, message.attachments.count))
        let recipients = message.recipients.map { RecipientTable.normalized($0) }
        var subnodes: [(id: NodeID, node: NodeImage)] = []
        if !message.attachments.isEmpty {
            var table = try inTables { () throws(LTPError) in try TableContext(schema: TableTemplates.attachments) }
            for (position, attachment) in message.attachments.enumerated() {
                let id = NodeID(type: .attachment, index: Self.firstAttachment + UInt32(position))
                let built = try buildAttachment(attachment, depth: depth)
                subnodes.append((id, built.node))
                let version = UInt32(position + 1)
                try inTables { () throws(LTPError) in
                    try table.append(built.row, id: id.rawValue, version: version, images: &images)
                }
            }
            let node = try inTables { () throws(LTPError) in try table.build(into: &images) }
            subnodes.append((.attachmentTable, node))
        }
        subnodes.append((.recipientTable, try RecipientTable.build(recipients, into: &images)))

        var context = PropertyContextBuilder()
        let topic = addProperties(of: message, recipients: recipients, to: &context)
        let result = try inTables { () throws(LTPError) in
            try context.build(into: &images, others: subnodes, sizeProperty: PropertyTag.messageSize.id)
        }
        var row = TableRow(schema: TableTemplates.contents)
        row.mirror(context, subnodes: result.subnodes, sharingFrom: Self.sharedListSize)
        row.set(.messageSize, .integer32(Int32(clamping: result.node.objectSize)))
        var ownCells: [(tag: PropertyTag, value: PropertyValue)] = [(.messageStatus, .integer32(0))]
        if let id = ConversationID.of(message.properties, topic: topic) {
            ownCells.append((.conversationId, .binary(id)))
        }
        for (tag, value) in ownCells { row.set(tag, value) }
        let flags = MessageFlags(rawValue: message.properties.integer32(.messageFlags) ?? 0)
        return Built(node: result.node, row: row, ownCells: ownCells, isUnread: !flags.contains(.read))
    }

    /// Display lists of this many bytes or more are one data tree for the message and its row: two equal copies are an
    /// inconsistency to the repair tool.
    private static let sharedListSize = 2048

    /// - Returns: the conversation topic as stored.
    private func addProperties(
        of message: MessageObject, recipients: [PropertyBag], to context: inout PropertyContextBuilder
    ) -> String? {
        let properties = message.properties
        // What is stored otherwise than the message has it; the rest is not to be copied.
        var own = PropertyBag()
        own.reserveCapacity(fixed: 12)
        var flags = MessageFlags(rawValue: properties.integer32(.messageFlags) ?? 0)
        flags.remove(.associated)
        if message.attachments.isEmpty {
            flags.remove(.hasAttachment)
        } else {
            flags.insert(.hasAttachment)
        }
        own[.messageFlags] = .integer32(flags.rawValue)
        if properties.string(.messageClass)?.isEmpty != false { own[.messageClass] = .string("IPM.Note") }
        let created =
            properties.time(.creationTime) ?? properties.time(.messageDeliveryTime)
            ?? properties.time(.clientSubmitTime) ?? FileTime(unixSeconds: 0)
        own[.creationTime] = .time(created)
        if properties.time(.lastModificationTime) == nil { own[.lastModificationTime] = .time(created) }
        if properties.binary(.searchKey)?.count != 16 { own[.searchKey] = .binary(SearchKey.standIn(for: properties)) }
        own[.subject] = .string(SubjectEncoding.stored(properties.string(.subject) ?? ""))
        let topic = properties.string(.conversationTopic).map {
            SubjectEncoding.truncated(SubjectEncoding.withoutControls($0), to: SubjectEncoding.longest)
        }
        if let topic { own[.conversationTopic] = .string(topic) }
        for name in [
            PropertyTag.senderName, .sentRepresentingName, .receivedByName, .receivedRepresentingName,
        ] {
            if let text = properties.string(name) {
                own[name] = .string(SubjectEncoding.truncated(text.replacingNUL(), to: SubjectEncoding.longest))
            }
        }
        context.reserveCapacity(Self.expectedSize(of: properties))
        add(properties, to: &context) { tag in
            !Self.isNeverStored(tag) && !own.fixed.contains { $0.tag.id == tag.id }
        }
        add(own, to: &context) { _ in true }
        context.add(.messageSize, .integer32(0))
        for (tag, type) in [(PropertyTag.displayTo, Int32(1)), (.displayCc, 2), (.displayBcc, 3)] {
            if let list = RecipientTable.displayList(recipients, type: type) { context.add(tag, .string(list)) }
        }
        return topic
    }

    /// Bytes of texts as stored, and room for what else there is.
    private static func expectedSize(of properties: PropertyBag) -> Int {
        var size = 8 << 10
        for position in properties.fixed.indices {
            if case .string(let text) = properties.fixed[position].value { size += 2 * text.utf8.count }
        }
        return size
    }

    private func add(
        _ properties: PropertyBag, to context: inout PropertyContextBuilder, where isStored: (PropertyTag) -> Bool
    ) {
        for (tag, value) in properties.fixed where isStored(tag) && tag.id < 0x8000 && !value.isEmptyText {
            context.add(tag, value)
        }
        for (name, value) in properties.named where !value.isEmptyText {
            if let id = names.id(of: name) { context.add(id, value) }
        }
    }
}

/// Attachments.
extension MessageBuilder {
    private struct BuiltAttachment {
        let node: NodeImage
        let row: TableRow
    }

    /// Attachment object, [MS-PST] 2.4.6.2.
    private mutating func buildAttachment(_ attachment: Attachment, depth: Int) throws(PSTError) -> BuiltAttachment {
        var properties = attachment.properties
        properties[.attachSize] = nil
        properties[.attachDataBinary] = nil
        // Places in an RTF body that TNEF names have no meaning once the HTML or the text is the body.
        properties[.renderingPosition] = .integer32(-1)
        var context = PropertyContextBuilder()
        var subnodes: [(id: NodeID, node: NodeImage)] = []
        let data = PropertyTag.attachDataBinary.id
        switch attachment.content {
        case .none:
            if properties.integer32(.attachMethod) == nil { properties[.attachMethod] = .integer32(0) }
        case .bytes(let bytes):
            properties[.attachMethod] = .integer32(1)
            context.add(data, .binary(bytes))
        case .stream(let stream):
            properties[.attachMethod] = .integer32(1)
            guard let store else { throw .limit("a streamed attachment needs a database") }
            let stored = try store(stream)
            if stored.size == 0 {
                context.add(data, .binary([]))
            } else {
                context.addStored(data, block: stored.block, size: stored.size)
            }
        case .message(let message):
            properties[.attachMethod] = .integer32(5)
            let index = Self.firstEmbeddedMessage + embeddedCount % Self.embeddedMessages
            embeddedCount += 1
            let embedded = try buildObject(message, depth: depth + 1)
            let id = NodeID(type: .normalMessage, index: index)
            subnodes.append((id, embedded.node))
            context.addObject(data, subnode: id, size: UInt32(min(embedded.node.objectSize, UInt64(Int32.max))))
        case .storage(let bytes):
            properties[.attachMethod] = .integer32(6)
            let content = bytes.withUnsafeBytes { images.appendData($0) }
            subnodes.append((Self.embeddedStorage, NodeImage(data: content, dataSize: UInt64(bytes.count))))
            context.addObject(data, subnode: Self.embeddedStorage, size: UInt32(clamping: bytes.count))
        }
        add(properties, to: &context) { $0.id != PropertyTag.ltpRowId.id && $0.id != PropertyTag.ltpRowVer.id }
        // The size counts itself.
        context.add(.attachSize, .integer32(Int32(clamping: context.valueSize + 4)))
        let result = try inTables { () throws(LTPError) in try context.build(into: &images, others: subnodes) }
        var row = TableRow(schema: TableTemplates.attachments)
        row.mirror(context)
        return BuiltAttachment(node: result.node, row: row)
    }
}

/// What a message needs that only its store can give.
extension MessageBuilder {
    /// Named properties of the message and everything in it that `names` does not know.
    public static func unknownNames(in message: MessageObject, _ names: NameToIDMap) -> [NamedProperty] {
        var unknown: [NamedProperty] = []
        visit(message) { object in
            for (name, _) in object.named where names.id(of: name) == nil { unknown.append(name) }
        }
        return unknown
    }

    /// Whether an attachment, also of an embedded message, is streamed.
    public static func hasStream(_ message: MessageObject) -> Bool {
        message.attachments.contains { attachment in
            switch attachment.content {
            case .stream: true
            case .message(let inner): hasStream(inner)
            case .none, .bytes, .storage: false
            }
        }
    }

    private static func visit(_ message: MessageObject, _ body: (PropertyBag) -> Void) {
        body(message.properties)
        for attachment in message.attachments {
            body(attachment.properties)
            if case .message(let inner) = attachment.content { visit(inner, body) }
        }
    }
}

extension PropertyValue {
    /// Empty strings are best not stored: the repair tool wants them mirrored, or removes them.
    var isEmptyText: Bool {
        switch self {
        case .string(let text): text.isEmpty
        case .string8(let text): text.isEmpty
        case .multipleString(let texts): texts.isEmpty
        default: false
        }
    }
}
