public import MAPI
public import MailStore
import Synchronization

/// Which folders of a store, and which messages in them, are meant.
public struct Selection: Hashable, Sendable {
    public var folders: FolderSelection
    public var messages: MessageSelection

    public init(
        folders: FolderSelection = FolderSelection(), messages: MessageSelection = MessageSelection()
    ) {
        self.folders = folders
        self.messages = messages
    }
}

/// Which messages are meant: those that everything said here is true of.
public struct MessageSelection: Hashable, Sendable {
    /// Delivered at this moment or later. Where the store does not know when that was, the date of the message counts;
    /// one that has none either is in no range.
    public var after: FileTime?
    /// Delivered earlier than this moment.
    public var before: FileTime?
    /// More than so many bytes, as the store lists them.
    public var larger: Int?
    /// Fewer than so many bytes.
    public var smaller: Int?
    public var unread = false
    public var flagged = false
    /// The subject contains each of these, whatever the case of letters.
    public var subjects: [String] = []
    /// An attachment's file name matches one of these.
    public var attachments: [NamePattern] = []
    /// The Message-ID is one of these, given without angle brackets.
    public var messageIDs: Set<String> = []

    public init() {}

    /// Whether it may leave out any message at all.
    public var isRestricting: Bool { self != MessageSelection() }

    /// Whether rows do not tell everything that is asked.
    var readsContent: Bool {
        !subjects.isEmpty || !attachments.isEmpty || !messageIDs.isEmpty || after != nil || before != nil
    }

    /// Whether the row of a message does not tell everything that is asked.
    func needsContent(of row: ContentsRow) -> Bool {
        !subjects.isEmpty || !attachments.isEmpty || !messageIDs.isEmpty
            || (row.deliveryTime == nil && (after != nil || before != nil))
    }

    /// Whether a message may be meant, as far as its row tells.
    public func mayMatch(_ row: ContentsRow) -> Bool {
        if unread && row.state.seen { return false }
        if flagged && !row.state.flagged { return false }
        if let larger, row.size <= larger { return false }
        if let smaller, row.size >= smaller { return false }
        guard let time = row.deliveryTime else { return true }
        return isInRange(time)
    }

    private func isInRange(_ time: FileTime) -> Bool {
        if let after, time < after { return false }
        if let before, time >= before { return false }
        return true
    }

    /// Whether a message is meant whose row may be, as its content tells.
    public func matches(_ row: ContentsRow, _ summary: MessageSummary) -> Bool {
        if row.deliveryTime == nil && (after != nil || before != nil) {
            guard let date = summary.date, isInRange(date) else { return false }
        }
        if !messageIDs.isEmpty && !messageIDs.contains(Self.bare(summary.messageID)) { return false }
        if !subjects.isEmpty {
            let subject = summary.subject.lowercased()
            guard subjects.allSatisfy({ $0.isEmpty || subject.contains($0.lowercased()) }) else { return false }
        }
        guard !attachments.isEmpty else { return true }
        return summary.attachments.contains { name in attachments.contains { $0.matches(name) } }
    }

    func matches(_ message: StoredMessage, _ summary: MessageSummary, _ found: FoundMessageIDs) -> Bool {
        guard matches(message.row, summary) else { return false }
        if !messageIDs.isEmpty { found.insert(Self.bare(summary.messageID)) }
        return true
    }

    /// Whether an opened message is meant whose row may be; for use by several tasks.
    func chooser(_ inspector: (any MessageInspector)?, _ found: FoundMessageIDs) -> @Sendable (StoredMessage) -> Bool {
        { message in
            guard needsContent(of: message.row), let inspector else { return true }
            return matches(message, inspector.summary(of: message), found)
        }
    }

    /// A Message-ID without blanks and angle brackets.
    public static func bare(_ messageID: String) -> String {
        var text = messageID[...]
        while let first = text.first, first.isWhitespace || first == "<" { text.removeFirst() }
        while let last = text.last, last.isWhitespace || last == ">" { text.removeLast() }
        return String(text)
    }
}

/// A pattern for file names, whatever the case of letters: "*" stands for anything, "?" for one character.
public struct NamePattern: Hashable, Sendable {
    private let characters: [Character]

    public init(_ text: String) {
        characters = Array(text.lowercased())
    }

    /// Follows all ways through the pattern at once, so that no pattern takes long.
    public func matches(_ name: String) -> Bool {
        var reached = Set([0])
        addSkips(&reached)
        for character in name.lowercased() {
            var next: Set<Int> = []
            for index in reached where index < characters.count {
                switch characters[index] {
                case "*": next.insert(index)
                case "?": next.insert(index + 1)
                default: if characters[index] == character { next.insert(index + 1) }
                }
            }
            addSkips(&next)
            reached = next
        }
        return reached.contains(characters.count)
    }

    private func addSkips(_ reached: inout Set<Int>) {
        for index in characters.indices where reached.contains(index) && characters[index] == "*" {
            reached.insert(index + 1)
        }
    }
}

/// Message-IDs that were asked for and found, told by several tasks.
final class FoundMessageIDs: Sendable {
    private let ids = Mutex<Set<String>>([])

    var value: Set<String> { ids.withLock { $0 } }

    func insert(_ id: String) { ids.withLock { _ = $0.insert(id) } }
}
