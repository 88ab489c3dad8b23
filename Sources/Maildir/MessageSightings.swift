import Glibc
import MAPI
import MailStore

/// The messages of a folder as several passes over its directories saw them, beginning with those that the caller has.
struct MessageSightings {
    /// What a file's name says.
    struct Name {
        /// Escaped.
        let unique: String
        let location: MessageLocation
        let state: MessageState
    }

    /// What is known of a file once it was looked at.
    struct File {
        let inode: UInt64
        let size: Int
        let time: FileTime?

        init(_ status: stat) {
            inode = UInt64(status.st_ino)
            size = Int(status.st_size)
            time = FileTime(unixSeconds: Int64(status.st_mtim.tv_sec))
        }
    }

    private struct Message {
        let id: MessageID
        /// Index into `given`; nil for a new one.
        let given: Int?
        var location: String
        var state: MessageState
        var file: File?
        /// Number of the last pass that saw it, from 1.
        var lastSeen = 0
    }

    private let given: [GivenMessage]
    private var messages: [Message] = []
    private var index: [MessageID: Int] = [:]
    /// The unique names of messages whose identity is their path, because another one has that name too.
    private var sharedNames: Set<String> = []
    /// The unique names of files that could not be looked at.
    private var uncertainNames: Set<String> = []

    init(given: [GivenMessage]) {
        self.given = given
        messages.reserveCapacity(given.count)
        index.reserveCapacity(given.count)
        for (position, message) in given.enumerated() where index[message.id] == nil {
            append(
                Message(
                    id: message.id, given: position, location: message.location, state: message.state, file: nil))
        }
    }

    var isEmpty: Bool { messages.isEmpty }

    var givenCount: Int { messages.count { $0.given != nil } }

    /// Takes note of a file where one was known already.
    /// - Returns: false where none was: it has to be looked at.
    mutating func see(_ name: Name, inPass pass: Int) -> Bool {
        let location = name.location.text
        if let position = index[MessageID(rawValue: name.unique)], messages[position].location == location {
            messages[position].state = name.state
            messages[position].lastSeen = pass
            return true
        }
        guard !sharedNames.isEmpty, let position = index[Self.pathID(name)] else { return false }
        messages[position].location = location
        messages[position].state = name.state
        messages[position].lastSeen = pass
        return true
    }

    /// Takes note of a file that is not where one was known.
    /// - Parameter look: what is now at a path below the folder, escaped; nil for nothing.
    mutating func see(_ name: Name, _ file: File, inPass pass: Int, look: (String) -> File?) {
        let id = MessageID(rawValue: name.unique)
        guard let position = index[id] else {
            append(
                Message(
                    id: id, given: nil, location: name.location.text, state: name.state, file: file, lastSeen: pass))
            return
        }
        if isSame(messages[position], file, look: look) {
            messages[position].location = name.location.text
            messages[position].state = name.state
            messages[position].file = file
            messages[position].lastSeen = pass
        } else {
            // Two messages with one unique name: the whole path tells them apart.
            append(
                Message(
                    id: Self.pathID(name), given: nil, location: name.location.text, state: name.state, file: file,
                    lastSeen: pass))
        }
    }

    /// Takes note of a file that could not be looked at: no message of that unique name is gone for certain.
    mutating func keep(_ name: Name) {
        uncertainNames.insert(name.unique)
    }

    /// Whether a file elsewhere is that very message: renamed, or under two names for a moment.
    private func isSame(_ message: Message, _ file: File, look: (String) -> File?) -> Bool {
        if message.file?.inode == file.inode { return true }
        let path = MessageLocation(text: message.location).path(of: message.id.rawValue)
        if let there = look(path) { return there.inode == file.inode }
        // Where two share the unique name, it may be the other one that was renamed.
        guard let position = message.given, sharedNames.contains(message.id.rawValue) else { return true }
        return given[position].size == file.size
    }

    private mutating func append(_ message: Message) {
        index[message.id] = messages.count
        messages.append(message)
        if Self.isPath(message.id) { sharedNames.insert(Self.uniqueName(of: message.id)) }
    }

    private static func pathID(_ name: Name) -> MessageID {
        MessageID(rawValue: name.location.path(of: name.unique))
    }

    private static func isPath(_ id: MessageID) -> Bool { id.rawValue.utf8.contains(UInt8(ascii: "/")) }

    /// The unique name, escaped, of a message whose identity may be its path.
    private static func uniqueName(of id: MessageID) -> String {
        guard let slash = id.rawValue.utf8.firstIndex(of: UInt8(ascii: "/")) else { return id.rawValue }
        var name: [UInt8] = []
        EscapedName.decode(String(id.rawValue[slash...].dropFirst()), into: &name)
        return name.withUnsafeBufferPointer { bytes in
            EscapedName.encode(UnsafeBufferPointer(rebasing: bytes[..<MaildirFileName(bytes).uniqueLength]))
        }
    }
}

extension MessageSightings {
    /// Whether a given message is missing from that pass which the one before it saw, or from the first: once is not
    /// enough to believe that it is gone.
    func hasFreshlyMissing(afterPass pass: Int) -> Bool {
        messages.contains { $0.given != nil && $0.lastSeen == pass - 1 }
    }

    /// The given messages that no pass after number `pass` saw, with where they were.
    func missing(sincePass pass: Int) -> [(id: MessageID, location: MessageLocation)] {
        messages.filter { message in
            message.given != nil && message.lastSeen <= pass
                && (uncertainNames.isEmpty || !uncertainNames.contains(Self.uniqueName(of: message.id)))
        }
        .map { ($0.id, MessageLocation(text: $0.location)) }
    }

    /// The messages that were not given, in the store's order.
    func newRows() -> [ContentsRow] {
        Self.sorted(messages.filter { $0.given == nil }.map(row))
    }

    /// The given messages that have another state or place, in the store's order.
    /// - Parameter look: what is at a path below the folder, escaped; nil for nothing.
    func changedRows(look: (String) -> File?) -> [ContentsRow] {
        var rows: [ContentsRow] = []
        for index in messages.indices {
            guard let position = messages[index].given, messages[index].lastSeen > 0,
                messages[index].state != given[position].state || messages[index].location != given[position].location
            else { continue }
            var message = messages[index]
            if message.file == nil {
                message.file = look(MessageLocation(text: message.location).path(of: message.id.rawValue))
            }
            rows.append(row(of: message))
        }
        return Self.sorted(rows)
    }

    private func row(of message: Message) -> ContentsRow {
        ContentsRow(
            id: message.id, state: message.state, deliveryTime: message.file?.time,
            size: message.file?.size ?? message.given.map { given[$0].size } ?? 0, location: message.location,
            // A path is none that stays.
            persistentID: Self.isPath(message.id) ? nil : message.id.rawValue)
    }

    /// By delivery time, then name.
    private static func sorted(_ rows: [ContentsRow]) -> [ContentsRow] {
        rows.sorted { left, right in
            if left.deliveryTime != right.deliveryTime {
                return (left.deliveryTime?.rawValue ?? 0) < (right.deliveryTime?.rawValue ?? 0)
            }
            return left.id.rawValue < right.id.rawValue
        }
    }

    /// Pairs messages whose identity was their path, which a renaming changed, with what they are now: where both the
    /// unique name and the size leave no doubt.
    func renumbered(gone: [MessageID], new: [ContentsRow]) -> [(was: MessageID, row: ContentsRow)] {
        let paths = gone.filter(Self.isPath)
        guard !paths.isEmpty else { return [] }
        let candidates = Dictionary(grouping: new) { Self.uniqueName(of: $0.id) }
        var pairs: [(was: MessageID, row: ContentsRow)] = []
        for (name, group) in Dictionary(grouping: paths, by: Self.uniqueName) {
            guard group.count == 1, let candidates = candidates[name], candidates.count == 1,
                let position = index[group[0]].flatMap({ messages[$0].given }),
                given[position].size == candidates[0].size
            else { continue }
            pairs.append((was: group[0], row: candidates[0]))
        }
        return pairs.sorted { $0.was.rawValue < $1.was.rawValue }
    }
}
