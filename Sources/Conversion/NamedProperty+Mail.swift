internal import MAPI

/// Named properties of mail — [MS-OXPROPS] 2.
extension NamedProperty {
    // PSETID_Common
    static let isPrivate = NamedProperty(set: .psetidCommon, identifier: 0x8506)
    static let sideEffects = NamedProperty(set: .psetidCommon, identifier: 0x8510)
    static let smartNoAttachments = NamedProperty(set: .psetidCommon, identifier: 0x8514)
    static let flagRequest = NamedProperty(set: .psetidCommon, identifier: 0x8530)
    static let imapDeleted = NamedProperty(set: .psetidCommon, identifier: 0x8570)
    static let toDoOrdinalDate = NamedProperty(set: .psetidCommon, identifier: 0x85A0)
    static let toDoSubOrdinal = NamedProperty(set: .psetidCommon, identifier: 0x85A1)
    static let toDoTitle = NamedProperty(set: .psetidCommon, identifier: 0x85A4)
    static let validFlagStringProof = NamedProperty(set: .psetidCommon, identifier: 0x85BF)
    static let flagString = NamedProperty(set: .psetidCommon, identifier: 0x85C0)
    // PSETID_Task
    static let taskStatus = NamedProperty(set: .psetidTask, identifier: 0x8101)
    static let percentComplete = NamedProperty(set: .psetidTask, identifier: 0x8102)
    static let taskComplete = NamedProperty(set: .psetidTask, identifier: 0x811C)
    // PS_PUBLIC_STRINGS
    static let categories = NamedProperty(set: .psPublicStrings, string: "Keywords")
    // Our own
    static let imapFlags = NamedProperty(set: .psetidMailBackup, string: "ImapFlags")
    // PS_INTERNET_HEADERS
    static let contentType = NamedProperty(set: .psInternetHeaders, string: "content-type")
}
