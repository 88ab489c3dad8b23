import MAPI
import PSTLTP

/// The table templates of a store, [MS-PST] 2.4.4.4 to 2.4.6.1, with the columns, bits and offsets of files that
/// Outlook made. Where the specification differs (0x0E30 and 0x3613 have other types there) Outlook and its repair tool
/// go before it. Columns stand in the order of their bits.
enum TableTemplates {
    static let hierarchy = TableSchema([
        .displayName, .contentCount, .contentUnreadCount, .subfolders, .replItemId, .replChangenum,
        .replVersionHistory, .replFlags, .containerClass, .pstHiddenCount, .pstHiddenUnread,
    ])

    static let contents = TableSchema([
        .messageStatus, .messageClass, .messageFlags, .importance, .sentRepresentingName, .subject,
        .messageDeliveryTime, .clientSubmitTime, .messageSize, .displayTo, .displayCc, .messageToMe, .messageCcMe,
        .sensitivity, .itemTemporaryFlags, .conversationTopic, .conversationIndex, .conversationId,
        .secureSubmitFlags, .lastModificationTime, .replItemId, .replChangenum, .replVersionHistory,
        .replCopiedFromItemId, .replCopiedFromVersionHistory, .replFlags,
    ])

    static let associatedContents = TableSchema([
        .messageStatus, .messageClass, .messageFlags, .displayName, tag(0x7003_0003), tag(0x7004_0102),
        tag(0x7005_0102), tag(0x7006_001F), tag(0x7007_0003), tag(0x6800_001F), tag(0x6803_000B), tag(0x6805_1003),
        tag(0x682F_001F),
    ])

    static let searchContents = TableSchema([
        .ltpParentNid, .parentDisplay, .messageStatus, .messageClass, .messageFlags, .importance,
        .sentRepresentingName, .subject, .messageDeliveryTime, .messageSize, .displayTo, .displayCc, .messageToMe,
        .messageCcMe, .sensitivity, .exchangeRemoteHeader, .lastModificationTime,
    ])

    static let attachments = TableSchema([.renderingPosition, .attachSize, .attachMethod, .attachFilename])

    static let recipientTags: [PropertyTag] = [
        .responsibility, .addressType, .emailAddress, .entryId, .displayName, .recipientType, .searchKey, .recordKey,
        .objectType, .displayType, .sendRichInfo, .sevenBitDisplayName,
    ]
    static let recipients = TableSchema(recipientTags)

    /// The folder that receives messages of a class; not in the specification.
    static let receiveFolder = TableSchema([receiveFolderNode, .messageClass])
    static let receiveFolderNode = tag(0x6605_0003)

    static let outgoingQueue = TableSchema([.submitFlags, .spoolerStatus, .clientSubmitTime])
    static let changeHistory = TableSchema([.replChangenum, tag(0x0E37_0102), .replFlags])
    static let tombstone = TableSchema([
        tag(0x0E3E_0102), tag(0x0E31_0102), .replItemId, .replFlags, .replVersionHistory, .replChangenum,
        .messageClass,
    ])
    static let tombstoneDate = TableSchema([.creationTime, .replChangenum])

    private static func tag(_ value: UInt32) -> PropertyTag { PropertyTag(rawValue: value) }
}
