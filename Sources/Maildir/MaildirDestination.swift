import BinaryIO
import Glibc
import MAPI
public import MailStore
import Synchronization

/// A Maildir tree as a message store that takes messages. Nothing that is there is overwritten, and what a folder has
/// is not delivered again.
///
/// Messages are written to `tmp` and get their names in `cur` at the next checkpoint, when their bytes are durable: one
/// `syncfs` serves all of them. Until then nothing is seen of them.
public actor MaildirDestination: WritableMessageStore {
    public nonisolated let description: String
    public nonisolated let layout: MaildirLayout
    /// The top directory, without a final slash or zero.
    private nonisolated let root: [UInt8]
    private nonisolated let isDryRun: Bool
    private nonisolated let staged = Atomic<Int>(0)
    /// Holds the lock; -1 in a dry run.
    private let descriptor: Int32
    private var folder: DeliveryFolder?
    private var pending = PendingDeliveries()
    /// Folders delivered to, for the rare one that comes again.
    private var visited: Set<FolderID> = []
    /// Directories created, parents first.
    private var created: [[UInt8]] = []
    private var hasDelivered = false

    /// The Maildir at `path`, created if it does not exist.
    /// - Parameters:
    ///   - layout: nil for that of the tree that is there; Maildir++ for a new one.
    ///   - isDryRun: everything is looked at, nothing written.
    /// - Throws: `cannotCreate` where there is something else, or a tree of another layout; `temporary` where another
    ///   run writes to it.
    public init(path: String, layout: MaildirLayout?, isDryRun: Bool = false) throws(StoreError) {
        var root = Array(path.utf8)
        while root.count > 1 && root.last == UInt8(ascii: "/") { root.removeLast() }
        guard !root.isEmpty, !root.contains(0) else { throw StoreError(.cannotCreate, "\(path): not a path") }
        self.layout = try Self.layout(of: root, wanted: layout)
        self.root = root
        self.isDryRun = isDryRun
        description = "maildir:\(path)"
        if isDryRun {
            descriptor = -1
        } else {
            (descriptor, created) = try Self.prepareDirectory(root)
        }
    }

    /// Creates the top directory and locks it.
    private static func prepareDirectory(
        _ root: [UInt8]
    ) throws(StoreError) -> (descriptor: Int32, created: [[UInt8]]) {
        var created: [[UInt8]] = []
        if try DestinationFile.makeDirectory(root) { created.append(root) }
        let descriptor = SourceFile.open(root + [0], flags: O_DIRECTORY)
        guard descriptor >= 0 else { throw DestinationFile.error(errno, root, "cannot open") }
        do throws(StoreError) {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                throw StoreError(.temporary, "\(EscapedName.encode(root)): in use by another run")
            }
            for name in ["cur", "new", "tmp"] {
                let path = root + Array("/\(name)".utf8)
                if try DestinationFile.makeDirectory(path) { created.append(path) }
            }
        } catch {
            close(descriptor)
            throw error
        }
        return (descriptor, created)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// The layout to write; refuses a directory that holds something else.
    private static func layout(of root: [UInt8], wanted: MaildirLayout?) throws(StoreError) -> MaildirLayout {
        let name = EscapedName.encode(root)
        guard let status = SourceFile.status(of: root + [0]) else { return wanted ?? .maildirPlusPlus }
        guard status.isDirectory else { throw StoreError(.cannotCreate, "\(name): not a directory") }
        guard let directory = Directory(root + [0]) else { throw DestinationFile.error(errno, root, "cannot open") }
        var isEmpty = true
        _ = directory.forEachName { _ in isEmpty = false }
        if isEmpty { return wanted ?? .maildirPlusPlus }
        let tree = FolderTree(root: root)
        let found = tree.detectLayout()
        var folders = tree
        folders.read(found)
        guard let first = folders.folders.first else {
            throw StoreError(.cannotCreate, "\(name): holds something that is no Maildir")
        }
        let hasFolders = folders.folders.count > 1 || !first.relativePath.isEmpty
        if let wanted, hasFolders, wanted != found {
            throw StoreError(.cannotCreate, "\(name): holds folders in the layout \(found.rawValue)")
        }
        return hasFolders ? found : wanted ?? found
    }

    private func makeDirectory(_ path: [UInt8]) throws(StoreError) {
        if try DestinationFile.makeDirectory(path) { created.append(path) }
    }

    public func createFolder(_ folder: NewFolder) throws(StoreError) -> FolderID {
        let isInbox = folder.parent == nil && (folder.role == .inbox || folder.name.uppercased() == "INBOX")
        let relative = isInbox ? [] : try relativePath(of: folder)
        let id = FolderID(rawValue: EscapedName.encode(relative))
        guard !isDryRun, !relative.isEmpty else { return id }
        let path = absolute(relative)
        if layout == .filesystem && folder.parent?.rawValue == "" {
            // The inbox is the top directory; what is below it has to lie somewhere.
            try makeDirectory(absolute(Array("INBOX".utf8)))
        }
        try makeDirectory(path)
        for name in ["cur", "new", "tmp"] { try makeDirectory(path + Array("/\(name)".utf8)) }
        if layout == .maildirPlusPlus { try addMarker(path) }
        return id
    }

    private func relativePath(of folder: NewFolder) throws(StoreError) -> [UInt8] {
        let name = FolderName.encoded(folder.name, layout: layout)
        guard !name.isEmpty else { throw StoreError(.badData, "a folder without a name") }
        var path: [UInt8] = []
        if let parent = folder.parent { EscapedName.decode(parent.rawValue, into: &path) }
        let separator = layout == .maildirPlusPlus ? UInt8(ascii: ".") : UInt8(ascii: "/")
        if folder.parent != nil && path.isEmpty {
            path = (layout == .maildirPlusPlus ? [separator] : []) + Array("INBOX".utf8)
        }
        if !path.isEmpty || layout == .maildirPlusPlus { path.append(separator) }
        path += name
        let last = path.split(separator: UInt8(ascii: "/")).last?.count ?? 0
        guard last <= MaildirLimits.nameLength else {
            let hint = layout == .maildirPlusPlus ? "; the layout fs has room for each name by itself" : ""
            throw StoreError(
                .badData, "the name of its directory has \(last) bytes, \(MaildirLimits.nameLength) are possible\(hint)"
            )
        }
        return path
    }

    /// The empty file by which Maildir++ knows a folder.
    private func addMarker(_ path: [UInt8]) throws(StoreError) {
        let marker = path + Array("/maildirfolder".utf8)
        guard SourceFile.status(of: marker + [0]) == nil else { return }
        close(try DestinationFile.create(marker))
    }

    private nonisolated func absolute(_ relative: [UInt8]) -> [UInt8] {
        relative.isEmpty ? root : root + [UInt8(ascii: "/")] + relative
    }

    public func save(_ message: sending PreparedDelivery, in id: FolderID) throws(StoreError) -> SavedMessage {
        if folder?.id != id { try enter(id) }
        guard var folder else { throw StoreError(.badData, "\(id.rawValue): no folder") }
        self.folder = nil
        defer { self.folder = folder }
        guard let number = folder.index.add(message.digest, size: message.size) else {
            return SavedMessage(MessageID(rawValue: message.digest.hex), wasThere: true)
        }
        let seconds = message.deliveryTime?.unixSeconds ?? 0
        let name = DeliveryName(seconds: seconds, digest: message.digest, number: number, size: message.size)
        var problems: [String] = []
        var letters: [UInt8] = []
        for keyword in message.state.keywords {
            if let letter = folder.keywords.letter(keyword) {
                letters.append(letter)
            } else {
                let text = "the keyword '\(keyword)' is left out: a Maildir folder can have "
                problems.append(text + "\(MaildirLimits.dovecotKeywords), without blanks")
            }
        }
        if !isDryRun {
            let info = MaildirFileName.info(of: message.state, letters: letters)
            let delivery = PendingDelivery(folder: folder.path, name: Array(name.text.utf8), info: info)
            try delivery.write(message.content, time: message.deliveryTime)
            pending.add(delivery)
            if pending.count >= MaildirLimits.pendingDeliveries { try commit(keywords: &folder.keywords) }
        }
        return SavedMessage(MessageID(rawValue: name.text), problems: problems)
    }

    private func enter(_ id: FolderID) throws(StoreError) {
        if !isDryRun { try leave(syncing: visited.contains(id)) }
        visited.insert(id)
        var relative: [UInt8] = []
        EscapedName.decode(id.rawValue, into: &relative)
        folder = DeliveryFolder(id: id, path: absolute(relative))
    }

    /// The letters of keywords must be known before the names that use them.
    private func leave(syncing: Bool) throws(StoreError) {
        guard var folder else { return }
        defer { self.folder = folder }
        try folder.keywords.write()
        if syncing { try commit(keywords: &folder.keywords) }
    }

    /// Gives the messages written so far their names.
    private func commit(keywords: inout KeywordLetters) throws(StoreError) {
        try keywords.write()
        guard pending.count > 0 else { return }
        try DestinationFile.sync(fileSystemOf: descriptor, root)
        hasDelivered = true
        try pending.deliver()
    }

    public func checkpoint() throws(StoreError) {
        guard !isDryRun else { return }
        try leave(syncing: true)
        guard pending.count == 0 else { throw StoreError(.inputOutput, "\(description): messages were not delivered") }
        try DestinationFile.sync(fileSystemOf: descriptor, root)
    }

    public func finish() throws(StoreError) {
        try checkpoint()
    }

    /// What is whole is delivered if that is possible; what this run created and left empty is removed.
    public func abandon() {
        guard !isDryRun else { return }
        try? leave(syncing: true)
        pending.discard()
        guard !hasDelivered else { return }
        for path in created.reversed() {
            DestinationFile.remove(path + Array("/maildirfolder".utf8))
            DestinationFile.removeDirectory(path)
        }
    }

    public nonisolated func prepare(_ message: StoredMessage) throws(StoreError) -> PreparedDelivery {
        switch message.content {
        case .internet(let file):
            let digest = file.withUnsafeBytes { ContentDigest(sha256: Digest.sha256($0)) }
            return PreparedDelivery(
                content: .mapped(file), digest: digest, size: file.count, row: message.row,
                produced: ProducedContent(.original))
        case .produced(let producer):
            let spool = DeliverySpool(stagingPath: isDryRun ? nil : { [self] in stagingPath() })
            let produced = try producer.produce(into: spool)
            let size = spool.count
            let (content, digest) = try spool.finish(digest: produced.digest)
            return PreparedDelivery(content: content, digest: digest, size: size, row: message.row, produced: produced)
        case .mapi:
            throw StoreError(
                .badData, "no internet mail can be made of it here", folder: message.folder.path,
                messageID: message.row.id)
        }
    }

    private nonisolated func stagingPath() -> [UInt8] {
        let number = staged.add(1, ordering: .relaxed).newValue
        return root + Array("/tmp/mailbackup.\(getpid()).\(number)".utf8)
    }
}

/// A message whose bytes are known, on its way into a Maildir.
public struct PreparedDelivery: PreparedMessage {
    let content: DeliveryContent
    let digest: ContentDigest
    let size: Int
    let state: MessageState
    let deliveryTime: FileTime?
    public let problems: [String]
    public let notices: [String]
    public let isComposed: Bool

    public var memorySize: Int { content.memorySize }

    init(content: DeliveryContent, digest: ContentDigest, size: Int, row: ContentsRow, produced: ProducedContent) {
        self.content = content
        self.digest = digest
        self.size = size
        state = row.state
        deliveryTime = row.deliveryTime
        problems = produced.problems
        notices = produced.notices
        isComposed = produced.origin == .composed
    }
}

/// The folder that is delivered to.
private struct DeliveryFolder {
    let id: FolderID
    let path: [UInt8]
    var index: FolderIndex
    var keywords: KeywordLetters

    init(id: FolderID, path: [UInt8]) {
        self.id = id
        self.path = path
        index = FolderIndex(folder: path)
        keywords = KeywordLetters(folder: path)
    }
}
