import BinaryIO

/// The message store, [MS-PST] 2.4.3.
extension Rule {
    static let storeProperty = Rule(
        "store-property", .error, "[MS-PST] 2.4.3.1", "the store lacks a required property", .repair)
    static let storeUsualProperty = Rule(
        "store-usual-property", any: nil, fresh: .error, "scanpst", "the store lacks a property Outlook always writes",
        .repair)
    static let storeMask = Rule(
        "store-mask", any: nil, fresh: .warning, "scanpst",
        "PidTagValidFolderMask lacks the bit of a folder that the store names", .none)
    static let entryIDShape = Rule(
        "entry-id", .error, "[MS-PST] 2.4.3.2", "an entry id of the store is malformed or has another UID", .repair)
    static let entryIDFolder = Rule(
        "entry-id-folder", .error, "[MS-PST] 2.4.3.2", "an entry id of the store names no folder", .repair)

    static let store: [Rule] = [storeProperty, storeUsualProperty, storeMask, entryIDShape, entryIDFolder]
}

/// Checks the objects of a store: what lies above the node database.
final class StoreCheck {
    let file: FileUnderCheck
    var log: FindingLog { file.log }
    /// Columns of the templates that were found.
    var templateTags: [UInt32: Set<UInt32>] = [:]
    /// NIDs that the search activity list has.
    var searchList: Set<UInt32> = []
    var folderCount = 0
    var messageCount = 0
    /// The property ids less 0x8000 that the name map knows; nil where there is no map.
    var knownNames: [Bool]?
    /// Child folders by parent.
    var childFolders: [UInt32: [UInt32]] = [:]
    /// For the indexes that Outlook keeps of messages and rows.
    var replicated = ReplicationCheck()
    var conversations = MessageIndexCheck()

    init(file: FileUnderCheck) {
        self.file = file
    }

    func run() {
        conversations.isKept = file.nodes.contains(StoreNode.messageIndex)
        checkMandatoryNodes()
        checkParents()
        checkNames()
        checkTemplates()
        checkQueues()
        checkStore()
        checkFolders()
        checkSearchFolders()
        checkUnlistedMessages()
        checkIDMap()
        checkMessageIndex()
        checkOtherNodes()
        file.checkVersions()
        checkNamesInUse()
    }

    private func checkStore() {
        guard let content = file.node(StoreNode.store, "message store"), let store = PropertyView(content) else {
            return
        }
        let place = content.place
        let key = store.bytes(0x0FF9)
        if key?.count != 16 {
            log.report(.storeProperty, place, found: "no PidTagRecordKey of 16 bytes", expected: "one")
        }
        if store[0x3001] == nil { log.report(.storeProperty, place, found: "no PidTagDisplayName") }
        for (id, isRequired) in [
            (0x35E0, true), (0x35E3, true), (0x35E7, true), (0x35E2, false), (0x35E4, false), (0x35E5, false),
            (0x35E6, false),
        ] as [(UInt16, Bool)] {
            if let entry = store.bytes(id) {
                check(entry, id, key: key, place)
            } else if isRequired {
                log.report(.storeProperty, place, mildly: file.header.isOST, found: "no \(hexadecimal(id))")
            }
        }
        if log.profile == .fresh { checkUsual(store) }
        store.finish()
    }

    private func check(_ entry: [UInt8], _ id: UInt16, key: [UInt8]?, _ place: Place) {
        guard entry.count == 24, entry.prefix(4).allSatisfy({ $0 == 0 }), key == nil || Array(entry[4..<20]) == key
        else {
            log.report(
                .entryIDShape, place, found: "\(hexadecimal(id)) = " + entry.withUnsafeBytes { hexadecimal($0) },
                expected: "24 bytes with the store's UID")
            return
        }
        let folder = entry.loadLittleEndian(UInt32.self, at: 20) ?? 0
        if !file.nodes.contains(folder) || !NodeKind.isFolder(folder) {
            log.report(.entryIDFolder, place, found: "\(hexadecimal(id)) names \(hexadecimal(folder))")
        }
    }

    private func checkUsual(_ store: PropertyView) {
        let usual: [(tag: UInt32, size: Int?)] = [
            (0x0E34_0102, 24), (0x0E38_0003, 4), (0x0FF9_0102, 16), (0x3001_001F, nil), (0x35DF_0003, 4),
            (0x35E0_0102, 24), (0x35E3_0102, 24), (0x35E7_0102, 24), (0x67FF_0003, 4), (0x6633_000B, 1),
            (0x66FA_0003, 4),
        ]
        for (tag, size) in usual {
            let property = store[UInt16(tag >> 16)]
            if property?.type != UInt16(truncatingIfNeeded: tag) || size.map({ $0 != property?.size }) ?? false {
                log.report(.storeUsualProperty, store.place, found: "no sound \(hexadecimal(tag))")
            }
        }
        let mask = store.integer(0x35DF) ?? 0
        for (id, bit) in [
            (0x35E0, 1), (0x35E2, 4), (0x35E3, 8), (0x35E4, 0x10), (0x35E5, 0x20), (0x35E6, 0x40), (0x35E7, 0x80),
        ] as [(UInt16, UInt32)] where store[id] != nil && mask & bit == 0 {
            log.report(.storeMask, store.place, found: hexadecimal(mask), expected: "bit \(hexadecimal(bit))")
        }
    }
}
