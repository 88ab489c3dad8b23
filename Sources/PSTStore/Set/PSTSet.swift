public import MAPI
public import MailStore
import PST
import Synchronization

/// How a set of PSTs is to grow.
public struct PSTSetOptions: Sendable {
    public var store: PSTStoreOptions
    /// Bytes that no part is to exceed, unless by a single message.
    public var maximumSize: UInt64 = 45 << 30
    /// nil: as in the parts that are there; where there is none, only size divides.
    public var split: SplitRule?
    /// For the part of folders that come before any message.
    public var now: @Sendable () -> FileTime = { FileTime.now }

    public init(_ store: PSTStoreOptions) {
        self.store = store
    }
}

/// One or more PSTs as one message store that is written: FILE.pst, and its parts where it has grown too large, or is to be
/// divided by date or folder. With FILE.pst alone it is what ``PSTStore`` is: ids, identity and generation are the same.
///
/// A folder has a counterpart in each part that has messages of it. `docs/splitting.md` describes it.
public actor PSTSet: WritableMessageStore {
    public nonisolated let description: String
    let path: String
    let options: PSTSetOptions
    /// By what messages are divided in this run.
    let rule: SplitRule?
    /// ``StoreIdentity/store`` of the set.
    private(set) var key: String
    /// That of the first part, if there is none yet.
    private let newKey: GUID?
    private let preparation: MessagePreparation
    private let routes = PartRoutes()
    /// In the order of the set.
    var parts: [Part] = []
    var folders = SetFolders()
    var openedInventory: PSTSetInventory?
    /// By this run, by the labels of the parts.
    var savedMessages: [String: Int] = [:]
    /// Messages that lie in another part now, and have to go from the one they lay in.
    var moved: [MovedMessage] = []
    /// What an interruption had left unfinished and was repaired; one line each.
    public private(set) var repairs: [String] = []

    /// A file of the set.
    struct Part {
        let store: PSTStore
        var record: PartRecord
        var label: String { record.label }
    }

    private init(path: String, options: PSTSetOptions, rule: SplitRule?, key: String, newKey: GUID?) {
        self.path = path
        description = path
        self.options = options
        self.rule = rule
        self.key = key
        self.newKey = newKey
        preparation = MessagePreparation(path: path, options: options.store)
    }

    /// The set at `path`; where there is none, a new one.
    /// - Parameter knownGeneration: ``StoreIdentity/generation`` after this program's last checkpoint, if it is known.
    /// - Throws: as ``PSTStore/open(at:options:knownGeneration:)`` and ``PSTParts/find(_:)``; `noInput` where a part is
    ///   missing that was there at the known generation.
    public static func open(
        at path: String, options: PSTSetOptions, knownGeneration: String? = nil
    ) async throws(StoreError) -> PSTSet {
        let found = try PSTParts.find(path)
        guard !found.isMember else {
            throw StoreError(.cannotCreate, "\(path) is a part of another PST, and is not written by itself")
        }
        if let knownGeneration, !found.isEmpty { try found.checkPresence(of: knownGeneration, path) }
        let newKey = found.isEmpty ? GUID.random() : nil
        let rule = options.split ?? found.files.last { $0.group.rule != nil }?.group.rule
        let set = PSTSet(
            path: path, options: options, rule: rule, key: newKey.map { StoreIdentity.key($0.bytes) } ?? found.key,
            newKey: newKey)
        do {
            try await set.open(found.files, SetGeneration(knownGeneration ?? ""))
        } catch {
            await set.abandon()
            throw error
        }
        return set
    }

    private func open(_ files: [PSTPart], _ known: SetGeneration) async throws(StoreError) {
        for file in files {
            let store = try PSTStore.open(
                at: file.path, options: options.store, knownGeneration: known[file.label])
            let whole = PartRecord(set: key, label: file.label, group: .whole, number: 1)
            parts.append(Part(store: store, record: file.record ?? whole))
            let repaired = await store.repairs
            repairs += repaired.map { "\(file.path): \($0)" }
        }
        // One that had to be repaired to tell.
        if key.isEmpty, let first = parts.first { key = try await first.store.identity().store }
        folders.isComplete = parts.count <= 1
        updateRoutes()
        try await finishMoves()
        // A PST that nothing divides but size stands there from the start.
        if parts.isEmpty && rule == nil { _ = try await addPart(.whole) }
    }

    public nonisolated func prepare(_ message: StoredMessage) throws(StoreError) -> PreparedPSTMessage {
        let group = Self.expectedGroup(of: message, rule)
        guard let store = routes.value[group] else { return try preparation.prepare(message) }
        // Where dates or folders divide, the part it is built for may turn out to be another one.
        return try store.prepare(message, keepsObject: rule != nil)
    }

    /// The group that a message will most likely be in; only a guess for folders that have been renamed.
    private static func expectedGroup(of message: StoredMessage, _ rule: SplitRule?) -> PartGroup {
        guard let rule else { return .whole }
        guard rule == .folder else { return .of(message.row.deliveryTime, rule) }
        return .folder(message.folder.path.names.first ?? "")
    }

    /// Tells those that prepare messages which part each group grows in.
    private func updateRoutes() {
        var current: [PartGroup: PSTStore] = [:]
        for part in parts { current[part.record.group] = part.store }
        routes.value = current
    }
}

/// Parts.
extension PSTSet {
    /// - Throws: where there is no such part.
    func part(_ label: String) throws(StoreError) -> Part {
        guard let part = parts.first(where: { $0.label == label }) else {
            throw StoreError(.vanished, "\(PartLabel.path(path, label)) is not there")
        }
        return part
    }

    /// The part of a group that grows, made if there is none.
    func growing(_ group: PartGroup) async throws(StoreError) -> Part {
        if let part = parts.last(where: { $0.record.group == group }) { return part }
        return try await addPart(group)
    }

    /// Begins the next part of a group.
    func addPart(_ group: PartGroup) async throws(StoreError) -> Part {
        let number = parts.count { $0.record.group == group } + 1
        let label = PartLabel.make(group, number: number, taken: parts.map(\.label))
        let record = PartRecord(set: key, label: label, group: group, number: number)
        var options = options.store
        options.displayName = try await displayName(of: record)
        let last = parts.last { $0.record.group == group }
        let heritage = await (last ?? parts.last)?.store.heritage(isOfOneGroup: last != nil)
        // The first file needs no record: it is what PSTs without parts are.
        let isPlain = label.isEmpty && parts.isEmpty
        let store = try PSTStore.create(
            at: PartLabel.path(path, label), options: options, as: isPlain ? nil : record,
            key: parts.isEmpty ? newKey : nil, after: heritage)
        let position =
            parts.firstIndex { part in
                PSTParts.precedes((group, number), (part.record.group, part.record.number))
            } ?? parts.count
        let part = Part(store: store, record: record)
        parts.insert(part, at: position)
        updateRoutes()
        return part
    }

    /// "NAME (2)", "NAME 2025", "NAME INBOX (2)".
    private func displayName(of record: PartRecord) async throws(StoreError) -> String {
        var name = options.store.displayName
        if let first = parts.first, first.label.isEmpty, let stored = try await first.store.displayName() {
            name = stored
        }
        if record.group != .whole { name += " \(record.group.folderName ?? record.group.text)" }
        return record.number > 1 ? "\(name) (\(record.number))" : name
    }
}

/// Checkpoints.
extension PSTSet {
    /// One part after the other. What was moved between parts is in both until the second round: nothing is lost, whatever
    /// happens in between, and the next start completes it.
    public func checkpoint() async throws(StoreError) {
        for part in parts where !moved.isEmpty {
            let arrivals = moved.filter { $0.newLabel == part.label }.map(\.oldID)
            if !arrivals.isEmpty { try await part.store.setText(.movedHere, PropertyLines.text(arrivals)) }
        }
        openedInventory = nil
        for part in parts { try await part.store.checkpoint() }
        // The generation names them all: one that is not there afterwards would be missed.
        if parts.count > 1 || parts.first?.label.isEmpty == false { for part in parts { await part.store.settle() } }
        guard !moved.isEmpty else { return }
        let leaving = moved
        moved = []
        for message in leaving { try await remove(message.oldID) }
        let labels = Set(leaving.map { PartIdentifiers.split($0.oldID).label })
        for part in parts where labels.contains(part.label) { try await part.store.checkpoint() }
    }

    /// Takes a message out of the part it lay in, if it still does.
    /// - Returns: whether it did.
    @discardableResult
    private func remove(_ id: String) async throws(StoreError) -> Bool {
        let (label, local) = PartIdentifiers.split(id)
        guard let store = parts.first(where: { $0.label == label })?.store else { return false }
        let message = MessageID(rawValue: local)
        guard let folder = try await store.folder(of: message) else { return false }
        try await store.delete(message, from: folder)
        return true
    }

    /// Completes what a crash in ``checkpoint()`` has left: messages that are in two parts go from the old one.
    private func finishMoves() async throws(StoreError) {
        var count = 0
        for part in parts {
            guard let text = try await part.store.text(.movedHere), !text.isEmpty else { continue }
            for id in PropertyLines.lines(text) where try await remove(id) { count += 1 }
        }
        guard count > 0 else { return }
        repairs.append("\(count) messages were in two parts; they were taken out of the old ones")
        for part in parts { try await part.store.checkpoint() }
    }

    public func finish() async throws(StoreError) {
        // A mailbox in which there was nothing to divide.
        if parts.isEmpty { _ = try await addPart(.whole) }
        try await checkpoint()
        for part in parts { try await part.store.finish() }
    }

    public func abandon() async {
        moved = []
        for part in parts { await part.store.abandon() }
    }
}

/// The part in which each group grows, for those that prepare messages while the set goes on.
private final class PartRoutes: Sendable {
    private let stores = Mutex<[PartGroup: PSTStore]>([:])

    var value: [PartGroup: PSTStore] {
        get { stores.withLock { $0 } }
        set { stores.withLock { $0 = newValue } }
    }
}

/// A message that has gone from one part into another and is still in both.
struct MovedMessage: Sendable {
    /// Qualified by its part.
    let oldID: String
    let oldFolder: FolderID
    let newLabel: String
}
