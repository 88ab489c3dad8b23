public import BinaryIO
public import MAPI
import PSTLTP
public import PSTNDB

/// A PST that is written, a new one or one that is there: a store with folders and messages. What is changed is in the
/// file only after ``checkpoint()``; until then the file is what it was. Folders and messages are looked at when they are
/// needed, so that the cost of a change does not depend on what else is in the file.
///
/// Not for use by several threads at once.
public final class PSTFile {
    let database: NodeDatabase
    let tables: OpenTables
    var folders: [NodeID: FolderNode] = [:]
    var changedFolders: Set<NodeID> = []
    /// Named properties; may have more names than the file until the next checkpoint.
    public internal(set) var names: NameToIDMap
    /// PidTagRecordKey of the store: what it is known by for all its life.
    public let recordKey: GUID
    /// The folder that the mail tree starts from.
    public let topFolder: NodeID
    /// The wastebasket; nil in a store that has none (yet).
    public internal(set) var deletedItems: NodeID?
    /// A store of our own making that must get a wastebasket.
    let isNew: Bool
    /// Properties of the message store object that the file does not have yet.
    var storeChanges: [(id: UInt16, value: PropertyValue)] = []
    /// Messages added since the last checkpoint.
    var addedMessages = 0

    /// What identifies a new store; random unless a test fixes it.
    public struct Identity: Sendable {
        let recordKey: GUID
        let replica: GUID

        public init(recordKey: GUID, replica: GUID) {
            self.recordKey = recordKey
            self.replica = replica
        }

        public static func random() -> Identity {
            var generator = SystemRandomNumberGenerator()
            func guid() -> GUID {
                GUID(
                    generator.next(), generator.next(), generator.next(), tail: generator.next())
            }
            return Identity(recordKey: guid(), replica: guid())
        }
    }

    private init(
        _ database: NodeDatabase, recordKey: GUID, names: NameToIDMap, topFolder: NodeID, deletedItems: NodeID?,
        isNew: Bool
    ) {
        self.database = database
        tables = OpenTables(database)
        self.recordKey = recordKey
        self.names = names
        self.topFolder = topFolder
        self.deletedItems = deletedItems
        self.isNew = isNew
    }

    /// An empty store in an empty storage. `displayName` is cut at 255 UTF-16 units.
    /// - Parameter names: those of another store, where messages built for that are to fit into this one too.
    public static func create(
        in storage: any Storage, displayName: String, encoding: ContentEncoding, identity: Identity = .random(),
        names: NameToIDMap? = nil
    ) throws(PSTError) -> PSTFile {
        let database = NodeDatabase.create(in: storage, encoding: encoding)
        let file = PSTFile(
            database, recordKey: identity.recordKey, names: names?.forNewStore ?? NameToIDMap(),
            topFolder: .ipmSubtree, deletedItems: nil, isNew: true)
        let name = FolderName.displayable(displayName)
        try StoreSkeleton(
            displayName: name, recordKey: identity.recordKey, replica: identity.replica, database: database
        ).write()
        try file.addFolder(.rootFolder, parent: .rootFolder, name: "", containerClass: nil)
        try file.addFolder(.ipmSubtree, parent: .rootFolder, name: "Top of Personal Folders", containerClass: nil)
        try file.addFolder(.searchRoot, parent: .rootFolder, name: "Search Root", containerClass: nil)
        try file.addSearchFolder()
        return file
    }

    /// The Unicode PST in `storage`, whichever program wrote it. A file that a crash left unfinished is repaired; a
    /// healthy one is not written.
    /// - Parameter knownGeneration: the ``generation`` of this program's last checkpoint, if it is known: saves a walk over
    ///   the file's blocks before the first change.
    /// - Throws: ``PSTError`` for a file that is none, or one of whose store, name map or trees can not be relied on.
    public static func open(
        in storage: any Storage, knownGeneration: String? = nil
    ) throws(PSTError) -> PSTFile {
        let database = try inNodes { () throws(NDBError) in
            try NodeDatabase.open(storage, knownGeneration: knownGeneration)
        }
        let nodes = try inNodes { () throws(NDBError) in try NodeReader.open(storage) }
        let store = try nodes.context(of: .messageStore, budget: nodes.budget())
        func binary(_ tag: PropertyTag) throws(PSTError) -> [UInt8]? {
            guard let record = store.record(tag.id), record.tag == tag else { return nil }
            let value = try inTables { () throws(LTPError) in
                try store.value(record, limit: MessagingLimits.entryID)
            }
            if case .binary(let bytes) = value { return bytes }
            return nil
        }
        func folder(_ tag: PropertyTag) throws(PSTError) -> NodeID? {
            guard let id = try binary(tag).flatMap({ EntryID(bytes: $0) })?.node, id.type == .normalFolder,
                try inNodes({ () throws(NDBError) in try database.node(id) }) != nil
            else { return nil }
            return id
        }
        guard let key = try binary(.recordKey).flatMap({ GUID(bytes: $0[...]) }) else {
            throw .damaged("PidTagRecordKey of the message store: found none, expected 16 bytes")
        }
        guard let top = try folder(.ipmSubTreeEntryId) else {
            throw .damaged("PidTagIpmSubTreeEntryId of the message store: expected the entry id of a folder")
        }
        let names = try NameToIDMap(nodes.context(of: .nameToIDMap, budget: nodes.budget()))
        return PSTFile(
            database, recordKey: key, names: names, topFolder: top, deletedItems: try folder(.ipmWastebasketEntryId),
            isNew: false)
    }

    private func addSearchFolder() throws(PSTError) {
        let folder = FolderNode(
            id: .spamSearchFolder, parent: .rootFolder, name: "SPAM Search Folder 2", containerClass: nil)
        folders[folder.id] = folder
        try addHierarchyRow(of: folder)
        changedFolders.insert(folder.id)
    }

    /// Bytes written since the last checkpoint.
    public var uncommittedBytes: UInt64 { database.uncommittedBytes }

    /// The state of the last checkpoint: another one after every checkpoint that wrote anything, and after every change
    /// that another program made.
    public var generation: String { database.generation }

    /// What had to be put right in the file when it was opened or first changed, for people to read.
    public var repairs: [String] { database.repairs }

    /// How data blocks are encoded.
    public var encoding: ContentEncoding { database.encoding }

    /// Gives named properties their ids in this store.
    public func register(_ unknown: [NamedProperty]) throws(PSTError) {
        for name in unknown { _ = try names.register(name) }
    }
}
