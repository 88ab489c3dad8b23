import Glibc
import MailStore

/// A directory of the tree that is a folder, or may be one.
struct FolderDirectory {
    /// Bytes of the path below the top, without slashes at its ends; empty for the top itself.
    let relativePath: [UInt8]
    let path: FolderPath
    let holdsMessages: Bool
    /// nil where there is no such directory: only its subfolders are there.
    let identity: FileIdentity?

    /// Without a final slash or zero.
    func absolutePath(root: [UInt8]) -> [UInt8] {
        relativePath.isEmpty ? root : root + [UInt8(ascii: "/")] + relativePath
    }
}

/// Reads the folders of a Maildir tree.
struct FolderTree {
    /// The top directory, without a final slash or zero.
    let root: [UInt8]
    private(set) var folders: [FolderDirectory] = []
    private(set) var problems: [StoreError] = []
    /// Directories read in search of folders.
    private var visited = 0

    init(root: [UInt8]) {
        self.root = root
    }

    /// What is at a directory.
    private enum Kind {
        /// cur, new or the Maildir++ marker is there, or it cannot be seen whether.
        case folder
        /// No folder itself.
        case other
    }

    private func absolute(_ relativePath: [UInt8], _ suffix: String = "") -> [UInt8] {
        (relativePath.isEmpty ? root : root + [UInt8(ascii: "/")] + relativePath) + Array(suffix.utf8) + [0]
    }

    private func kind(of relativePath: [UInt8]) -> Kind {
        for name in ["/cur", "/new", "/maildirfolder"] {
            if SourceFile.status(of: absolute(relativePath, name)) != nil { return .folder }
            if errno != ENOENT && errno != ENOTDIR { return .folder }
        }
        return .other
    }

    /// The top's folder, named INBOX, if it is one.
    private mutating func addInbox() {
        guard kind(of: []) == .folder else { return }
        let identity = SourceFile.status(of: absolute([])).map { FileIdentity($0) }
        folders.append(
            FolderDirectory(relativePath: [], path: FolderPath(["INBOX"]), holdsMessages: true, identity: identity))
    }

    private static let loopText = "a loop of symbolic links"

    private mutating func addProblem(_ code: StoreError.Code, _ text: String, at relativePath: [UInt8]) {
        let name = EscapedName.encode(relativePath)
        problems.append(StoreError(code, name.isEmpty ? text : "\(name): \(text)"))
    }

    /// The names of the directories in a directory (symbolic links followed), with what identifies each.
    /// A name for which `isRelevant` holds and that cannot be looked at is a problem.
    private mutating func subdirectories(
        of relativePath: [UInt8], where isRelevant: ([UInt8]) -> Bool = { _ in true }
    ) -> [(name: [UInt8], identity: FileIdentity)] {
        guard let directory = Directory(absolute(relativePath)) else {
            let code = errno
            addProblem(.source(errno: code), "cannot list folders: \(systemMessage(code))", at: relativePath)
            return []
        }
        var found: [(name: [UInt8], identity: FileIdentity)] = []
        var broken: [(name: [UInt8], reason: Int32)] = []
        let code = directory.forEachName { name in
            var status = stat()
            let reason = name.withMemoryRebound(to: CChar.self) { text -> Int32 in
                guard let text = text.baseAddress else { return ENOENT }
                guard fstatat(directory.descriptor, text, &status, 0) != 0 else { return 0 }
                let reason = errno
                // Gone since it was read, or a link that leads nowhere?
                let isThere = fstatat(directory.descriptor, text, &status, AT_SYMLINK_NOFOLLOW) == 0
                return isThere ? reason : 0
            }
            if reason != 0 {
                broken.append((Array(name), reason))
            } else if status.isDirectory {
                found.append((Array(name), FileIdentity(status)))
            }
        }
        if code != 0 {
            addProblem(.source(errno: code), "cannot list all folders: \(systemMessage(code))", at: relativePath)
        }
        for (name, reason) in broken where isRelevant(name) {
            let text = reason == ELOOP ? Self.loopText : "cannot be followed: \(systemMessage(reason))"
            addProblem(.source(errno: reason), text, at: join(relativePath, name))
        }
        return found.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    private func join(_ parent: [UInt8], _ name: [UInt8]) -> [UInt8] {
        parent.isEmpty ? name : parent + [UInt8(ascii: "/")] + name
    }
}

/// A file's identity, whatever its name.
struct FileIdentity: Hashable {
    let device: UInt64
    let inode: UInt64

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

extension FolderTree {
    private static let dot = UInt8(ascii: ".")
    private static let messageDirectories = ["cur", "new", "tmp"].map { Array($0.utf8) }
    /// Where Dovecot moves a folder while it deletes it.
    private static let deletedFolder = Array(".DOVECOT-TRASHED".utf8)

    /// Which layout the tree has: Maildir++ where there is any folder ".NAME", else fs where any other
    /// directory is or holds a folder, else Maildir++.
    func detectLayout() -> MaildirLayout {
        var probe = FolderTree(root: root)
        let names = probe.subdirectories(of: []).map(\.name)
        if names.contains(where: { $0.first == Self.dot && kind(of: $0) == .folder }) { return .maildirPlusPlus }
        probe.readFilesystem()
        return probe.folders.isEmpty ? .maildirPlusPlus : .filesystem
    }

    mutating func read(_ layout: MaildirLayout) {
        addInbox()
        switch layout {
        case .maildirPlusPlus: readMaildirPlusPlus()
        case .filesystem: readFilesystem()
        }
    }

    private mutating func readMaildirPlusPlus() {
        guard let top = SourceFile.status(of: absolute([])) else { return }
        let topIdentity = FileIdentity(top)
        for (name, identity) in subdirectories(of: [], where: { $0.first == Self.dot }) {
            guard name.first == Self.dot else {
                if isStray(name, identity, top: topIdentity) {
                    addProblem(.badData, "is or holds a folder of the layout fs, not copied as maildir++", at: name)
                }
                continue
            }
            guard name != Self.deletedFolder, kind(of: name) == .folder else { continue }
            if identity == topIdentity {
                addProblem(.badData, Self.loopText, at: name)
                continue
            }
            let levels = FolderName.levels(Array(name.dropFirst())).map { FolderName.display($0) }
            guard !levels.isEmpty, isWithinLimit() else { continue }
            folders.append(
                FolderDirectory(
                    relativePath: name, path: FolderPath(levels), holdsMessages: true, identity: identity))
        }
        addMissingParents()
    }

    /// Mail that this layout does not reach is told, not passed over.
    private func isStray(_ name: [UInt8], _ identity: FileIdentity, top: FileIdentity) -> Bool {
        guard !Self.messageDirectories.contains(name), identity != top else { return false }
        if kind(of: name) == .folder { return true }
        var probe = FolderTree(root: root)
        return probe.walk(name, path: [], ancestors: [top, identity])
    }

    /// ".A.B" may stand without ".A".
    private mutating func addMissingParents() {
        var known = Set(folders.map(\.path))
        for folder in folders {
            for count in stride(from: folder.path.names.count - 1, to: 0, by: -1) {
                let parent = FolderPath(Array(folder.path.names.prefix(count)))
                guard known.insert(parent).inserted else { break }
                // No directory has this name: a level never begins with a slash.
                let place = Array("//".utf8) + Array(parent.description.utf8)
                folders.append(
                    FolderDirectory(relativePath: place, path: parent, holdsMessages: false, identity: nil))
            }
        }
    }

    private mutating func readFilesystem() {
        guard let top = SourceFile.status(of: absolute([])) else { return }
        _ = walk([], path: [], ancestors: [FileIdentity(top)])
    }

    /// Adds the folders below a directory; false where there is none.
    private mutating func walk(_ parent: [UInt8], path: [String], ancestors: [FileIdentity]) -> Bool {
        var foundAny = false
        visited += 1
        guard visited <= MaildirLimits.directories else {
            if visited == MaildirLimits.directories + 1 { problems.append(StoreError(.badData, Self.limitText)) }
            return false
        }
        for (name, identity) in subdirectories(of: parent) where !Self.messageDirectories.contains(name) {
            let place = join(parent, name)
            if ancestors.contains(identity) {
                addProblem(.badData, Self.loopText, at: place)
                continue
            }
            guard name != Self.deletedFolder, ancestors.count < MaildirLimits.depth else {
                if name != Self.deletedFolder { addProblem(.badData, "folders nested too deeply", at: place) }
                continue
            }
            guard isWithinLimit() else { return foundAny }
            let names = path + [FolderName.display(name)]
            let isFolder = kind(of: place) == .folder
            let index = folders.count
            folders.append(
                FolderDirectory(
                    relativePath: place, path: FolderPath(names), holdsMessages: isFolder, identity: identity))
            let hasFolders = walk(place, path: names, ancestors: ancestors + [identity])
            if isFolder || hasFolders { foundAny = true } else { folders.remove(at: index) }
        }
        return foundAny
    }

    private mutating func isWithinLimit() -> Bool {
        guard folders.count >= MaildirLimits.folders else { return true }
        if problems.last?.message != Self.limitText { problems.append(StoreError(.badData, Self.limitText)) }
        return false
    }

    private static let limitText = "more than \(MaildirLimits.folders) folders: the rest is not copied"
}

extension FolderTree {
    /// INBOX first, then by name; parents before their children.
    var sorted: [FolderDirectory] {
        folders.sorted { left, right in
            let order = zip(Self.sortKey(left), Self.sortKey(right)).first { $0 != $1 }
            if let order { return Self.precedes(order.0, order.1) }
            if left.path.names.count != right.path.names.count {
                return left.path.names.count < right.path.names.count
            }
            return left.relativePath.lexicographicallyPrecedes(right.relativePath)
        }
    }

    private static func sortKey(_ folder: FolderDirectory) -> [String] {
        let names = folder.path.names
        return names.first == "INBOX" ? [""] + names.dropFirst() : names
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        let (foldedLeft, foldedRight) = (left.lowercased(), right.lowercased())
        return foldedLeft == foldedRight ? left < right : foldedLeft < foldedRight
    }
}
