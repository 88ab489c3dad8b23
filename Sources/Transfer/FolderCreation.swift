import MailStore

/// The folders of the destination as far as they are needed: each is created before what lies in it.
struct FolderCreation<Destination: WritableMessageStore> {
    let destination: Destination
    /// Roles by path, as the source knows them.
    private let roles: [FolderPath: FolderRole]
    private var created: [FolderPath: FolderID] = [:]

    init(destination: Destination, folders: [FolderInfo]) {
        self.destination = destination
        roles = folders.rolesByPath
    }

    /// The folder at `path`, created with the folders above it where they are not there yet.
    mutating func folder(at path: FolderPath) async throws(StoreError) -> FolderID {
        guard !path.names.isEmpty else { throw StoreError(.badData, "a folder without a name") }
        var parent: FolderID?
        for count in 1...path.names.count {
            let current = FolderPath(Array(path.names.prefix(count)))
            if let known = created[current] {
                parent = known
                continue
            }
            let folder = NewFolder(parent: parent, name: current.names.last ?? "", role: roles[current])
            do {
                parent = try await destination.createFolder(folder)
            } catch {
                var located = error
                located.folder = located.folder ?? path
                throw located
            }
            created[current] = parent
        }
        guard let parent else { throw StoreError(.badData, "a folder without a name") }
        return parent
    }
}
