import BinaryIO
public import MailStore

/// A copy of a mailbox that is kept up to date by what its store says has changed, as a run does it, and that notes each
/// rule of ``SynchronizingStore`` which the store breaks.
struct MailboxReplica {
    private struct Folder {
        var info: FolderInfo
        var state: SynchronizationState?
        var given: [MessageID: GivenMessage] = [:]
        var texts: [MessageID: String] = [:]

        mutating func forget(_ id: MessageID) {
            given[id] = nil
            texts[id] = nil
        }

        mutating func remember(_ row: ContentsRow, text: String?) {
            given[row.id] = GivenMessage(row)
            texts[row.id] = text
        }
    }

    private var folders: [FolderID: Folder] = [:]
    private(set) var violations: [String] = []

    /// What the copy holds.
    var contents: [FolderPath: [String: MessageState]] {
        var contents: [FolderPath: [String: MessageState]] = [:]
        for folder in folders.values where folder.info.holdsMessages {
            var messages: [String: MessageState] = [:]
            for (id, message) in folder.given { messages[folder.texts[id] ?? "no text"] = message.state }
            contents[folder.info.path] = messages
        }
        return contents
    }

    /// Brings the copy up to date.
    /// - Returns: the paths of folders whose state said that nothing has changed.
    mutating func synchronize(_ store: some SynchronizingStore) async throws -> Set<FolderPath> {
        let hierarchy = try await store.hierarchyWithStates()
        if try await store.hierarchy().folders != hierarchy.table.folders {
            violations.append("the hierarchy with states has other folders than the one without")
        }
        let ids = Set(hierarchy.table.folders.map(\.id))
        if !ids.isSuperset(of: hierarchy.states.keys) { violations.append("a state of a folder that is not there") }
        let removed = folders.filter { !ids.contains($0.key) }
        for folder in removed.values { try await checkVanished(folder, store) }
        var unchanged: Set<FolderPath> = []
        var next: [FolderID: Folder] = [:]
        for info in hierarchy.table.folders {
            var folder = folders[info.id] ?? renamed(info, from: removed.values) ?? Folder(info: info)
            folder.info = info
            if folder.state != nil && folder.state == hierarchy.states[info.id] {
                unchanged.insert(info.path)
            } else {
                try await update(&folder, store)
            }
            next[info.id] = folder
        }
        folders = next
        return unchanged
    }

    /// Folders that have rested and whose state is another one than they were left with.
    mutating func checkRest(_ store: some SynchronizingStore) async throws {
        let states = try await store.hierarchyWithStates().states
        for (id, state) in states where folders[id]?.state != state {
            violations.append("\(id.rawValue): another state although nothing changed")
        }
    }

    private func renamed(_ info: FolderInfo, from removed: some Sequence<Folder>) -> Folder? {
        guard let id = info.persistentID else { return nil }
        return removed.first { $0.info.persistentID == id }
    }

    private mutating func checkVanished(_ folder: Folder, _ store: some SynchronizingStore) async throws {
        guard folder.info.holdsMessages else { return }
        let name = folder.info.path.description
        do {
            let changes = try await store.changes(
                in: folder.info, since: folder.state, given: Array(folder.given.values))
            // Some stores keep a folder's identity, and find it by it.
            if changes.count != folder.given.count { violations.append("\(name): removed, and changed") }
        } catch {
            if error.code != .vanished { violations.append("\(name): removed, and \(error.code)") }
        }
    }

    private mutating func update(_ folder: inout Folder, _ store: some SynchronizingStore) async throws {
        let given = folder.given.values.sorted { $0.id.rawValue < $1.id.rawValue }
        let changes = try await store.changes(in: folder.info, since: folder.state, given: given)
        let again = try await store.changes(in: folder.info, since: folder.state, given: given)
        let name = folder.info.path.description
        if changes.summary != again.summary { violations.append("\(name): asked twice, two answers") }
        check(changes, of: folder)
        for id in changes.gone { folder.forget(id) }
        for (was, row) in changes.renumbered {
            let text = folder.texts[was]
            folder.forget(was)
            folder.remember(row, text: text)
        }
        for row in changes.changed { folder.remember(row, text: folder.texts[row.id]) }
        for row in changes.new {
            let message = try await store.open(row, in: folder.info)
            guard case .internet(let file) = message.content else { continue }
            folder.remember(row, text: file.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
        }
        folder.state = changes.state
        if folder.given.count != changes.count { violations.append("\(name): not the count that was told") }
        let rest = try await store.changes(in: folder.info, since: folder.state, given: Array(folder.given.values))
        if !rest.isEmpty { violations.append("\(name): changes are left when all have been applied") }
    }

    private mutating func check(_ changes: ContentsChanges, of folder: Folder) {
        let name = folder.info.path.description
        let told =
            changes.changed.map(\.id) + changes.renumbered.map(\.was) + changes.gone + changes.new.map(\.id)
            + changes.renumbered.map(\.row.id)
        if Set(told).count != told.count { violations.append("\(name): two changes of one message") }
        if changes.new.contains(where: { folder.given[$0.id] != nil }) {
            violations.append("\(name): a given message is new")
        }
        let known = changes.changed.map(\.id) + changes.renumbered.map(\.was) + changes.gone
        if known.contains(where: { folder.given[$0] == nil }) {
            violations.append("\(name): a change of a message that was not given")
        }
        for row in changes.changed where folder.given[row.id]?.persistentID != row.persistentID {
            violations.append("\(name): \(row.id.rawValue) has another persistent id")
        }
        if !changes.problems.isEmpty { violations.append("\(name): \(changes.problems[0].message)") }
    }
}

extension GivenMessage {
    /// A message as it was listed.
    public init(_ row: ContentsRow) {
        self.init(
            id: row.id, state: row.state, location: row.location, size: row.size, persistentID: row.persistentID)
    }
}

extension ContentsChanges {
    /// Whether nothing has happened.
    public var isEmpty: Bool { new.isEmpty && changed.isEmpty && renumbered.isEmpty && gone.isEmpty }

    /// All but the state and the problems, to be compared.
    fileprivate var summary: [[String]] {
        [
            new.map { "\($0)" }, changed.map { "\($0)" }, renumbered.map { "\($0)" }, gone.map(\.rawValue).sorted(),
            ["\(count)"],
        ]
    }
}
