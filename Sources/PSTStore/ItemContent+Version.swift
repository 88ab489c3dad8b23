import MAPI
public import MailStore

/// Versions of items.
extension ItemContent {
    /// nil for a message that is not an item of a PST, that does not tell when it was changed, or that cannot be read to its
    /// end: such an item is like no other, and stays.
    public static func version(of message: StoredMessage) -> ItemVersion? {
        guard case .mapi(let object) = message.content,
            let modified = object.properties.time(.lastModificationTime)
        else { return nil }
        let properties = object.properties
        let (key, id) = (properties.binary(.searchKey) ?? [], properties.string(.internetMessageId) ?? "")
        guard !key.isEmpty || !id.isEmpty, let content = try? content(of: object) else { return nil }
        return ItemVersion(
            searchKey: key.isEmpty ? nil : key, messageID: id.isEmpty ? nil : id,
            // Programs differ in how they spell the same class.
            messageClass: (properties.string(.messageClass) ?? "").lowercased(), modified: modified,
            content: content)
    }

    /// What an item says in all of its properties: the text of a contact or an appointment is in many.
    private static func content(of object: MessageObject) throws -> Int {
        var hasher = Hasher()
        hasher.combine(values(of: object.properties))
        for recipient in object.recipients { hasher.combine(values(of: recipient.properties)) }
        for attachment in object.attachments {
            hasher.combine(values(of: attachment.properties))
            switch attachment.content {
            case .none: break
            case .bytes(let bytes), .storage(let bytes): hasher.combine(bytes)
            case .message(let message): hasher.combine(try content(of: message))
            case .stream(let stream): try combine(stream, into: &hasher)
            }
        }
        return hasher.finalize()
    }

    /// In whatever order a store has them.
    private static func values(of properties: PropertyBag) -> [Int] {
        let fixed = properties.fixed.filter { !stores.contains($0.tag.id) && !states.contains($0.tag) }
        func hash(_ key: some Hashable, _ value: PropertyValue) -> Int {
            var hasher = Hasher()
            hasher.combine(key)
            hasher.combine(value)
            return hasher.finalize()
        }
        return (fixed.map { hash($0.tag, $0.value) } + properties.named.map { hash($0.name, $0.value) }).sorted()
    }

    private static func combine(_ stream: any AttachmentStream, into hasher: inout Hasher) throws {
        var reader = stream.makeReader()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try reader.read(into: $0) }
            guard count > 0 else { return }
            hasher.combine(bytes: buffer.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[..<count]) })
        }
    }

    /// What was done with an item: the same item, read or flagged, says what it said.
    private static let states: Set<PropertyTag> = [
        .messageFlags, .messageStatus, .iconIndex, .lastVerbExecuted, .lastVerbExecutionTime, .flagStatus,
        .flagCompleteTime, .followupIcon, .toDoItemFlags, .itemTemporaryFlags, .replyTime,
    ]

    /// What a store keeps for itself, by id: sizes, identities, times and tracking of changes.
    private static let stores: Set<UInt16> = {
        let tags: [PropertyTag] = [
            .lastModificationTime, .creationTime, .messageSize, .attachSize, .hasAttachments, .parentDisplay,
            .searchKey, .recordKey, .entryId, .parentKey, .objectType, .conversationId, .replItemId, .replChangenum,
            .replVersionHistory, .replFlags, .replCopiedFromVersionHistory, .replCopiedFromItemId, .submitFlags,
            .spoolerStatus, .ltpParentNid, .ltpRowId, .ltpRowVer, .recipientOrder,
        ]
        // PidTagAccess, PidTagInstanceKey, PidTagAccessLevel; PidTagLastModifierName and its entry id; PidTagSourceKey,
        // PidTagParentSourceKey, PidTagChangeKey, PidTagPredecessorChangeList.
        let others: [UInt16] = [0x0FF4, 0x0FF6, 0x0FF7, 0x3FFA, 0x3FFB, 0x65E0, 0x65E1, 0x65E2, 0x65E3]
        return Set(tags.map(\.id) + others)
    }()
}
