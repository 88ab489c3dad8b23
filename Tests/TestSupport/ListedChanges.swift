public import MailStore

/// Makes any store tell changes, by listing everything each time and comparing.
public struct ListedChanges: SynchronizingStore {
    private let store: any MessageStore

    public init(_ store: any MessageStore) {
        self.store = store
    }

    public var description: String { store.description }

    public func hierarchy() async throws(StoreError) -> HierarchyTable { try await store.hierarchy() }

    public func hierarchyWithStates() async throws(StoreError) -> SynchronizedHierarchy {
        SynchronizedHierarchy(table: try await store.hierarchy(), states: [:])
    }

    public func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
        try await store.contents(of: folder)
    }

    public func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
        try await store.open(row, in: folder)
    }

    public func prefetch(_ rows: ArraySlice<ContentsRow>, in folder: FolderInfo) {
        store.prefetch(rows, in: folder)
    }

    public func changes(
        in folder: FolderInfo, since state: SynchronizationState?, given: [GivenMessage]
    ) async throws(StoreError) -> ContentsChanges {
        let table = try await store.contents(of: folder)
        var changes = ContentsChanges(state: SynchronizationState(rawValue: ""))
        changes.count = table.rows.count
        changes.problems = table.problems
        var missing: [MessageID: GivenMessage] = [:]
        for message in given { missing[message.id] = message }
        for row in table.rows {
            guard let known = missing.removeValue(forKey: row.id) else {
                changes.new.append(row)
                continue
            }
            if known.state != row.state || known.location != row.location { changes.changed.append(row) }
        }
        changes.gone = given.filter { missing[$0.id] != nil }.map(\.id)
        return changes
    }
}
