import BinaryIO
import Glibc
public import MailStore

/// A Maildir tree as a message store. Nothing of it is changed: files are opened read only, none is moved from
/// new to cur, access times stay.
public struct MaildirStore: MessageStore {
    /// The layout given or found.
    public let layout: MaildirLayout
    public let description: String
    /// The top directory, without a final slash or zero.
    let root: [UInt8]
    let clock: WallClock
    private let relocations = Relocations()

    /// - Parameters:
    ///   - path: the top directory, which holds cur and new of the inbox.
    ///   - layout: nil to find out.
    ///   - clock: by which the times of directories are judged.
    /// - Throws: `.noInput` where it does not exist or is no Maildir; `.accessDenied`, `.inputOutput`.
    public init(path: String, layout: MaildirLayout?, clock: WallClock = .system) throws(StoreError) {
        var root = Array(path.utf8)
        while root.count > 1 && root.last == UInt8(ascii: "/") { root.removeLast() }
        guard !root.isEmpty, !root.contains(0) else { throw StoreError(.noInput, "\(path): not a path") }
        guard let status = SourceFile.status(of: root + [0]) else {
            let code = errno
            throw StoreError(.source(errno: code), "\(path): \(systemMessage(code))")
        }
        guard status.isDirectory else { throw StoreError(.noInput, "\(path): not a directory") }
        guard Directory(root + [0]) != nil else {
            let code = errno
            throw StoreError(.source(errno: code), "\(path): \(systemMessage(code))")
        }
        self.root = root
        self.clock = clock
        description = "maildir:\(path)"
        self.layout = layout ?? FolderTree(root: root).detectLayout()
        _ = try readTree()
    }

    /// - Throws: `.noInput`, or why nothing of the tree can be read, where there is no folder in it: an empty place where
    ///   a file system was not mounted is no mailbox without folders.
    func readTree() throws(StoreError) -> FolderTree {
        var tree = FolderTree(root: root)
        tree.read(layout)
        guard tree.folders.isEmpty else { return tree }
        let place = EscapedName.encode(root)
        if let problem = tree.problems.first { throw StoreError(problem.code, "\(place): \(problem.message)") }
        throw StoreError(.noInput, "\(place): not a Maildir (neither cur, new nor folders in it)")
    }

    func hierarchyTable(of tree: FolderTree) -> HierarchyTable {
        let directories = tree.sorted
        let persistentIDs = FolderIdentity.persistentIDs(of: directories, root: root)
        let folders = zip(directories, persistentIDs).map { folder, persistentID in
            let isTop = folder.relativePath.isEmpty
            let role = isTop ? FolderRole.inbox : FolderRole(wellKnownPath: folder.path)
            return FolderInfo(
                id: FolderID(rawValue: EscapedName.encode(folder.relativePath)), path: folder.path, role: role,
                holdsMessages: folder.holdsMessages, persistentID: persistentID)
        }
        return HierarchyTable(folders: folders, problems: tree.problems)
    }

    public func hierarchy() async throws(StoreError) -> HierarchyTable {
        hierarchyTable(of: try readTree())
    }

    public func contents(of folder: FolderInfo) async throws(StoreError) -> ContentsTable {
        guard folder.holdsMessages else { return ContentsTable(rows: []) }
        var scan = ContentsScan(folder: path(of: folder), path: folder.path, clock: clock)
        return try scan.read()
    }

    public func open(_ row: ContentsRow, in folder: FolderInfo) async throws(StoreError) -> StoredMessage {
        let folderPath = path(of: folder)
        let listed = MessageLocation(text: row.location)
        var location = listed
        for _ in 0..<MaildirLimits.relocationAttempts {
            let file = Self.file(location.path(of: row.id.rawValue), in: folderPath)
            let descriptor = SourceFile.open(file)
            if descriptor >= 0 {
                defer { close(descriptor) }
                let current = location == listed ? row : relocated(row, to: location, in: folderPath, folder)
                return try read(descriptor, row: current, in: folder)
            }
            let code = errno
            guard code == ENOENT else { throw failure(.source(errno: code), systemMessage(code), row, folder) }
            guard !row.id.rawValue.utf8.contains(UInt8(ascii: "/")) else {
                throw failure(.noInput, "gone, and its unique name is another message's too", row, folder)
            }
            guard let found = relocations.location(of: row.id.rawValue, in: folderPath, insteadOf: location) else {
                throw failure(.vanished, "gone since it was listed", row, folder)
            }
            location = found
        }
        throw failure(.inputOutput, "renamed each time it was opened", row, folder)
    }

    private func read(_ descriptor: Int32, row: ContentsRow, in folder: FolderInfo) throws(StoreError) -> StoredMessage
    {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.isRegularFile else {
            throw failure(.badData, "not a regular file", row, folder)
        }
        let stored: MappedFile
        do {
            stored = try MappedFile.contents(of: descriptor, path: row.id.rawValue)
        } catch {
            throw failure(.source(errno: error.errno), systemMessage(error.errno), row, folder)
        }
        guard let compression = stored.withUnsafeBytes({ Compression($0) }) else {
            return StoredMessage(row: row, folder: folder, content: .internet(stored))
        }
        do {
            let plain = try stored.withUnsafeBytes { bytes throws(CompressionError) in
                try compression.decompress(bytes)
            }
            return StoredMessage(row: row, folder: folder, content: .internet(plain))
        } catch {
            if case .spool(let code) = error {
                let text = "cannot write a temporary file to decompress it: \(systemMessage(code))"
                throw failure(.inputOutput, text, row, folder)
            }
            // Nothing is left out: what cannot be decompressed is kept as the file is.
            let problem = "\(compression.rawValue) compression: \(error.description); kept compressed"
            return StoredMessage(row: row, folder: folder, content: .internet(stored), problems: [problem])
        }
    }

    /// The row of a message that has another name by now, with the state that name tells.
    private func relocated(
        _ row: ContentsRow, to location: MessageLocation, in folderPath: [UInt8], _ folder: FolderInfo
    ) -> ContentsRow {
        var name: [UInt8] = []
        EscapedName.decode(row.id.rawValue + location.info, into: &name)
        let parsed = name.withUnsafeBufferPointer { MaildirFileName($0) }
        var state = parsed.state
        var keywords = MaildirKeywords(folder: folderPath)
        keywords.apply(letters: parsed.keywordLetters, uniqueName: row.id.rawValue, to: &state)
        return ContentsRow(
            id: row.id, state: state, deliveryTime: row.deliveryTime, size: row.size, location: location.text,
            persistentID: row.persistentID)
    }

    func path(of folder: FolderInfo) -> [UInt8] {
        guard !folder.id.rawValue.isEmpty else { return root }
        var path = root + [UInt8(ascii: "/")]
        EscapedName.decode(folder.id.rawValue, into: &path)
        return path
    }

    /// The path, with a final zero, of an escaped path below a folder.
    static func file(_ escaped: String, in folder: [UInt8]) -> SourceFile.Path {
        var path: [UInt8] = []
        path.reserveCapacity(folder.count + escaped.utf8.count + 2)
        path += folder
        path.append(UInt8(ascii: "/"))
        EscapedName.decode(escaped, into: &path)
        path.append(0)
        return path
    }

    private func failure(_ code: StoreError.Code, _ text: String, _ row: ContentsRow, _ folder: FolderInfo)
        -> StoreError
    {
        StoreError(code, text, folder: folder.path, messageID: row.id)
    }
}
