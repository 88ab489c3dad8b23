import BinaryIO
public import MailStore

/// What every ``MessageStore`` must do, whatever it is made of.
public enum StoreContract {
    /// Each broken rule in one line; empty where the store keeps them all.
    public static func violations(of store: some MessageStore) async throws -> [String] {
        var violations: [String] = []
        let hierarchy = try await store.hierarchy()
        let folders = hierarchy.folders
        if try await store.hierarchy().folders != folders { violations.append("two hierarchy tables differ") }
        if folders.isEmpty { violations.append("there is no folder to look at") }
        violations += violationsOfTree(folders)
        for folder in folders {
            violations += try await violationsOfContents(of: folder, in: store)
        }
        return violations
    }

    private static func violationsOfTree(_ folders: [FolderInfo]) -> [String] {
        var violations: [String] = []
        var seen: Set<FolderPath> = []
        for folder in folders {
            let name = folder.path.description
            if folder.path.names.isEmpty || folder.path.names.contains("") { violations.append("\(name): empty name") }
            let parent = FolderPath(Array(folder.path.names.dropLast()))
            if !parent.names.isEmpty && !seen.contains(parent) { violations.append("\(name): before its parent") }
            seen.insert(folder.path)
        }
        if Set(folders.map(\.id)).count != folders.count { violations.append("two folders with one identity") }
        if folders.filter({ $0.role == .inbox }).count > 1 { violations.append("two inboxes") }
        return violations
    }

    private static func violationsOfContents(
        of folder: FolderInfo, in store: some MessageStore
    ) async throws -> [String] {
        var violations: [String] = []
        let name = folder.path.description
        let rows = try await store.contents(of: folder).rows
        if !folder.holdsMessages && !rows.isEmpty { violations.append("\(name): messages where there can be none") }
        if try await store.contents(of: folder).rows != rows { violations.append("\(name): two tables differ") }
        if Set(rows.map(\.id)).count != rows.count { violations.append("\(name): two messages with one identity") }
        for row in rows {
            let message = try await store.open(row, in: folder)
            if message.row != row { violations.append("\(name): \(row.id.rawValue) opened with another row") }
            if message.folder != folder { violations.append("\(name): \(row.id.rawValue) opened in another folder") }
        }
        violations += await violationsOfOpeningAtOnce(rows, folder, store)
        if folder.holdsMessages {
            let ghost = ContentsRow(
                id: MessageID(rawValue: "no-such-message"), state: MessageState(), deliveryTime: nil, size: 0)
            do {
                _ = try await store.open(ghost, in: folder)
                violations.append("\(name): a message that is not there was opened")
            } catch {
                if error.code != .vanished { violations.append("\(name): a missing message is \(error.code)") }
            }
        }
        return violations
    }

    /// Several tasks that open the same messages get the same bytes.
    private static func violationsOfOpeningAtOnce(
        _ rows: [ContentsRow], _ folder: FolderInfo, _ store: some MessageStore
    ) async -> [String] {
        let contents = await withTaskGroup(of: [[UInt8]?].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var contents: [[UInt8]?] = []
                    for row in rows.prefix(50) {
                        guard case .internet(let file)? = try? await store.open(row, in: folder).content else {
                            contents.append(nil)
                            continue
                        }
                        contents.append(file.withUnsafeBytes { Array($0) })
                    }
                    return contents
                }
            }
            return await group.reduce(into: Set<[[UInt8]?]>()) { $0.insert($1) }
        }
        return contents.count == 1 ? [] : ["\(folder.path.description): tasks opened different contents"]
    }
}
