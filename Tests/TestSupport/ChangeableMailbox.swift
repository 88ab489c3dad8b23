public import MailStore

/// A mailbox that a test changes behind the back of the store that reads it. A message is known by its text, which no
/// other message of the mailbox has.
public protocol ChangeableMailbox: Sendable {
    associatedtype Store: SynchronizingStore

    /// Keywords that messages can have besides the flags.
    var keywords: [String] { get }
    /// Names that folders can have.
    var folderNames: [String] { get }

    /// The store, opened anew as each run does.
    func open() async throws -> Store

    func addFolder(_ path: FolderPath) async throws
    /// Gives a folder, with those below it, another name.
    func renameFolder(_ path: FolderPath, to name: FolderPath) async throws
    /// Removes a folder, which has none below it, with its messages.
    func removeFolder(_ path: FolderPath) async throws

    func deliver(_ text: String, to folder: FolderPath) async throws
    func setState(_ state: MessageState, of text: String, in folder: FolderPath) async throws
    func move(_ text: String, from folder: FolderPath, to target: FolderPath) async throws
    func delete(_ text: String, from folder: FolderPath) async throws

    /// Lets so much time pass that a state says for certain what came before it.
    func rest() async throws
}

/// A mailbox as it should be: the state of each message by folder and text.
public struct MailboxModel: Equatable, Sendable {
    public var folders: [FolderPath: [String: MessageState]] = [:]
    private var delivered = 0

    public init() {}

    /// A text that no message has had.
    mutating func newText() -> String {
        delivered += 1
        return "Subject: message \(delivered)\r\n\r\nThe text of number \(delivered).\r\n"
    }

    /// Makes a random change, to the mailbox and to this.
    /// - Returns: what it was.
    mutating func change(
        _ mailbox: some ChangeableMailbox, using random: inout SeededGenerator
    ) async throws -> String {
        let paths = folders.keys.sorted { $0.description < $1.description }
        guard let folder = paths.randomElement(using: &random) else { return "nothing" }
        let text = folders[folder]?.keys.sorted().randomElement(using: &random)
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<7:
            return try await deliver(to: folder, mailbox)
        case 7..<12:
            guard let text else { return "nothing" }
            let state = Self.randomState(mailbox.keywords, using: &random)
            try await mailbox.setState(state, of: text, in: folder)
            folders[folder]?[text] = state
            return "set state"
        case 12..<15:
            guard let text, let target = paths.filter({ $0 != folder }).randomElement(using: &random) else {
                return "nothing"
            }
            try await mailbox.move(text, from: folder, to: target)
            move(text, from: folder, to: target)
            return "move from \(folder.description) to \(target.description)"
        case 15..<17:
            guard let text else { return "nothing" }
            try await mailbox.delete(text, from: folder)
            folders[folder]?[text] = nil
            return "delete from \(folder.description)"
        default:
            return try await changeFolders(mailbox, folder, using: &random)
        }
    }

    mutating func move(_ text: String, from folder: FolderPath, to target: FolderPath) {
        let state = folders[folder]?.removeValue(forKey: text)
        folders[target]?[text] = state
    }

    mutating func rename(_ folder: FolderPath, to path: FolderPath) {
        for old in folders.keys.filter({ $0.isWithin(folder) }) {
            let messages = folders.removeValue(forKey: old)
            folders[FolderPath(path.names + old.names.dropFirst(folder.names.count))] = messages
        }
    }

    mutating func deliver(to folder: FolderPath, _ mailbox: some ChangeableMailbox) async throws -> String {
        let text = newText()
        try await mailbox.deliver(text, to: folder)
        folders[folder]?[text] = MessageState()
        return "deliver to \(folder.description)"
    }

    private static func randomState(_ keywords: [String], using random: inout SeededGenerator) -> MessageState {
        var state = MessageState()
        state.seen = Bool.random(using: &random)
        state.answered = Bool.random(using: &random)
        state.flagged = Bool.random(using: &random)
        state.keywords = keywords.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
        return state
    }

    private mutating func changeFolders(
        _ mailbox: some ChangeableMailbox, _ folder: FolderPath, using random: inout SeededGenerator
    ) async throws -> String {
        guard let name = mailbox.folderNames.randomElement(using: &random) else { return "nothing" }
        let isInbox = folder.names == ["INBOX"]
        switch Int.random(in: 0..<3, using: &random) {
        case 0:
            let path = FolderPath((isInbox ? [] : Array(folder.names.prefix(2))) + [name])
            guard folders[path] == nil else { return "nothing" }
            try await mailbox.addFolder(path)
            folders[path] = [:]
            return "add folder \(path.description)"
        case 1:
            let path = FolderPath(folder.names.dropLast() + [name])
            guard !isInbox, !folders.keys.contains(where: { $0.isWithin(path) }) else { return "nothing" }
            try await mailbox.renameFolder(folder, to: path)
            rename(folder, to: path)
            return "rename \(folder.description) to \(path.description)"
        default:
            guard !isInbox, folders.keys.filter({ $0.isWithin(folder) }).count == 1 else { return "nothing" }
            try await mailbox.removeFolder(folder)
            folders[folder] = nil
            return "remove \(folder.description)"
        }
    }
}

extension FolderPath {
    /// Whether it is that folder or below it.
    public func isWithin(_ other: FolderPath) -> Bool { names.starts(with: other.names) }
}
