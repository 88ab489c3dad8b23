public import PSTNDB

/// Special internal NIDs, [MS-PST] 2.4.1, and those that Outlook adds.
extension NodeID {
    static let messageStore = NodeID(rawValue: 0x21)
    static let nameToIDMap = NodeID(rawValue: 0x61)
    public static let rootFolder = NodeID(rawValue: 0x122)
    static let searchManagementQueue = NodeID(rawValue: 0x1E1)
    static let searchActivityList = NodeID(rawValue: 0x201)
    static let searchDomainObject = NodeID(rawValue: 0x261)
    static let hierarchyTemplate = NodeID(rawValue: 0x60D)
    static let contentsTemplate = NodeID(rawValue: 0x60E)
    static let associatedContentsTemplate = NodeID(rawValue: 0x60F)
    static let searchContentsTemplate = NodeID(rawValue: 0x610)
    static let receiveFolderTable = NodeID(rawValue: 0x62B)
    static let outgoingQueueTable = NodeID(rawValue: 0x64C)
    /// Template node, and the id of the attachment table among a message's subnodes.
    static let attachmentTable = NodeID(rawValue: 0x671)
    /// Template node, and the id of the recipient table among a message's subnodes.
    static let recipientTable = NodeID(rawValue: 0x692)
    // Not in the specification; the repair tool reports "Missing template" or "HMP" without them.
    static let changeHistoryTemplate = NodeID(rawValue: 0x6B6)
    static let tombstoneTemplate = NodeID(rawValue: 0x6D7)
    static let tombstoneDateTemplate = NodeID(rawValue: 0x6F8)
    static let idMap = NodeID(rawValue: 0xC01)
    /// The companion of the search management queue in files of Outlook 2010 and later.
    static let searchUpdateQueue = NodeID(rawValue: 0xEC1)
    static let spamSearchFolder = NodeID(rawValue: 0x2223)
    /// Conventional, not fixed: the store's entry ids name them.
    public static let ipmSubtree = NodeID(rawValue: 0x8022)
    static let searchRoot = NodeID(rawValue: 0x8042)
    public static let deletedItems = NodeID(rawValue: 0x8062)
}
